"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

LINES = (Line(191, "Sign-in", "providers", "lock", "", "provider.manage"),)

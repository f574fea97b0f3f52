"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

LINES = (Line(136, "Exports", "exports", "download", "g x", "list.export"),)

"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

LINES = (Line(192, "Territories", "territories", "flag", "", "territory.view", also="ownerless"),)

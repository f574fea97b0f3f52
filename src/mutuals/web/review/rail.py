"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

LINES = (Line(130, "Same person?", "review", "link", "g d", "person.link"),)

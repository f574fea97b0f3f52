"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

LINES = (Line(175, "Fields", "fields", "columns", "g f", "field.view"),)

"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(100, "Cases", "cases", "case", "g q", "case.view"),)
NEW = (New(24, "Case", "case_new", "case", "case.open"),)

"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

LINES = (Line(60, "Reports", "reports", "report", "g a", "report.view"),)

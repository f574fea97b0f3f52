"""Where this screen stands in the rail and in the "New" menu."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(140, "Sources", "sources", "db", "g s", "source.view"),)
NEW = (New(50, "Source", "source_new", "db", "source.manage"),)

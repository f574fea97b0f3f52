"""Where this screen stands in the rail and in the "New" menu."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(115, "Segments", "segments", "filter", "g g", "segment.view"),)
NEW = (New(28, "Segment", "segment_new", "filter", "segment.edit"),)

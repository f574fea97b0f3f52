"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

LINES = (Line(200, "Journal", "journal", "book", "g j", "journal.view", also="receipts"),)

"""Where the edits of many rows stand in the rail: what was done to them, and how it is taken back."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

LINES = (Line(207, "Edits of many", "batches", "undo", "", "list.edit"),)

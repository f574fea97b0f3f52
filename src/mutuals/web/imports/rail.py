"""Where this screen stands in the rail and in the "New" menu."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(135, "Import", "imports", "upload", "g m", "import.run"),)
NEW = (New(40, "Import a file", "imports", "upload", "import.run"),)

"""Where this screen stands in the rail and in the "New" menu."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(120, "Ideas", "ideas", "idea", "g e", "idea.view"),)
NEW = (New(30, "Idea", "idea_new", "idea", "idea.edit"),)

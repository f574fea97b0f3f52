"""Where this screen stands in the rail and in the "New" menu."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(102, "Tasks", "tasks", "check", "g k", "task.view"),)
NEW = (New(25, "Task", "task_new", "check", "task.add"),)

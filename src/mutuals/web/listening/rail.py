"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line

LINES = (Line(40, "Listening", "listening", "listen", "g l", "listening.view", also="topic_new"),)

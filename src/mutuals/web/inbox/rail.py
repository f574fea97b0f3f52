"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.inbox import queries
from mutuals.web.frame.rail import Line

LINES = (Line(20, "Inbox", "inbox", "inbox", "g i", "conversation.view", queries.waiting_for, also="cases"),)

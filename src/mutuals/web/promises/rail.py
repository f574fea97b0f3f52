"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.inbox import promises_listed
from mutuals.web.frame.rail import Line, New

LINES = (Line(101, "Promises", "promises", "clock", "g v", "promise.view", promises_listed.waiting_for),)
NEW = (New(28, "Promise", "promise_new", "clock", "promise.edit"),)

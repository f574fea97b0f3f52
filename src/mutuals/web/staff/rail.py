"""Where this screen stands in the rail and in the "New" menu."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(190, "Staff", "staff", "shield", "g u", "user.view"),)
NEW = (New(60, "Colleague", "staff_new", "people", "user.manage"),)

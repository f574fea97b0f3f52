"""Where this screen stands in the rail and in the "New" menu."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(30, "Customers", "customers", "people", "g c", "person.view", also="organisations"),)
NEW = (New(10, "Customer", "person_new", "person", "person.edit"),)

"""Where this screen stands in the "New" menu; in the rail it belongs to customers."""

from __future__ import annotations

from mutuals.web.frame.rail import New

NEW = (New(20, "Organisation", "organisation_new", "org", "organisation.edit"),)

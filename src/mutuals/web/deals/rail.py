"""Where this screen stands in the rail."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(45, "Deals", "deals", "deal", "g b", "deal.view", also="leads"),)
NEW = (New(25, "Deal", "deal_new", "deal", "deal.edit"), New(26, "Lead", "lead_new", "flag", "lead.edit"))

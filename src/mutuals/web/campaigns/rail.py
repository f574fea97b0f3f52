"""Where this screen stands in the rail and in the "New" menu."""

from __future__ import annotations

from mutuals.web.frame.rail import Line, New

LINES = (Line(117, "Campaigns", "campaigns", "send", "g n", "campaign.view"),)
NEW = (New(29, "Campaign", "campaign_new", "send", "campaign.edit"),)

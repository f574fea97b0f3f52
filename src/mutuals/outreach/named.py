"""How segments are called by their text keys."""

from __future__ import annotations

from mutuals.outreach import campaign_figures, queries
from mutuals.staff.named import Named

NAMED = (
    Named("segment", "Segment", "/segments/{}/", queries.visible_to),
    Named("campaign", "Campaign", "/campaigns/{}/", campaign_figures.visible_to),
)

"""What staff have here: segments and campaigns, which somebody else takes over when their access ends."""

from __future__ import annotations

from mutuals.outreach import campaigns, queries, segments
from mutuals.staff import accounts


def register_owned() -> None:
    """Make it known to whoever ends an access."""
    accounts.hold("segments", count=queries.held_by, move=segments.hand_over)
    accounts.hold("campaigns", count=campaigns.held_by, move=campaigns.hand_over)

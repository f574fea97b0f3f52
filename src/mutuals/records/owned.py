"""What staff have here: the records that they look after, which somebody else takes over when their access ends."""

from __future__ import annotations

from mutuals.records import own
from mutuals.staff import accounts


def register_owned() -> None:
    """Make it known to whoever ends an access."""
    accounts.hold("records of own types", count=own.held_by, move=own.hand_over)

"""What staff have here: the ideas that they look after, which somebody else takes over when their access ends."""

from __future__ import annotations

from mutuals.communities.decide import hand_over
from mutuals.communities.queries import held_by
from mutuals.staff import accounts


def register_owned() -> None:
    """Make it known to whoever ends an access."""
    accounts.hold("ideas", count=held_by, move=hand_over)

"""What staff have here: sources and channels, as owner or stand-in."""

from __future__ import annotations

from mutuals.channels import hooks, sources
from mutuals.staff import accounts


def register_owned() -> None:
    """Make it known to whoever ends an access."""
    accounts.hold("sources and channels", count=sources.held_by, move=sources.hand_over)
    accounts.hold("hooks", count=hooks.held_by, move=hooks.hand_over)

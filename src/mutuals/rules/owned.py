"""What staff have here: rules, which act with the rights of their owner."""

from __future__ import annotations

from mutuals.rules import keep
from mutuals.rules.models import Rule
from mutuals.staff import accounts
from mutuals.staff.models import User


def register_owned() -> None:
    """Make it known to whoever ends an access."""
    accounts.hold("rules", count=_held_by, move=keep.hand_over)


def _held_by(user: User) -> int:
    return Rule.objects.filter(owner=user).count()

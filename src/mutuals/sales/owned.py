"""What staff have here: their open deals, which somebody else takes over when their access ends."""

from __future__ import annotations

from mutuals.base import journal
from mutuals.sales import of_houses
from mutuals.sales.models import Deal
from mutuals.staff import accounts
from mutuals.staff.models import User


def register_owned() -> None:
    """Make it known to whoever ends an access."""
    of_houses.tell()
    accounts.hold("open deals", count=held_by, move=hand_over)


def hand_over(user: User, to: User) -> int:
    """Give the open deals of somebody to another: part of ending their access."""
    rows = Deal.objects.select_for_update(no_key=True).filter(owner=user, outcome="").order_by("pk")
    found = list(rows.values_list("pk", flat=True))
    Deal.objects.filter(pk__in=found).update(owner=to)
    about = [f"deal:{number}" for number in found]
    journal.note_many("deal.given", about, by="machine:sales", to=to.pk, **{"from": user.pk})
    return len(found)


def held_by(user: User) -> int:
    """How many open deals somebody has, those in the trash too."""
    return Deal.objects.filter(owner=user, outcome="").count()

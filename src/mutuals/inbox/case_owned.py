"""Cases that staff have: somebody else takes over those that are open when an access ends."""

from __future__ import annotations

from mutuals.base import journal
from mutuals.inbox.models import Case, CaseState
from mutuals.staff.models import User


def hand_over(user: User, to: User) -> int:
    """Give the open cases of somebody to another: part of ending their access."""
    rows = Case.objects.select_for_update(no_key=True).filter(owner=user, state=CaseState.OPEN).order_by("pk")
    found = list(rows.values_list("pk", flat=True))
    Case.objects.filter(pk__in=found).update(owner=to)
    about = [f"case:{number}" for number in found]
    journal.note_many("case.given", about, by="machine:inbox", to=to.pk, **{"from": user.pk})
    return len(found)


def held_by(user: User) -> int:
    """How many open cases somebody has, those in the trash too."""
    return Case.objects.filter(owner=user, state=CaseState.OPEN).count()

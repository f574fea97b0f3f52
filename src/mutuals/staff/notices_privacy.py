"""What staff were told of one person: it goes with them, and nobody follows or is beside them any more.

Words of colleagues go with the notices of the person's own records; in those of others they are looked for as all that staff
typed.
"""

from __future__ import annotations

from typing import Any

from mutuals.base.leaving import Leaver
from mutuals.staff import named, notices
from mutuals.staff.models import Follow, Here, Notice

FIRST = 5
"""The turn in which this is done: before any record is gone, by which its notices are found."""
TYPED = "SELECT 'notice:' || id, 'notice', user_id, words FROM staff_notice WHERE words <> ''"


def export(them: Leaver) -> dict[str, Any]:
    """What colleagues wrote about them to each other, as notices keep it."""
    rows = Notice.objects.filter(about__in=_theirs(them)).exclude(words="").order_by("pk")
    return {"notices": list(rows.values("at", "about", "words"))}


def erase(them: Leaver) -> dict[str, int]:
    """Notices of their records, and who follows these."""
    keys = _theirs(them)
    rows = Notice.objects.filter(about__in=keys)
    users = set(rows.values_list("user_id", flat=True))
    gone = rows.delete()[0]
    notices.count(users)
    Here.objects.filter(about__in=keys).delete()
    return {"notices": gone, "follows": Follow.objects.filter(about__in=keys).delete()[0]}


def _theirs(them: Leaver) -> set[str]:
    """The text keys of their own records, of every kind that a room tells."""
    people = list(them.who.person_ids)
    return {f"{of.kind}:{number}" for of in named.kinds().values() for number in of.theirs(people)}

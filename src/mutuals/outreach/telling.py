"""What the journal is told of who comes and goes: one entry for a batch where somebody follows the segment, and one for each
person where a rule waits for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db.models import QuerySet

from mutuals.base import journal
from mutuals.outreach.models import Member, Segment
from mutuals.people.models import Person
from mutuals.rules.events import Wakes
from mutuals.rules.models import Rule
from mutuals.staff.models import Follow


def moved(segment: Segment, came: Sequence[int], went: Sequence[int]) -> None:
    """Note how many came and went, for those who follow it. Nobody is named: who is in it is asked of the segment."""
    if not came and not went:
        return
    _wake(segment, came, went)
    if Follow.objects.filter(about=f"segment:{segment.pk}").exists():
        journal.note("segment.moved", segment, by="machine:segments", came=len(came), went=len(went))


def _wake(segment: Segment, came: Sequence[int], went: Sequence[int]) -> None:
    """Tell rules that are on for this segment, by person: who came is asked first, then who went."""
    names = [f"entered_{segment.pk}", f"left_{segment.pk}"]
    asked = set(Rule.objects.filter(when__in=names, is_on=True, held_at=None).values_list("when", flat=True))
    for name, kind, people in ((names[0], "segment.entered", came), (names[1], "segment.left", went)):
        if name in asked and people:
            keys = [f"person:{number}" for number in people]
            journal.note_many(kind, keys, by="machine:segments", segment=segment.pk)


def events() -> dict[str, Wakes]:
    """What wakes rules here: somebody enters or leaves a segment. A rule names it by its number, so a new name does no harm."""
    found = {}
    for number, name in Segment.objects.filter(trashed_at=None).order_by("pk").values_list("pk", "name"):
        only = {"segment": number}
        found[f"entered_{number}"] = Wakes(
            f"a person enters the segment “{name}”",
            "person",
            ("segment.entered",),
            only=only,
            of=partial(_members, number),
        )
        found[f"left_{number}"] = Wakes(
            f"a person leaves the segment “{name}”", "person", ("segment.left",), only=only, of=Person.objects.none
        )
    return found


def _members(number: int) -> QuerySet[Person]:
    """Who is in it now, to whom a rule for those who enter can be applied."""
    return Person.objects.filter(pk__in=Member.objects.filter(segment=number).values("member_id"))

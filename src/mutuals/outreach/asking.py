"""What the condition of a segment asks: whether it may, which segments it builds on, whether time alone moves people.

Conditions are checked in the name of the segment's owner, so "me" is the owner, and days are those of the house.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from mutuals.base import house
from mutuals.base.filters import (
    All,
    Condition,
    Either,
    Field,
    Kind,
    Not,
    Record,
    Refused,
    Test,
    check,
    from_json,
    record,
    to_q,
)
from mutuals.base.filters.days import WORDS_OF_DAYS, start
from mutuals.base.refusals import Refusal
from mutuals.outreach.models import Segment
from mutuals.people.models import Person
from mutuals.records.models import Edition

RELATION = "segment"
"""The relation of people to the segments that they are in, and the record on its other side."""
_BY_TIME = ("last", "next", "this", "previous", "coming", "older", "later")
_TOLD = {
    "order", "quote", "invoice", "deal", "interaction", "case", "place", "fact", "organisation", "asked_idea", "voted_idea",
    RELATION,
}  # fmt: skip
"""Records whose changes tell whose they are, by triggers (`people.stirred`)."""
CIRCLE = "A segment cannot build on itself: “{}” asks for a segment that asks for it."


def condition_of(segment: Segment) -> Condition:
    """Its condition, typed. Refused: what its owner may not or cannot ask any more."""
    if segment.owner is None or not segment.owner.is_active:
        raise Refused("Nobody owns this segment. Give it to somebody, in whose name it is asked.")
    return check(from_json(segment.condition), record(segment.record), viewer=segment.owner)


def everybody() -> QuerySet[Person]:
    """All who may be members: whom persons were merged into, without those in the trash."""
    return Person.objects.alias(merged=F("canonical_id") - F("pk")).filter(merged=0, trashed_at=None).order_by()


def rows(segment: Segment, *, now: datetime) -> QuerySet[Person]:
    """Who fits at this moment, in one statement. Refused: as `condition_of`."""
    if segment.is_fixed:
        picked = Person.objects.filter(pk__in=segment.picks.order_by().values("person_id"))
        return everybody().filter(pk__in=picked.order_by().values("canonical_id"))
    return everybody().filter(to_q(condition_of(segment), record(segment.record), zone=zone(), now=now))


def zone() -> ZoneInfo:
    """The zone in which days of segments begin."""
    return ZoneInfo(house.row().zone)


def next_midnight(now: datetime) -> datetime:
    """When the next day of the house begins."""
    here = zone()
    return start(now.astimezone(here).date() + timedelta(days=1), here)


def fields_edition() -> str:
    """The mark of the fields of the house's own, which changes with each of them."""
    return Edition.objects.filter(pk=1).values_list("token", flat=True).first() or ""


def asks_own_fields(told: Condition) -> bool:
    """Whether any test is of a field of the house's own making."""
    return any("." in test.field for test, _, _ in _tests(told, record("person"), 0))


def moves_by_itself(told: Condition) -> bool:
    """Whether somebody may come or go although nothing of theirs was written: by the calendar, by who is in a team, or by
    what stands further away than the triggers look.
    """
    return any(_moves(test, field, depth) for test, field, depth in _tests(told, record("person"), 0))


def _moves(test: Test, field: Field | None, depth: int) -> bool:
    if field is None:
        return True
    if field.kind is Kind.RELATION:
        return depth > 0 or field.related not in _TOLD
    if field.kind in (Kind.DAY, Kind.TIME) and (test.op in _BY_TIME or _is_word(test.value)):
        return True
    if field.me is not None and any(str(one).lower() == "mine" for one in _values(test.value)):
        return True
    return depth > 0 and "__" in field.path and not field.is_json


def _is_word(value: Any) -> bool:
    return any(isinstance(one, str) and one in WORDS_OF_DAYS for one in _values(value))


def _values(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def _tests(told: Condition, of: Record, depth: int) -> Iterator[tuple[Test, Field | None, int]]:
    """All tests with their fields, and within how many relations they stand."""
    if isinstance(told, All | Either):
        for part in told.parts:
            yield from _tests(part, of, depth)
        return
    if isinstance(told, Not):
        yield from _tests(told.part, of, depth)
        return
    field = of.named(told.field)
    yield told, field, depth
    if field is not None and field.kind is Kind.RELATION and isinstance(told.value, All | Either | Not | Test):
        yield from _tests(told.value, record(field.related), depth + 1)


# Segments that build on others


def asks_segments(told: Condition) -> list[Condition]:
    """What is asked of other segments, wherever it stands: the inner conditions."""
    found = []
    for test, field, _ in _tests(told, record("person"), 0):
        if field is not None and field.kind is Kind.RELATION and field.related == RELATION:
            found.append(test.value if isinstance(test.value, All | Either | Not | Test) else All())
    return found


def uses(segment: Segment, told: Condition, *, now: datetime) -> list[int]:
    """The segments that a condition asks for, by their numbers; what asks for none in particular asks for all others."""
    found: set[int] = set()
    for inner in asks_segments(told):
        checked = check(inner, record(RELATION), viewer=segment.owner)
        asked = Segment.objects.filter(to_q(checked, record(RELATION), zone=zone(), now=now), trashed_at=None)
        found.update(asked.values_list("pk", flat=True))
    return sorted(found)


def in_order(segments: Iterable[Segment], *, strict: bool = True) -> list[Segment]:
    """Segments with those that they build on before them. Refusal: a circle, unless not `strict`."""
    held = {one.pk: one for one in segments}
    done: dict[int, bool] = {}
    ordered: list[Segment] = []

    def go(number: int) -> None:
        if done.get(number):
            return
        if number in done:
            if not strict:
                return
            raise Refusal(CIRCLE.format(held[number].name), fields={"condition": "It leads back to itself."})
        done[number] = False
        for other in held[number].uses:
            if other in held:
                go(other)
        done[number] = True
        ordered.append(held[number])

    for number in sorted(held):
        go(number)
    return ordered


def settle(*, now: datetime) -> list[Segment]:
    """See anew which segments build on which, and refuse circles; those that build on others than before are given back.

    Part of each act that names, renames, takes away or brings back a segment.
    """
    live = list(Segment.objects.filter(trashed_at=None).select_related("owner").order_by("pk"))
    changed = []
    for one in live:
        before = list(one.uses)
        one.uses = _uses_now(one, now=now)
        if one.uses != before:
            Segment.objects.filter(pk=one.pk).update(uses=one.uses)
            changed.append(one)
    in_order(live)
    return changed


def _uses_now(one: Segment, *, now: datetime) -> list[int]:
    if one.is_fixed:
        return []
    try:
        return uses(one, from_json(one.condition), now=now)
    except Refused:
        return list(one.uses)


def by_number(numbers: Iterable[int]) -> Mapping[int, str]:
    """The names of segments."""
    return dict(Segment.objects.filter(pk__in=list(numbers)).values_list("pk", "name"))

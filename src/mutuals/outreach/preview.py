"""A condition before it is a segment: how many it has and who they are, within two seconds; and why somebody is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mutuals.base.filters import (
    All,
    Condition,
    Either,
    Field,
    Kind,
    Record,
    Refused,
    Test,
    check,
    from_json,
    record,
    said,
    to_q,
)
from mutuals.base.filters.plan import expected, narrowed
from mutuals.base.filters.to_sql import related
from mutuals.base.patience import TooSlow, within
from mutuals.outreach import asking
from mutuals.outreach.models import Segment
from mutuals.people.models import Person
from mutuals.people.visibility import visible_to as visible_people
from mutuals.staff import named
from mutuals.staff.models import User

COUNTING = 1.2  # seconds for how many
LOOKING = 0.6  # seconds for who
FIRST = 10
MOST_ROWS = 3  # on the other side of a relation, as evidence


@dataclass(frozen=True, slots=True)
class Preview:
    """How many fit (`is_exact` False: about so many) and the first of them, None where that takes too long."""

    count: int
    is_exact: bool
    rows: tuple[Person, ...] | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a condition in words, whether it holds for somebody, and what shows it: values, or records."""

    words: str
    holds: bool
    value: str = ""
    records: tuple[named.Shown, ...] = ()
    more: int = 0  # records beside those


def preview(viewer: User, condition: Condition, *, now: datetime, first: int = FIRST) -> Preview:
    """What a condition would have, asked in the name of `viewer`. Refused: what they may not ask."""
    of, zone = record("person"), asking.zone()
    checked = check(condition, of, viewer=viewer)
    people = visible_people(viewer).filter(trashed_at=None).order_by()
    fit = people.filter(to_q(checked, of, zone=zone, now=now))
    rows: tuple[Person, ...] | None = None
    try:
        with within(LOOKING, "The first take too long."):
            rows = tuple(fit.order_by("-pk")[:first])
    except TooSlow:
        rows = None
    if rows is not None and len(rows) < first:
        return Preview(len(rows), is_exact=True, rows=rows)
    try:
        with within(COUNTING, "Counting takes too long."):
            return Preview(narrowed(people, checked, of, zone=zone, now=now).count(), is_exact=True, rows=rows)
    except TooSlow:
        return Preview(int(expected(fit)), is_exact=False, rows=rows)


def sentence(told: Condition | None, viewer: Any = None) -> str:
    """A condition in words: "Town is Porto, and has an order where total is above 10"; "" for none."""
    words = said(told, record("person"), viewer=viewer, word=worded())
    return words[:1].upper() + words[1:]


def sentence_of(segment: Segment, viewer: Any = None) -> str:
    """The condition of a segment in words; for people picked by hand, that they are."""
    if segment.is_fixed:
        return "Picked by hand"
    try:
        return sentence(from_json(segment.condition), viewer) or "Everybody"
    except Refused:
        return "A condition that cannot be read"


def worded() -> Callable[[Field, Any], str | None]:
    """Names for the numbers of staff and segments that stand in a condition; each is looked up once."""
    known: dict[tuple[str, str], str] = {}

    def word(field: Field, value: Any) -> str | None:
        text = str(value)
        if not text.isdecimal() or len(text) > 18:
            return None
        kind = "segment" if (field.name, field.label) == ("number", "Number") else field.name
        if kind not in ("owner", "segment"):
            return None
        if (kind, text) not in known:
            rows = User.objects if kind == "owner" else Segment.objects
            row = rows.filter(pk=int(text)).first()
            known[kind, text] = str(row) if row is not None else text
        return known[kind, text]

    return word


# Why somebody is in it


def why(segment: Segment, person: Person, *, viewer: User, now: datetime) -> list[Reason]:
    """Each part of the condition that must hold, and what shows that it does. Refused: a condition that cannot be asked."""
    who = person.canonical
    if segment.is_fixed:
        is_picked = asking.rows(segment, now=now).filter(pk=who.pk).exists()
        return [Reason("Picked by hand", is_picked)]
    of = record("person")
    told = asking.condition_of(segment)
    parts = told.parts if isinstance(told, All) else (told,)
    return [_reason(part, who, of, viewer, now) for part in parts] or [Reason("Everybody", holds=True)]


def _reason(part: Condition, who: Person, of: Record, viewer: User, now: datetime) -> Reason:
    if isinstance(part, Either) and part.parts:
        each = [_reason(one, who, of, viewer, now) for one in part.parts]
        return next((one for one in each if one.holds), each[0])
    words = said(part, of, viewer=viewer, word=worded())
    words = words[:1].upper() + words[1:]
    fit = asking.everybody().filter(pk=who.pk)
    holds = fit.filter(to_q(part, of, zone=asking.zone(), now=now)).exists()
    field = of.named(part.field) if isinstance(part, Test) else None
    if field is None or not isinstance(part, Test) or (field.may is not None and not field.may(viewer)):
        return Reason(words, holds)
    if field.kind is not Kind.RELATION:
        return Reason(words, holds, value=_value(field, who))
    rows = related(part, field, zone=asking.zone(), now=now)
    own = asking.everybody().filter(pk=who.pk).values_list(field.own, flat=True).first()
    numbers = sorted(set(rows.filter(**{field.path: own}).values_list("pk", flat=True)[:200]), reverse=True)
    records = _shown(viewer, field.related, numbers[:MOST_ROWS])
    return Reason(words, holds, records=records, more=len(numbers) - len(records))


def _value(field: Field, who: Person) -> str:
    if field.beside is not None:
        model, key = field.beside
        found = model._default_manager.filter(**{key: who.pk}).values_list(field.path, flat=True).first()
    else:
        found = Person.objects.filter(pk=who.pk).values_list(field.path, flat=True).first()
    if found is None or found in ("", []):
        return "nothing"
    if isinstance(found, list | tuple):
        return ", ".join(map(str, found))
    return f"{found:%Y-%m-%d}" if isinstance(found, datetime) else str(dict(field.choices).get(str(found), found))


def _shown(viewer: User, kind: str, numbers: Sequence[int]) -> tuple[named.Shown, ...]:
    told = named.shown(viewer, [f"{kind}:{number}" for number in numbers])
    return tuple(told.values())

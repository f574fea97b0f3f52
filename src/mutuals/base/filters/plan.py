"""The rows of a condition where several relations meet: which way they are looked for is reckoned, not left to a guess.

PostgreSQL puts semijoins into an order by guess, and walks a million rows for each that it guesses wrong. What it knows well is
how many rows of one relation fit: that is asked for each of them (EXPLAIN, a millisecond). Out of these figures two ways are
compared. Either those whom the rarest relation leads to are read first, in an array of their own that the planner cannot take
apart, and the rest is asked of them alone; or the list is walked in its order, and all is asked of each row until enough fit.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Count, F, Func, Model, Q, QuerySet, Sum, Value

from mutuals.base.filters.grammar import All, Condition, Test
from mutuals.base.filters.registry import Field, Kind, Record, record
from mutuals.base.filters.to_sql import related, to_q

MEETING = 2  # relations in one condition from which on a way is looked for
MOST_KEYS = 30_000  # rows of the rarest relation that are read where all who fit are wanted
_MOST_ROWS = 150_000  # the same where a page is wanted
_READ, _PASS = 5.0, 2.5  # microseconds: a row of a relation, and a row that is passed by
_PROBE = {
    "any": 15.0,
    "none": 15.0,
    "atleast": 40.0,
    "atmost": 40.0,
}  # microseconds that asking one row for a relation takes
_TOO_DEAR = 1_000_000.0  # microseconds from which on the database does as it likes
_FIRST, _GROWS, _LARGEST = 400, 3, 6_000  # rows that are asked at once: at first, times as many, at most
Row = tuple[Any, int]
"""What a row is ordered by, and its key."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to look for the first rows of a condition: `source` in order, of which those stay that fit `rest`.

    `free` are the same rows as the planner looks for them; there is no `source` where that is as good. `is_few`: the source
    is no larger than what is read at once.
    """

    free: QuerySet[Any]
    source: QuerySet[Any] | None = None
    rest: tuple[QuerySet[Any], ...] = ()
    is_few: bool = False

    def first(self, stretch: Callable[[QuerySet[Any], Any, int], list[Row]], place: Any, wanted: int) -> list[int]:
        """Keys of the first `wanted` rows after a place, in order.

        `stretch` gives so many rows of a set after a place (value, key, whether the walk goes back).
        """
        found: list[int] = []
        for keys in self._pieces(stretch, place):
            fit = self._fit(keys)
            found += [key for key in keys if key in fit]
            if len(found) >= wanted:
                break
        return found[:wanted]

    def _pieces(self, stretch: Callable[[QuerySet[Any], Any, int], list[Row]], place: Any) -> Iterator[list[int]]:
        assert self.source is not None  # else nobody asks
        size, is_back = _FIRST, bool(place and place[2])
        if self.is_few:
            keys = [key for _, key in stretch(self.source, place, _MOST_ROWS * 2)]
            while keys:
                yield keys[:size]
                keys, size = keys[size:], min(size * _GROWS, _LARGEST)
            return
        while rows := stretch(self.source, place, size):
            yield [key for _, key in rows]
            if len(rows) < size:
                return
            place, size = (*rows[-1], is_back), min(size * _GROWS, _LARGEST)

    def _fit(self, keys: Sequence[int]) -> set[int]:
        """Which of these rows fit the rest; what is reckoned for each row is asked of those that fit all else."""
        left = list(keys)
        for one in self.rest:
            if left:
                array = Value(f"{{{','.join(map(str, left))}}}")
                left = list(one.filter(Q(_Among(F("pk"), array))).order_by().values_list("pk", flat=True))
        return set(left)


class _Among(Func):
    """Whether a column's number is in an array."""

    template, arg_joiner, output_field = "%(expressions)s::bigint[])", " = ANY(", BooleanField()


@dataclass(frozen=True, slots=True)
class _Met:
    """One relation that is asked: how many rows of it fit, and which share of all rows has it so."""

    test: Test
    field: Field
    many: float
    share: float

    @property
    def is_joined(self) -> bool:
        """Whether one row of it decides; else rows have to be reckoned up."""
        return self.test.op in ("any", "none")


def narrowed(rows: QuerySet[Any], condition: Condition, of: Record, *, zone: ZoneInfo, now: datetime) -> QuerySet[Any]:
    """`rows` of the model of `of`, narrowed by a checked condition; for whoever wants all of them."""
    free = rows.filter(to_q(condition, of, zone=zone, now=now))
    parts, meeting = _parted(condition, of)
    known = [(one, field) for one, field in meeting if _is_found_by_rows(one, field)]
    if len(meeting) < MEETING or not known:
        return free
    many, number = min((expected(related(*one, zone=zone, now=now)), place) for place, one in enumerate(known))
    return _by_keys(rows, parts, known[number], of, zone, now) if many <= MOST_KEYS else free


def way(rows: QuerySet[Any], condition: Condition, of: Record, *, wanted: int, zone: ZoneInfo, now: datetime) -> Way:
    """The same for whoever wants the first `wanted` of them in an order that an index holds."""
    free = rows.filter(to_q(condition, of, zone=zone, now=now))
    parts, meeting = _parted(condition, of)
    if len(meeting) < MEETING:
        return Way(free)
    asked = {id(one) for one, _ in meeting}
    plain = All(tuple(one for one in parts if id(one) not in asked))
    some = rows.filter(to_q(plain, of, zone=zone, now=now))
    everybody = max(expected(rows), 1.0)
    left = min(max(expected(some), 1.0), everybody) if plain.parts else everybody
    found = (_met(test, field, everybody, zone, now) for test, field in meeting)
    met = sorted(found, key=lambda one: (not one.is_joined, one.share))
    ways = [(_walked(wanted, met, left, everybody), 0, some, met, False)]
    if plain.parts and left <= MOST_KEYS:
        ways.append((left * _PASS * 2 + _asked(wanted, met, left), 1, some, met, True))
    for place, one in enumerate(met):
        if _is_found_by_rows(one.test, one.field) and one.many <= _MOST_ROWS:
            others = [two for two in met if two is not one]
            keys = min(one.many, everybody * one.share) * left / everybody
            dear = one.many * (_READ + _PASS) + _asked(wanted, others, keys)
            ways.append((dear, place + 2, _led_to(some, one.test, one.field, of, zone, now), others, True))
    dear, _, source, others, is_few = min(ways, key=lambda one: one[:2])
    if dear > _TOO_DEAR:
        return Way(free)
    everyone = of.model._default_manager.all()
    joined = [one.test for one in others if one.is_joined]
    reckoned = [one.test for one in others if not one.is_joined]
    rest = (everyone.filter(to_q(All(tuple(some)), of, zone=zone, now=now)) for some in (joined, reckoned) if some)
    return Way(free, source, tuple(rest), is_few)


def _walked(wanted: int, met: Sequence[_Met], left: float, everybody: float) -> float:
    """Microseconds of a walk through everybody until enough fit."""
    share = math.prod(one.share for one in met)
    return min(wanted / max(share, 1e-12), left) * _PASS * everybody / left + _asked(wanted, met, left)


def _asked(wanted: int, met: Sequence[_Met], many: float) -> float:
    """Microseconds of asking up to `many` rows for relations, in their order, until enough fit."""
    share, each = 1.0, 0.0
    for one in met:
        each, share = each + share * _PROBE[one.test.op], share * one.share
    return min(wanted / max(share, 1e-12), many) * each


def _by_keys(
    rows: QuerySet[Any],
    parts: Sequence[Condition],
    rarest: tuple[Test, Field],
    of: Record,
    zone: ZoneInfo,
    now: datetime,
) -> QuerySet[Any]:
    rest = All(tuple(one for one in parts if one is not rarest[0]))
    return _led_to(rows, *rarest, of, zone, now).filter(to_q(rest, of, zone=zone, now=now))


def _led_to(rows: QuerySet[Any], test: Test, field: Field, of: Record, zone: ZoneInfo, now: datetime) -> QuerySet[Any]:
    """The rows that those of one relation lead to, whose keys are read before all else."""
    keys = related(test, field, zone=zone, now=now).values_list(field.path, flat=True)
    if test.of:
        summed = record(field.related).named(test.of)
        assert summed is not None  # as it was checked
        keys = keys.annotate(told=Sum(summed.path)).filter(told__gte=test.amount).values_list(field.path, flat=True)
    elif test.op == "atleast" and test.amount > 1:
        keys = keys.annotate(told=Count("pk", distinct=True)).filter(told__gte=test.amount)
        keys = keys.values_list(field.path, flat=True)
    keys = keys.exclude(**{field.path: None})
    return rows.filter(Q(_Among(F(field.own), ArraySubquery(keys))))


def _parted(condition: Condition, of: Record) -> tuple[list[Condition], list[tuple[Test, Field]]]:
    """The parts that all have to hold, and those of them that ask for relations."""
    parts = _flat(condition)
    told = [(one, _relation(one, of)) for one in parts]
    return parts, [(one, field) for one, field in told if isinstance(one, Test) and field is not None]


def _met(test: Test, field: Field, everybody: float, zone: ZoneInfo, now: datetime) -> _Met:
    """What is expected of a relation, as if its rows were strewn over everybody by chance."""
    rows = related(test, field, zone=zone, now=now)
    many = expected(rows)
    each = many / everybody
    if test.op == "atmost":
        return _Met(test, field, many, 0.5)
    if test.of:  # most who reach a sum do so by one large row
        path = record(field.related).named(test.of).path  # type: ignore[union-attr]
        return _Met(
            test,
            field,
            many,
            max(1 - math.exp(-expected(rows.filter(**{f"{path}__gte": test.amount})) / everybody), 1e-9),
        )
    if test.op == "none":
        return _Met(test, field, many, math.exp(-each))
    fewer, term = 0.0, math.exp(-each)
    for number in range(min(int(test.amount) if test.op == "atleast" else 1, 50)):
        fewer, term = fewer + term, term * each / (number + 1)
    return _Met(test, field, many, max(1 - fewer, 1e-9))


def _flat(condition: Condition) -> list[Condition]:
    if not isinstance(condition, All):
        return [condition]
    return [one for part in condition.parts for one in _flat(part)]


def _relation(part: Condition, of: Record) -> Field | None:
    field = of.named(part.field) if isinstance(part, Test) else None
    return field if field is not None and field.kind is Kind.RELATION else None


def _is_found_by_rows(test: Test, field: Field) -> bool:
    """Whether nobody fits who has no row on the other side; a sum also has to meet each of those once."""
    if test.op != "atleast":
        return test.op == "any"
    return test.amount > 0 and (not test.of or _leads_to_one(record(field.related).model, field.path))


def _leads_to_one(model: type[Model], path: str) -> bool:
    for name in path.split("__"):
        step = model._meta.pk if name == "pk" else model._meta.get_field(name)
        if step is None or not step.concrete:
            return False
        model = step.related_model if isinstance(step.related_model, type) else model
    return True


def expected(rows: QuerySet[Any]) -> float:
    """How many rows the database expects of a query, which is not carried out; 0 for one that cannot have any."""
    try:
        sql, values = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        told = cursor.fetchone()[0]
    plan = json.loads(told) if isinstance(told, str) else told
    return float(plan[0]["Plan"]["Plan Rows"])

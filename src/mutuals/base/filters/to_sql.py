"""Conditions to SQL. Plain comparisons of plain columns, so that their indexes serve."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, DecimalField, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, StrIndex
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThanOrEqual

from mutuals.base.filters import days, to_json_sql
from mutuals.base.filters.grammar import All, Condition, Either, Not, Test
from mutuals.base.filters.registry import Field, Kind, Record, record
from mutuals.base.filters.words import said_in

_NEVER = Q(pk__in=[])


def to_q(condition: Condition, of: Record, *, zone: ZoneInfo, now: datetime) -> Q:
    """A checked condition as a Q on the model of its record. Days are the viewer's: `zone`, and `now` for "last"."""
    if isinstance(condition, All):
        whole = Q()
        for part in condition.parts:
            whole &= to_q(part, of, zone=zone, now=now)
        return whole
    if isinstance(condition, Either):
        either = _NEVER
        for part in _joined(condition.parts, of):
            either |= to_q(part, of, zone=zone, now=now) or Q(pk__isnull=False)
        return either
    if isinstance(condition, Not):
        return ~(to_q(condition.part, of, zone=zone, now=now) or Q(pk__isnull=False))
    field = of.named(condition.field)
    assert field is not None  # as it was checked
    if field.kind is Kind.RELATION:
        return _related(condition, field, zone=zone, now=now)
    if field.beside is not None:
        return _beside(condition, field, field.beside, zone=zone, now=now)
    if field.is_json:
        return to_json_sql.to_q(condition, field, zone=zone, now=now)
    return _plain(condition, field, zone=zone, now=now)


_POSITIVE = {"isnot": "is", "hasnot": "has", "saysnot": "says", "notin": "in", "empty": "filled"}


def _beside(test: Test, field: Field, beside: tuple[type[Model], str], *, zone: ZoneInfo, now: datetime) -> Q:
    """Where no row stands beside this one its value is empty, so what denies is asked the other way round."""
    asked = Test(test.field, _POSITIVE.get(test.op, test.op), test.value)
    model, key = beside
    rows = model._default_manager.filter(_plain(asked, field, zone=zone, now=now), **{key: OuterRef("pk")})
    return ~Q(Exists(rows)) if test.op in _POSITIVE else Q(Exists(rows))


def _plain(condition: Test, field: Field, *, zone: ZoneInfo, now: datetime) -> Q:
    if condition.op in ("empty", "filled"):
        empty = _empty(field)
        return empty if condition.op == "empty" else ~empty
    if field.kind in (Kind.DAY, Kind.TIME):
        return _in_days(field, condition, zone=zone, now=now)
    if field.kind is Kind.TAGS and condition.op in ("in", "notin"):
        found = Q(**{f"{field.path}__overlap": list(condition.value)})
        return found if condition.op == "in" else ~found | Q(**{f"{field.path}__isnull": True})
    return _LOOKUPS[condition.op](field.path, condition.value)


def _joined(parts: Sequence[Condition], of: Record) -> list[Condition]:
    """Alternatives with those about one relation made one: "any order of A, or any of B" is "any order of A or B"."""
    relations = {field.name for field in of.fields if field.kind is Kind.RELATION}
    joined: dict[str, list[Condition]] = {}
    others: list[Condition] = []
    for part in parts:
        if isinstance(part, Test) and part.op == "any" and part.field in relations:
            joined.setdefault(part.field, []).append(part.value)
        else:
            others.append(part)
    return [*others, *(Test(name, "any", Either(tuple(inner))) for name, inner in joined.items())]


def related(test: Test, field: Field, *, zone: ZoneInfo, now: datetime) -> QuerySet[Any]:
    """The rows on the other side of a relation that fit its inner condition, whoever's they are."""
    other = record(field.related)
    return other.model._default_manager.filter(to_q(test.value, other, zone=zone, now=now), **other.where).order_by()


def _related(test: Test, field: Field, *, zone: ZoneInfo, now: datetime) -> Q:
    rows = related(test, field, zone=zone, now=now)
    if test.op in ("any", "none") or (not test.of and test.amount == int(test.op == "atleast")):
        found = Q(Exists(rows.filter(**{field.path: OuterRef(field.own)})))
        return found if test.op in ("any", "atleast") else ~found
    theirs = record(field.related).model._default_manager.filter(
        pk__in=rows.filter(**{field.path: OuterRef(OuterRef(field.own))}).values("pk")
    )
    reckoned = Sum(record(field.related).named(test.of).path) if test.of else Count("pk")  # type: ignore[union-attr]
    told = theirs.order_by().annotate(one=Value(1)).values("one").annotate(told=reckoned).values("told")
    sum_of = (
        Coalesce(Subquery(told), Value(Decimal(0)), output_field=DecimalField())
        if test.of
        else Coalesce(Subquery(told), 0)
    )
    return Q((GreaterThanOrEqual if test.op == "atleast" else LessThanOrEqual)(sum_of, test.amount))


def _in_days(field: Field, test: Test, *, zone: ZoneInfo, now: datetime) -> Q:
    first, end = days.span(test.op, test.value, today=now.astimezone(zone).date())
    found = Q(**{f"{field.path}__isnull": False})
    for word, day in (("gte", first), ("lt", end)):
        if day is not None:
            moment: Any = days.start(day, zone).astimezone(UTC) if field.kind is Kind.TIME else day
            found &= Q(**{f"{field.path}__{word}": moment})
    return found


def _empty(field: Field) -> Q:
    nothing = Q(**{f"{field.path}__isnull": True})
    if field.kind in (Kind.TEXT, Kind.CHOICE):
        return nothing | Q(**{field.path: ""})
    return nothing | Q(**{field.path: []}) if field.kind is Kind.TAGS else nothing


def _contains(path: str, value: str) -> Q:
    """Text anywhere in a column. An index of three-letter parts knows nothing of less: it would be read from end to end,
    and that cannot be interrupted.
    """
    if re.search(r"\w{3}", value):
        return Q(**{f"{path}__contains": value})
    return Q(GreaterThan(Coalesce(StrIndex(F(path), Value(value)), 0), 0))


_LOOKUPS: dict[str, Callable[[str, Any], Q]] = {
    "is": lambda path, value: Q(**{path: value}),
    "isnot": lambda path, value: ~Q(**{path: value}),
    "contains": _contains,
    "starts": lambda path, value: Q(**{f"{path}__startswith": value}),
    "in": lambda path, value: Q(**{f"{path}__in": list(value)}),
    "notin": lambda path, value: ~Q(**{f"{path}__in": list(value)}),
    "atleast": lambda path, value: Q(**{f"{path}__gte": value}),
    "atmost": lambda path, value: Q(**{f"{path}__lte": value}),
    "over": lambda path, value: Q(**{f"{path}__gt": value}),
    "under": lambda path, value: Q(**{f"{path}__lt": value}),
    "between": lambda path, value: Q(**{f"{path}__gte": value[0], f"{path}__lte": value[1]}),
    "has": lambda path, value: Q(**{f"{path}__contains": [value]}),
    "hasnot": lambda path, value: ~Q(**{f"{path}__contains": [value]}),
    "says": lambda path, value: Q(said_in(path, value)),
    "saysnot": lambda path, value: ~Q(said_in(path, value)),
}

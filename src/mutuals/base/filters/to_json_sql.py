"""Tests of values that stand in a JSON column, to SQL, and as they are compared in Python.

What is asked for equality is asked by containment, which the partial index of the column serves (`jsonb_path_ops where
custom <> '{}'`). jsonb compares numbers exactly, and days and moments are texts that stand in their order, so nothing is cast.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, StrIndex
from django.db.models.lookups import GreaterThan, StartsWith

from mutuals.base.filters import days
from mutuals.base.filters.grammar import Test
from mutuals.base.filters.registry import Field, Kind


def to_q(test: Test, field: Field, *, zone: ZoneInfo, now: datetime) -> Q:
    """A checked test of a JSON field as a Q. What is not there is empty; nothing here comes out as unknown."""
    column, key = _place(field)
    there = Q(**{f"{column}__has_key": key})
    if test.op in ("empty", "filled"):
        return there if test.op == "filled" else ~there
    if field.kind in (Kind.DAY, Kind.TIME):
        first, end = days.span(test.op, test.value, today=now.astimezone(zone).date())
        for word, day in (("gte", first), ("lt", end)):
            if day is not None:
                there &= Q(**{f"{field.path}__{word}": _moment(field, day, zone)})
        return there
    if test.op in ("in", "notin"):
        among = _among(column, key, [[one] for one in test.value] if field.kind is Kind.TAGS else test.value)
        return among if test.op == "in" else ~among
    return _LOOKUPS[test.op](column, key, test.value)


def typed(field: Field, value: Any) -> Any:
    """A value as it is kept, as Python compares it: numbers as Decimal, days and moments as such."""
    if value is None:
        return None
    if field.kind in (Kind.NUMBER, Kind.MONEY):
        return Decimal(str(value))
    if field.kind is Kind.DAY:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if field.kind is Kind.TIME else value


def _place(field: Field) -> tuple[str, str]:
    column, _, key = field.path.partition("__")
    return column, key


def _moment(field: Field, day: date, zone: ZoneInfo) -> str:
    if field.kind is Kind.DAY:
        return day.isoformat()
    return f"{days.start(day, zone).astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0")


def _json(value: Any) -> Any:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _holds(column: str, key: str, value: Any) -> Q:
    """Containment, with the condition of the index beside it so that the planner may use that."""
    return Q(**{f"{column}__contains": {key: _json(value)}}) & ~Q(**{column: {}})


def _among(column: str, key: str, values: Any) -> Q:
    found = Q(pk__in=[])
    for value in values:
        found |= _holds(column, key, value)
    return found


def _text(column: str, key: str) -> Coalesce:
    return Coalesce(KeyTextTransform(key, F(column)), Value("", TextField()), output_field=TextField())


def _beyond(column: str, key: str, **asked: Any) -> Q:
    tests = {f"{column}__{key}__{word}": _json(value) for word, value in asked.items()}
    return Q(**{f"{column}__has_key": key}) & Q(**tests)


_LOOKUPS: dict[str, Callable[[str, str, Any], Q]] = {
    "is": _holds,
    "isnot": lambda column, key, value: ~_holds(column, key, value),
    "contains": lambda column, key, value: Q(GreaterThan(StrIndex(_text(column, key), Value(value)), 0)),
    "starts": lambda column, key, value: Q(StartsWith(_text(column, key), value)),
    "over": lambda column, key, value: _beyond(column, key, gt=value),
    "under": lambda column, key, value: _beyond(column, key, lt=value),
    "atleast": lambda column, key, value: _beyond(column, key, gte=value),
    "atmost": lambda column, key, value: _beyond(column, key, lte=value),
    "between": lambda column, key, value: _beyond(column, key, gte=value[0], lte=value[1]),
    "has": lambda column, key, value: _holds(column, key, [value]),
    "hasnot": lambda column, key, value: ~_holds(column, key, [value]),
}

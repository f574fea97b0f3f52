"""Conditions to Python: the same meaning as in SQL, on one row that is at hand. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base.filters import days, to_json_sql
from mutuals.base.filters.grammar import All, Condition, Either, Not, Test
from mutuals.base.filters.registry import Field, Kind, Record, record
from mutuals.base.filters.words import Said

Row = Mapping[str, Any]


def predicate(condition: Condition, of: Record, *, zone: ZoneInfo, now: datetime) -> Callable[[Row], bool]:
    """A checked condition as a function of a row: field name -> value as the column holds it; relations are lists.

    Words may come as the text or as `words.Said`, which is folded once for all conditions; values of a JSON column as it holds
    them.
    """
    if isinstance(condition, All | Either):
        parts = [predicate(part, of, zone=zone, now=now) for part in condition.parts]
        together = all if isinstance(condition, All) else any
        return lambda row: together(part(row) for part in parts)
    if isinstance(condition, Not):
        inner = predicate(condition.part, of, zone=zone, now=now)
        return lambda row: not inner(row)
    field = of.named(condition.field)
    assert field is not None  # as it was checked
    if field.kind is Kind.RELATION:
        return _related(condition, field, zone=zone, now=now)
    if field.kind in (Kind.DAY, Kind.TIME) and condition.op not in ("empty", "filled"):
        return _in_days(condition, field, zone=zone, now=now)
    tests = _OF_TAGS if field.kind is Kind.TAGS else _TESTS
    test, name, value = tests[condition.op], field.name, condition.value
    if field.is_json:
        return lambda row: test(to_json_sql.typed(field, row.get(name)), value)
    return lambda row: test(row.get(name), value)


def _related(test: Test, field: Field, *, zone: ZoneInfo, now: datetime) -> Callable[[Row], bool]:
    inner = predicate(test.value, record(field.related), zone=zone, now=now)
    name = field.name

    def those(row: Row) -> list[Row]:
        return [other for other in row.get(name) or () if inner(other)]

    if test.op in ("any", "none"):
        wanted = test.op == "any"
        return lambda row: any(inner(other) for other in row.get(name) or ()) is wanted
    summed, amount, is_least = test.of, test.amount, test.op == "atleast"

    def reached(row: Row) -> bool:
        found = those(row)
        told = sum((Decimal(other.get(summed) or 0) for other in found), Decimal(0)) if summed else len(found)
        return bool(told >= amount if is_least else told <= amount)

    return reached


def _in_days(test: Test, field: Field, *, zone: ZoneInfo, now: datetime) -> Callable[[Row], bool]:
    first, end = days.span(test.op, test.value, today=now.astimezone(zone).date())
    is_time = field.kind is Kind.TIME
    low: Any = days.start(first, zone) if is_time and first else first
    high: Any = days.start(end, zone) if is_time and end else end

    def within(row: Row) -> bool:
        value = to_json_sql.typed(field, row.get(field.name)) if field.is_json else row.get(field.name)
        return value is not None and (low is None or value >= low) and (high is None or value < high)

    return within


def _is_empty(value: Any, _: Any) -> bool:
    return value is None or value in ("", [], ())


def _says(value: Any, wanted: Any) -> bool:
    if value is None:
        return False
    return (value if isinstance(value, Said) else Said(value)).has(wanted)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "empty": _is_empty,
    "filled": lambda value, _: not _is_empty(value, None),
    "is": lambda value, wanted: value is not None and bool(value == wanted),
    "isnot": lambda value, wanted: value is None or bool(value != wanted),
    "contains": lambda value, wanted: value is not None and wanted in value,
    "starts": lambda value, wanted: value is not None and bool(value.startswith(wanted)),
    "in": lambda value, wanted: value is not None and value in wanted,
    "notin": lambda value, wanted: value is None or value not in wanted,
    "atleast": lambda value, wanted: value is not None and bool(value >= wanted),
    "atmost": lambda value, wanted: value is not None and bool(value <= wanted),
    "over": lambda value, wanted: value is not None and bool(value > wanted),
    "under": lambda value, wanted: value is not None and bool(value < wanted),
    "between": lambda value, wanted: value is not None and bool(wanted[0] <= value <= wanted[1]),
    "has": lambda value, wanted: wanted in (value or ()),
    "hasnot": lambda value, wanted: wanted not in (value or ()),
    "says": _says,
    "saysnot": lambda value, wanted: not _says(value, wanted),
}
_OF_TAGS: dict[str, Callable[[Any, Any], bool]] = {
    **_TESTS,
    "in": lambda value, wanted: any(one in (value or ()) for one in wanted),
    "notin": lambda value, wanted: not any(one in (value or ()) for one in wanted),
}

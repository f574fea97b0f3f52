"""Rules in sentences, and what a condition saw in a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base.filters import All, Condition, Either, Field, Kind, Not, Record, Said, Test, predicate, record
from mutuals.rules import hidden, registry
from mutuals.rules.body import Body, Step
from mutuals.rules.events import EVENTS

OPS = {
    "is": "is",
    "isnot": "is not",
    "contains": "contains",
    "starts": "starts with",
    "in": "is one of",
    "empty": "is empty",
    "filled": "is filled in",
    "over": "is above",
    "under": "is below",
    "between": "is between",
    "on": "is on",
    "before": "is before",
    "after": "is after",
    "last": "is in the last days:",
    "has": "has",
    "hasnot": "has not",
    "says": "say",
    "saysnot": "do not say",
    "any": "is one with",
    "none": "is none with",
}
_LONGEST = 200  # letters of what was seen that are kept


def condition(told: Condition, of: Record) -> str:
    """A condition in words."""
    if isinstance(told, Test):
        return _test(told, of)
    if isinstance(told, Not):
        return f"not ({condition(told.part, of)})"
    parts = [condition(part, of) for part in told.parts]
    if not parts:
        return "always" if isinstance(told, All) else "never"
    word = " and " if isinstance(told, All) else " or "
    return word.join(f"({part})" if " or " in part and word == " and " else part for part in parts)


def _test(test: Test, of: Record) -> str:
    one = _field(of, test.field)
    if one is None:
        return f"{test.field} {test.op}"
    if one.kind is Kind.RELATION:
        inner = condition(test.value, record(one.related))
        return f"{one.label} {'is known' if inner == 'always' else f'{OPS[test.op]} {inner}'}".replace(
            "is none with always", "is not known"
        )
    value = "" if test.value is None else _value(one, test.value)
    return f"{one.label} {OPS[test.op]} {value}".strip()


def _value(one: Field, value: Any) -> str:
    if isinstance(value, list | tuple):
        word = " and " if one.kind in (Kind.NUMBER, Kind.MONEY, Kind.DAY, Kind.TIME) else " or "
        return word.join(_value(one, part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return dict(one.choices).get(str(value), f"“{value}”" if one.kind is Kind.WORDS else str(value))


def step(told: Step) -> str:
    """An act in words; of an address that it calls the host alone."""
    known = registry.find(told.act)
    return (
        known.said(hidden.answers(told.act, told.told))
        if known
        else f"{told.act.replace('_', ' ')} (nobody offers this any more)"
    )


def sentence(body: Body) -> str:
    """The whole rule as one sentence."""
    of = record(EVENTS[body.when].record)
    among = f" where {condition(body.among, of)}" if body.among != All() else ""
    words = f"When {EVENTS[body.when].words}{among}"
    if body.condition != All():
        words += f", if {condition(body.condition, of)}"
    words += f", then {', and '.join(map(step, body.then)) or 'do nothing'}"
    if body.otherwise:
        words += f", otherwise {', and '.join(map(step, body.otherwise))}"
    return f"{words}{', and stop' if body.stop else ''}."


def trace(
    told: Condition, of: Record, row: Mapping[str, Any], *, zone: ZoneInfo, now: datetime
) -> list[dict[str, Any]]:
    """Each test of a condition with what stood there: [{"field", "test", "saw", "holds"}], at most as many as it has."""
    if isinstance(told, Not):
        return [{**line, "not": True} for line in trace(told.part, of, row, zone=zone, now=now)]
    if isinstance(told, All | Either):
        return [line for part in told.parts for line in trace(part, of, row, zone=zone, now=now)]
    one = _field(of, told.field)
    if one is not None and one.kind is Kind.RELATION:
        rows = row.get(one.name) or []
        inner = record(one.related)
        holds = predicate(told.value, inner, zone=zone, now=now)
        shown = next((other for other in rows if holds(other)), rows[0] if rows else None)
        if shown is not None and told.value != All():
            return [{**line, "of": one.label} for line in trace(told.value, inner, shown, zone=zone, now=now)]
    holds_here = predicate(told, of, zone=zone, now=now)(row)
    return [{"field": told.field, "test": _test(told, of), "saw": _saw(told, row.get(told.field)), "holds": holds_here}]


def _saw(test: Test, value: Any) -> Any:
    if isinstance(value, Said):
        return ", ".join(one for one in test.value if value.has((one,)))[:_LONGEST]
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))[:_LONGEST] if all(isinstance(one, str) for one in value) else len(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)[:_LONGEST]


def _field(of: Record, name: str) -> Field | None:
    return of.named(name)

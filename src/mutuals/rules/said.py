"""Rules in sentences, and what a condition saw in a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base.filters import All, Condition, Either, Kind, Not, Record, Said, Test, predicate, record, said
from mutuals.rules import hidden, registry
from mutuals.rules.body import Body, Step
from mutuals.rules.events import EVENTS

_LONGEST = 200  # letters of what was seen that are kept


def condition(told: Condition, of: Record) -> str:
    """A condition in words, with one word for what is always so."""
    return said(told, of) or "always"


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
    one = of.named(told.field)
    if one is not None and one.kind is Kind.RELATION and told.op in ("any", "none"):
        rows = row.get(one.name) or []
        inner = record(one.related)
        holds = predicate(told.value, inner, zone=zone, now=now)
        shown = next((other for other in rows if holds(other)), rows[0] if rows else None)
        if shown is not None and told.value != All():
            return [{**line, "of": one.label} for line in trace(told.value, inner, shown, zone=zone, now=now)]
    holds_here = predicate(told, of, zone=zone, now=now)(row)
    words = said(told, of)
    words = words[:1].upper() + words[1:]
    return [{"field": told.field, "test": words, "saw": _saw(told, row.get(told.field)), "holds": holds_here}]


def _saw(test: Test, value: Any) -> Any:
    if isinstance(value, Said):
        return ", ".join(one for one in test.value if value.has((one,)))[:_LONGEST]
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))[:_LONGEST] if all(isinstance(one, str) for one in value) else len(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)[:_LONGEST]

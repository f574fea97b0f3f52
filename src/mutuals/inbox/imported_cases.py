"""Cases out of files: how their rows are read, compared and written by the planner of tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from mutuals.base.refusals import Refusal
from mutuals.capture.imports.house import custom_of
from mutuals.capture.imports.references import ORGANISATION, PERSON
from mutuals.capture.imports.staff_named import one_of_us
from mutuals.capture.imports.tables import TRASHED, Plain, Table, key_of, plain, rows_named
from mutuals.connectors.files.fields import OF_HOUSE
from mutuals.inbox import case_close, case_edit, case_own, cases, stepped
from mutuals.inbox.models import Case, CaseState, Outcome, Priority, Purpose, Severity
from mutuals.people.names import fold
from mutuals.records import values as house_fields
from mutuals.staff.models import User

_EDITED = ("title", "priority", "severity", "kind")
_PLAIN = (*_EDITED, "opened_at", "ended_at", "result")
_STATES = {
    CaseState.OPEN: "open new waiting pending working escalated assigned reopened hold progress contact us customer",
    CaseState.SOLVED: "solved closed done resolved completed fixed",
    CaseState.DROPPED: "dropped rejected duplicate cancelled canceled spam",
}
_LEVELS = {
    "medium": "normal",
    "critical": "urgent",
    "p1": "urgent",
    "p2": "high",
    "p3": "normal",
    "p4": "low",
    "minor": "low",
}
_SEVERITIES = {
    "low": "slight",
    "minor": "slight",
    "medium": "normal",
    "high": "severe",
    "major": "severe",
    "urgent": "critical",
}
_ENDS = {CaseState.SOLVED: (Purpose.HELP, Outcome.SOLVED), CaseState.DROPPED: (Purpose.NONE, Outcome.NO_ANSWER)}
"""What is kept of an end of which the file says no more."""


def read(values: Mapping[str, Any], by: User, is_new: bool) -> Plain:
    """A row as it would be written. Refused: a state, priority, severity or sort that there is not; one about nobody."""
    if is_new and not values.get("person") and not values.get("organisation"):
        raise Refusal("A case is about a person or an organisation: no column names one here.")
    if is_new and values.get("reference"):
        raise Refusal(f"There is no case {str(values['reference'])[:20]}. Leave it empty to open a new one.")
    made: Plain = {name: plain(values[name]) for name in _PLAIN if name in values}
    if "priority" in made:
        made["priority"] = _one(
            "priority", _LEVELS.get(fold(made["priority"]), fold(made["priority"])), Priority.values
        )
    if "severity" in made:
        known = fold(made["severity"])
        made["severity"] = _one(
            "severity", known if known in Severity.values else _SEVERITIES.get(known, known), Severity.values
        )
    if values.get("state"):
        made["state"] = _state(str(values["state"]))
    made |= case_edit.read({name: made[name] for name in ("title", "kind") if name in made})
    if "result" in made and len(str(made["result"])) > case_close.LONGEST:
        raise Refusal(f"What came of it is longer than {case_close.LONGEST:,} letters.")
    made |= {name: values[name] for name in ("person", "organisation") if values.get(name)}
    if values.get("owner"):
        made["owner"] = f"staff:{one_of_us(str(values['owner'])).pk}"
    custom = house_fields.read("case", custom_of(dict(values)), by=by)
    return made | {f"{OF_HOUSE}{key}": value for key, value in custom.items()}


def now(ids: Sequence[int], _by: User) -> dict[int, Plain]:
    """What cases hold."""
    return {row.pk: _held(row) for row in Case.objects.filter(pk__in=ids).select_related("person")}


def find(name: str, values: Collection[Any], _by: User) -> dict[Any, list[int]]:
    """Cases by their reference or their title."""
    found: dict[Any, list[int]] = {}
    if name in ("reference", "title"):
        rows = Case.objects.filter(**{f"{name}__in": list(values)}, trashed_at=None)
        for number, value in rows.values_list("pk", name):
            found.setdefault(value, []).append(number)
    return found


def make(values: Mapping[str, Any], by: User, at: datetime) -> int:
    """Open it; end it where it has ended there. It has no steps: it is worked on by its state until somebody gives it some."""
    told = {name: values[name] for name in _EDITED if values.get(name)}
    row, _ = cases.open_case(by=by, now=at, **told, **rows_named(values), is_usual=False)
    _finish(row, values, by, at)
    return int(row.pk)


def write(number: int, values: Mapping[str, Any], by: User, at: datetime) -> None:
    """Change what is told. Whose it is, as a person, stays: the case was opened for them."""
    row = Case.objects.get(pk=number)
    told = {name: values[name] or "" for name in _EDITED if name in values}
    told |= {name: value for name, value in rows_named(values).items() if name != "person"}
    if told:
        row = case_edit.edit(row, by=by, now=at, changes=told)
    _finish(row, values, by, at)


def remove(number: int, by: User, at: datetime) -> None:
    """Into the trash."""
    row = stepped.held(Case.objects.get(pk=number), by=by)
    Case.objects.filter(pk=row.pk).update(trashed_at=at, changed_at=at)


TABLE = Table(
    "case",
    "case",
    (*_PLAIN, "reference", "state", "owner"),
    read,
    now,
    find,
    make,
    write,
    remove,
    references=(PERSON, ORGANISATION),
)


def _finish(row: Case, values: Mapping[str, Any], by: User, at: datetime) -> None:
    if custom := custom_of(dict(values)):
        row = case_own.fill(row, by=by, now=at, custom=custom)
    state = values.get("state")
    if state == CaseState.OPEN and row.state != CaseState.OPEN:
        row = case_close.reopen(row, by=by, now=at)
    elif state in _ENDS and row.state != state:
        purpose, outcome = _ENDS[CaseState(state)]
        said = str(values.get("result") or row.result)
        is_dropped = state == CaseState.DROPPED
        row = case_close.close(row, by=by, now=at, purpose=purpose, outcome=outcome, result=said, is_dropped=is_dropped)
    told: dict[str, Any] = {}
    if values.get("opened_at"):
        told["opened_at"] = datetime.fromisoformat(values["opened_at"])
    if values.get("ended_at") and row.state != CaseState.OPEN:
        told["ended_at"] = datetime.fromisoformat(values["ended_at"])
    if "result" in values and row.state != CaseState.OPEN:
        told["result"] = values["result"] or ""
    if told:
        Case.objects.filter(pk=row.pk).update(**told)


def _held(row: Case) -> Plain:
    told: Plain = {name: plain(getattr(row, name)) for name in _PLAIN}
    told |= {"state": row.state, "owner": key_of("staff", row.owner_id)}
    told["person"] = key_of("person", row.person.canonical_id if row.person else None)
    told["organisation"] = key_of("organisation", row.organisation_id)
    told |= {f"{OF_HOUSE}{key}": value for key, value in house_fields.told("case", row.custom).items()}
    return told | ({TRASHED: True} if row.trashed_at else {})


def _state(text: str) -> str:
    words = fold(text)
    for state, known in _STATES.items():
        if words == state or set(words.split()) & set(known.split()):
            return state.value
    raise Refusal(f"“{text[:40]}” says neither open, solved nor dropped.")


def _one(what: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise Refusal(f"“{value[:40]}” is no {what}: one of {', '.join(known)}.")
    return value

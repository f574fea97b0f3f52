"""Tasks, calls and meetings out of files: how their rows are read, compared and written by the planner of tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from mutuals.base.refusals import Refusal, one_line
from mutuals.capture.imports.references import PERSON, Reference
from mutuals.capture.imports.staff_named import one_of_us
from mutuals.capture.imports.tables import TRASHED, Plain, Table, key_of, plain, rows_named
from mutuals.connectors.files.values import parse_bool
from mutuals.inbox import tasks
from mutuals.inbox.models import Task, TaskKind
from mutuals.inbox.tasks_read import LONGEST_NOTES, TaskIn
from mutuals.people.names import fold
from mutuals.staff.models import User

_PLAIN = ("title", "kind", "notes", "due_on", "due_at")
_KINDS = {
    "todo": "task",
    "to do": "task",
    "email": "task",
    "linkedin": "task",
    "phone call": "call",
    "event": "meeting",
}
_DONE = frozenset({"done", "completed", "closed", "held"})
_OPEN = frozenset({"open", "not started", "in progress", "waiting", "deferred", "planned", "waiting on someone else"})


def read(values: Mapping[str, Any], _by: User, _is_new: bool) -> Plain:
    """A row as it would be written. Refused: a kind that there is not, an end that is neither yes nor no, notes too long."""
    told = {name: values[name] for name in _PLAIN if name in values}
    if "title" in told:
        told["title"] = one_line(told["title"], what="Title", longest=200)
    if "kind" in told:
        told["kind"] = _KINDS.get(fold(told["kind"]), fold(told["kind"]))
        if told["kind"] not in TaskKind.values:
            raise Refusal(f"“{str(values['kind'])[:40]}” is none of: {', '.join(TaskKind.values)}.")
    if len(str(told.get("notes", ""))) > LONGEST_NOTES:
        raise Refusal(f"Its notes are longer than {LONGEST_NOTES:,} letters.")
    if told.get("due_at") and told.get("due_on"):
        del told["due_on"]
    made: Plain = {name: plain(value) for name, value in told.items()}
    if values.get("done"):
        made["done"] = _is_done(str(values["done"]))
    about = values.get("deal") or values.get("case")
    made |= {"about": about} if about else {}
    made |= {"person": values["person"]} if values.get("person") else {}
    if values.get("owner"):
        made["owner"] = f"staff:{one_of_us(str(values['owner'])).pk}"
    return made


def now(ids: Sequence[int], _by: User) -> dict[int, Plain]:
    """What tasks hold."""
    return {row.pk: _held(row) for row in Task.objects.filter(pk__in=ids).select_related("person")}


def find(name: str, values: Collection[Any], _by: User) -> dict[Any, list[int]]:
    """Tasks by their title."""
    found: dict[Any, list[int]] = {}
    if name == "title":
        for number, value in Task.objects.filter(title__in=list(values), trashed_at=None).values_list("pk", "title"):
            found.setdefault(value, []).append(number)
    return found


def make(values: Mapping[str, Any], by: User, at: datetime) -> int:
    """Write it down; one that is done there is done here, at the time by which it was to be."""
    row, _ = tasks.add(TaskIn(**_told(values)), by=by, now=at)
    _end(row, values, by, at)
    return int(row.pk)


def write(number: int, values: Mapping[str, Any], by: User, at: datetime) -> None:
    """Change what is told."""
    row = Task.objects.get(pk=number)
    changes = _told(values)
    if changes:
        row = tasks.edit(row, by=by, changes=changes, now=at)
    _end(row, values, by, at)


def remove(number: int, by: User, at: datetime) -> None:
    """Into the trash."""
    tasks.trash(Task.objects.get(pk=number), by=by, now=at)


TABLE = Table(
    "task",
    "task",
    (*_PLAIN, "done", "owner"),
    read,
    now,
    find,
    make,
    write,
    remove,
    references=(PERSON, Reference("deal", "deal", "deal_id"), Reference("case", "case", "case_id")),
)


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {name: values[name] for name in ("title", "kind", "notes") if values.get(name)}
    if "due_on" in values:
        told["due_on"] = datetime.fromisoformat(values["due_on"]).date() if values["due_on"] else None
    if "due_at" in values:
        told["due_at"] = datetime.fromisoformat(values["due_at"]) if values["due_at"] else None
    if "about" in values:
        told["about"] = values["about"] or ""
    return told | {"assignee" if name == "owner" else name: row for name, row in rows_named(values).items()}


def _end(row: Task, values: Mapping[str, Any], by: User, at: datetime) -> None:
    if values.get("done") and row.done_at is None:
        tasks.done(row, by=by, now=min(at, row.due_at or at))
    elif values.get("done") is False and row.done_at is not None:
        tasks.reopen(row, by=by, now=at)


def _held(row: Task) -> Plain:
    told: Plain = {name: plain(getattr(row, name)) for name in _PLAIN}
    if row.due_on:
        told["due_at"] = None  # a day alone: the moment follows from it
    told |= {"done": row.done_at is not None, "about": row.about or None, "owner": key_of("staff", row.assignee_id)}
    told["person"] = key_of("person", row.person.canonical_id if row.person else None)
    return told | ({TRASHED: True} if row.trashed_at else {})


def _is_done(text: str) -> bool:
    word = fold(text)
    if word in _DONE or word in _OPEN:
        return word in _DONE
    try:
        return parse_bool(text)
    except ValueError as error:
        raise Refusal(f"“{text[:40]}” does not say whether it is done: yes or no.") from error

"""What a task is told to be: values out of forms and programs, as the table holds them, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mutuals.base.refusals import Refusal, one_line
from mutuals.inbox import tasks_dates as dates
from mutuals.inbox.models import Repeat, Task, TaskKind
from mutuals.people.models import Person
from mutuals.staff.models import Team, User

LONGEST_TITLE, LONGEST_NOTES = 200, 10_000
MOST_AT = 50
"""Colleagues, and people outside, at one meeting."""


@dataclass(frozen=True, slots=True)
class TaskIn:
    """What is to be done. By a moment (`due_at`), on a day (`due_on`), or from a moment on (`starts_at`, perhaps to `ends_at`).

    `about` is the text key of a record; `month_day` 1 to 31 on which a monthly one comes; `users` and `persons` are those at it
    beside `assignee` and `person`.
    """

    title: str
    kind: str = TaskKind.TASK
    notes: str = ""
    about: str = ""
    person: Person | None = None
    assignee: User | None = None
    team: Team | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    due_at: datetime | None = None
    due_on: date | None = None
    remind_at: datetime | None = None
    repeat: str = ""
    repeat_day: int | None = None
    repeat_until: date | None = None
    users: tuple[User, ...] = ()
    persons: tuple[Person, ...] = ()


FIELDS = tuple(one.name for one in fields(TaskIn))
_WHEN = ("starts_at", "ends_at", "due_at", "due_on")
COLUMNS = tuple(name for name in FIELDS if name not in ("users", "persons"))


def zone_of(user: User | None) -> ZoneInfo:
    """Where somebody is; UTC where that is not known."""
    try:
        return ZoneInfo(user.zone if user else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def read(told: Mapping[str, Any], *, zone: ZoneInfo) -> dict[str, Any]:
    """All values of a task, checked, with its order (`due_at`) worked out in `zone`.

    Refused: no title, too long texts, a meeting without a beginning, an end before it, a repetition without a day, and
    moments outside of 1900 to 2200.
    """
    values = dict(told)
    values["title"] = one_line(told["title"], what="Title", longest=LONGEST_TITLE)
    values["notes"] = _notes(told["notes"])
    if told["kind"] not in TaskKind.values:
        _refuse("kind", f"It is one of: {', '.join(TaskKind.values)}.")
    if told["repeat"] not in Repeat.values:
        _refuse("repeat", f"It comes again {', '.join(one for one in Repeat.values if one)}, or not.")
    if told["team"] is None and told["assignee"] is None:
        _refuse("assignee", "Somebody or a team is to do it.")
    if told["assignee"] is not None and not told["assignee"].is_active:
        _refuse("assignee", f"{told['assignee']} no longer works here; choose somebody else.")
    _when(values, zone)
    _again(values)
    return values


def _when(values: dict[str, Any], zone: ZoneInfo) -> None:
    """Which of the four ways to say when it is; the others are empty then."""
    for name in (*_WHEN, "remind_at", "repeat_until"):
        value = values[name]
        day = value.date() if isinstance(value, datetime) else value
        if day is not None and not dates.FIRST <= day < dates.LAST:
            _refuse(name, "A moment lies between 1900 and 2200.")
        if isinstance(value, datetime) and value.tzinfo is None:
            _refuse(name, "A moment needs its zone.")
    if values["starts_at"] is None and values["kind"] == TaskKind.MEETING:
        _refuse("starts_at", "When does the meeting begin?")
    if values["ends_at"] is not None and (values["starts_at"] is None or values["ends_at"] <= values["starts_at"]):
        _refuse("ends_at", "It ends after it begins.")
    if values["starts_at"] is not None:
        values["due_at"], values["due_on"] = values["starts_at"], None
    elif values["due_on"] is not None:
        values["due_at"] = dates.end_of(values["due_on"], zone)


def _again(values: dict[str, Any]) -> None:
    if not values["repeat"]:
        values["repeat_day"] = values["repeat_until"] = None
        return
    if values["due_at"] is None:
        _refuse("repeat", "What comes again needs a day on which it is due first.")
    number = values["repeat_day"]
    if values["repeat"] != Repeat.MONTHLY:
        values["repeat_day"] = None
    elif number is not None and not 1 <= number <= 31:
        _refuse("repeat_day", "A day of the month is 1 to 31.")


def _notes(told: object) -> str:
    text = str(told if told is not None else "").replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > LONGEST_NOTES:
        _refuse("notes", f"At most {LONGEST_NOTES:,} letters.")
    return text


def _refuse(field: str, words: str) -> None:
    raise Refusal(words, fields={field: words})


def told_of(row: Task) -> dict[str, Any]:
    """The values of a task as `read` takes them, without those who are at it; a day alone without the moment it ends."""
    values = {name: getattr(row, name) for name in COLUMNS}
    if row.due_on is not None or row.starts_at is not None:
        values["due_at"] = None
    return values

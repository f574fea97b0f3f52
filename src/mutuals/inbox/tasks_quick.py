"""A line of text as a task: read in the zone of whoever writes it, with the person and the colleague that it names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mutuals.inbox import tasks, tasks_line
from mutuals.inbox import tasks_dates as dates
from mutuals.inbox.models import Task
from mutuals.inbox.tasks_read import LONGEST_TITLE, TaskIn, zone_of
from mutuals.people.models import Person
from mutuals.people.queries import find_by_name
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.staff.permissions import require

FEW = 5
"""People of one name that are told."""


@dataclass(frozen=True, slots=True)
class Quick:
    """What a line says: the task as it would be kept, the people whom its name may mean (one: they are it), and a word for a
    colleague whom nobody is known by.
    """

    told: TaskIn
    people: tuple[Person, ...] = ()
    unknown: str = ""


def read(line: str, *, by: User, now: datetime) -> Quick:
    """A line as it is understood. Nothing is kept."""
    zone = zone_of(by)
    said = tasks_line.read(line, now=now.astimezone(zone))
    people = tuple(find_by_name(by, said.who, limit=FEW)) if said.who else ()
    to = _colleague(by, said.to)
    starts = ends = due = None
    if said.day and said.clock:
        due = dates.at(said.day, said.clock, zone)
        ends = dates.at(said.day, said.until, zone) if said.until else None
        starts = due if said.kind == "meeting" or ends else None
    told = TaskIn(
        said.title[:LONGEST_TITLE], kind=said.kind, person=people[0] if len(people) == 1 else None, assignee=to or by,
        starts_at=starts, ends_at=ends, due_at=None if starts else due, due_on=said.day if said.clock is None else None,
        repeat=said.repeat,
    )  # fmt: skip
    return Quick(told, people, said.to if said.to and to is None else "")


def add(
    told: TaskIn, *, by: User, now: datetime, about: str = "", person: Person | None = None, key: UUID | None = None
) -> tuple[Task, bool]:
    """Keep what was read, about a record and for a person where that is known from where it was written."""
    require(by, "task.add")
    return tasks.add(replace(told, about=about, person=person or told.person), by=by, now=now, key=key)


def _colleague(by: User, word: str) -> User | None:
    """The one whose address begins with that word, or whose first name it is; None where there are several."""
    if not word:
        return None
    rows = [
        one
        for one in staff.active()
        if one.email.lower().split("@")[0] == word.lower() or one.get_short_name().lower() == word.lower()
    ]
    return rows[0] if len(rows) == 1 else None

"""Tasks as lines of a list: when they are due in words, for whom, about what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from mutuals.base import clock
from mutuals.inbox import tasks_asked
from mutuals.inbox.models import Task
from mutuals.inbox.tasks_read import zone_of
from mutuals.people.visibility import called, sees_contacts
from mutuals.staff import named
from mutuals.staff.models import User

ICONS = {"task": "check", "call": "phone", "meeting": "people"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Line:
    """One task. `for_url` and `about_url` are "" where nothing is to open."""

    id: int
    title: str
    icon: str
    kind: str
    when: str
    is_late: bool
    is_done: bool
    outcome: str
    who: str
    for_name: str
    for_url: str
    about: str
    about_url: str
    repeats: str
    reminds: bool


def now_of(viewer: User) -> datetime:
    """The present moment where somebody is."""
    return clock.now().astimezone(zone_of(viewer))


def lines(viewer: User, rows: Sequence[Task], now: datetime) -> list[Line]:
    """Lines of some tasks. What the viewer may not see of a person or a record is left out."""
    abouts = named.shown(viewer, [row.about for row in rows if row.about])
    full = sees_contacts(viewer)
    seen = named.seen(viewer, [f"person:{row.person_id}" for row in rows if row.person_id])
    found = []
    for row in rows:
        who = row.person.canonical if row.person and f"person:{row.person_id}" in seen else None
        about = abouts.get(row.about)
        found.append(
            Line(
                row.pk, row.title, ICONS[row.kind], row.get_kind_display(), when(row, now),
                tasks_asked.is_late(row, now), row.done_at is not None, row.get_outcome_display(),
                str(row.assignee or row.team or ""), str(called(who, full=full)) if who else "",
                f"/customers/{who.pk}/" if who else "", about.name if about else "", about.url if about else "",
                row.get_repeat_display() if row.repeat else "", row.remind_at is not None and row.told_at is None,
            )
        )  # fmt: skip
    return found


def day_words(day: date, today: date) -> str:
    """Today, Tomorrow, Yesterday, Tue 24 Nov, 24 Nov 2027."""
    near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((day - today).days)
    if near:
        return near
    told = f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{_DAYS[day.weekday()]} {told}" if day.year == today.year else f"{told} {day.year}"


def when(row: Task, now: datetime) -> str:
    """When it is, in the days of whoever looks: "Today, 10:00–11:00"; "" without a date."""
    if row.due_on is not None:
        return day_words(row.due_on, now.date())
    if row.due_at is None:
        return ""
    local = row.due_at.astimezone(now.tzinfo)
    until = f"–{row.ends_at.astimezone(now.tzinfo):%H:%M}" if row.ends_at else ""
    return f"{day_words(local.date(), now.date())}, {local:%H:%M}{until}"


def zone_of_moment(now: datetime) -> ZoneInfo:
    """The zone in which a moment is told."""
    return tasks_asked.Asked(now).zone


def number(said: str) -> int:
    """A number out of an address or a form; 0 for what is none."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0


def back(request: HttpRequest, usual: str) -> str:
    """Where the form stood, if that is one of our pages."""
    said = request.POST.get("back", "")
    return said if said.startswith("/") and not said.startswith(("//", "/\\")) and "\n" not in said else usual

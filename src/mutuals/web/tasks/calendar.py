"""Tasks on the days of a month or a week."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mutuals.base import house
from mutuals.inbox import tasks_asked
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.tasks import shown
from mutuals.web.tasks.views import WHOSE

MOST_A_DAY = 6
"""Of a month's day; a week shows all."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@needs("task.view")
def page(request: HttpRequest) -> HttpResponse:
    """A month, or a week, around the day of the address; today's where it names none."""
    viewer, told = caller(request), request.GET
    now = shown.now_of(viewer)
    whose = told.get("whose", "mine") if told.get("whose", "mine") in tasks_asked.WHOSE else "mine"
    is_week = told.get("by") == "week"
    day = _day(told.get("day", "")) or now.date()
    first_weekday = house.row().first_weekday
    first, last = _bounds(day, first_weekday, is_week=is_week)
    by_day = tasks_asked.days(viewer, whose=whose, first=first, last=last, zone=shown.zone_of_moment(now))
    most = 200 if is_week else MOST_A_DAY
    cells = [
        _cell(viewer, first + timedelta(days=at), by_day, now, day.month, most) for at in range((last - first).days + 1)
    ]
    step = timedelta(days=7)
    context = {
        "weeks": [cells[at : at + 7] for at in range(0, len(cells), 7)],
        "heads": [_DAYS[(first_weekday + at) % 7] for at in range(7)],
        "title": f"Week of {first.day} {_MONTHS[first.month - 1]} {first.year}"
        if is_week
        else f"{_MONTHS[day.month - 1]} {day.year}",
        "before": day - step if is_week else day.replace(day=1) - timedelta(days=1),
        "after": day + step if is_week else day.replace(day=monthrange(day.year, day.month)[1]) + timedelta(days=1),
        "day": day,
        "by": "week" if is_week else "month",
        "whose": [(value, name, value == whose) for value, name in WHOSE],
        "asked_whose": whose,
        "may_add": may(viewer, "task.add"),
    }
    return render(request, "tasks/calendar.html", context)


def _bounds(day: date, first_weekday: int, *, is_week: bool) -> tuple[date, date]:
    begins = day if is_week else day.replace(day=1)
    ends = day if is_week else day.replace(day=monthrange(day.year, day.month)[1])
    first = begins - timedelta(days=(begins.weekday() - first_weekday) % 7)
    return first, ends + timedelta(days=(first_weekday + 6 - ends.weekday()) % 7)


def _cell(viewer: Any, day: date, by_day: dict[date, Any], now: Any, month: int, most: int) -> dict[str, Any]:
    rows = by_day.get(day, [])
    told = [
        {
            "id": row.pk, "title": row.title, "clock": "" if row.due_on else f"{row.due_at.astimezone(now.tzinfo):%H:%M}",
            "icon": shown.ICONS[row.kind], "is_done": row.done_at is not None, "is_late": tasks_asked.is_late(row, now),
        }
        for row in rows[:most]
    ]  # fmt: skip
    return {
        "day": day, "rows": told, "more": max(0, len(rows) - most), "is_today": day == now.date(),
        "is_other": day.month != month,
        "words": f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}",
    }  # fmt: skip


def _day(said: str) -> date | None:
    try:
        found = date.fromisoformat(said[:10])
    except ValueError:
        return None
    return found if 1901 <= found.year <= 2198 else None

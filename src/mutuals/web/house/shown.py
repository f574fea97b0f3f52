"""A week as a picture with its words, and how a moment came about: as templates take them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base import calendars
from mutuals.base.calendars import Calendar, Told

_DAY = 24 * 60


def week(told: Calendar, first: int) -> list[dict[str, Any]]:
    """A row for each day from the house's first weekday on: bars in minutes of that day, a night's rest on its morrow."""
    bars: dict[int, list[tuple[int, int]]] = {day: [] for day in range(7)}
    for one in told.windows:
        start, end = (clock.hour * 60 + clock.minute for clock in (one.starts, one.ends))
        bars[one.weekday].append((start, end if one.ends > one.starts else _DAY))
        if one.ends <= one.starts and end:
            bars[(one.weekday + 1) % 7].append((0, end))
    days = [(first + ahead) % 7 for ahead in range(7)]
    return [
        {
            "name": calendars.DAYS[day],
            "bars": [(start, end - start) for start, end in sorted(bars[day])],
            "words": calendars.hours_in_words(
                (one.starts, one.ends) for one in sorted(told.windows) if one.weekday == day
            ),
        }
        for day in days
    ]


def explained(told: Told, zone: str) -> dict[str, Any]:
    """Sentences, and rows by the calendar's clock."""
    clock = ZoneInfo(zone)
    rows = [
        {
            "day": f"{one.day:%a} {one.day.day} {one.day:%b}",
            "hours": f"{_clock(one.begin, clock, one.day)}–{_clock(one.end, clock, one.day)}" if one.begin else "",
            "counted": calendars.length(one.counted) if one.begin else "",
            "so_far": calendars.length(one.so_far),
            "words": one.words,
        }
        for one in told.rows
    ]
    return {"words": told.words, "rows": rows, "left_out": told.left_out, "over": told.over}


def _clock(moment: datetime | None, zone: ZoneInfo, day: date) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return (
        f"{local:%H:%M}{' next day' if local.date() - day == timedelta(days=1) and local.hour + local.minute else ''}"
    )

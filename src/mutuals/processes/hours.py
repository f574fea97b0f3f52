"""Time limits: as words, and as a moment in plain hours or in working ones: of one window a day, or of a calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mutuals.base import calendars, house
from mutuals.base.calendars import Calendar, Told, Window
from mutuals.base.refusals import Refusal

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST = 366 * 86_400
"""Seconds of the longest limit."""
_UNITS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 7 * 86_400}
_SAID = re.compile(r"([0-9]{1,5}) (working )?(minute|hour|day|week)s?")


@dataclass(frozen=True, slots=True)
class Week:
    """When people work: from `start` to `end` by `clock`, the name of a zone, on `days` (0 = Monday).

    With a `calendar`, its windows and holidays hold instead; a limit of so many working days is then so many times `whole`
    seconds, and a week five days, whatever day it is: what was promised does not change with the calendar.
    """

    clock: str = "UTC"
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(9)
    end: time = time(17)
    calendar: str = ""
    whole: int = 8 * 3_600

    @property
    def zone(self) -> str:
        """The zone by whose clock days begin. Refused: a calendar that is not there."""
        return house.calendar(self.calendar).zone if self.calendar else self.clock

    @property
    def day(self) -> int:
        """Seconds of one working day."""
        if self.calendar:
            return self.whole
        return (self.end.hour - self.start.hour) * 3_600 + (self.end.minute - self.start.minute) * 60


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a step may take: `seconds`, counted in working hours where `working`; `words` as somebody wrote it."""

    words: str
    seconds: int
    working: bool


def read_limit(told: Any, week: Week) -> Limit:
    """ "30 minutes", "4 hours", "3 working days". ValueError says what is allowed."""
    found = _SAID.fullmatch(" ".join(str(told).lower().split()))
    if found is None or int(found[1]) == 0:
        raise ValueError('is written as "30 minutes", "4 hours", "2 days" or "3 working days".')
    count, working, unit = int(found[1]), bool(found[2]), found[3]
    one = _UNITS[unit]
    if working and unit in ("day", "week"):
        one = week.day * (len(week.days) if unit == "week" else 1)
    if count * one > MOST:
        raise ValueError("is at most a year.")
    return Limit(f"{count} {'working ' if working else ''}{unit}{'' if count == 1 else 's'}", count * one, working)


def read_week(told: Any) -> Week:
    """The name of a calendar; or {calendar, day}, `day` in hours; or {zone, days, from, to}; each may be left out.

    ValueError says what is allowed. Whether there is such a calendar is asked by `missing`, not here.
    """
    if isinstance(told, str) or (isinstance(told, Mapping) and "calendar" in told):
        return _by_calendar(told)
    if not isinstance(told, Mapping) or set(told) - {"zone", "days", "from", "to"}:
        raise ValueError(
            'takes zone, days, from and to: {zone: Europe/Lisbon, days: [mon, tue], from: "09:00", to: "17:00"}.'
        )
    plain = Week()
    try:
        zone = str(told.get("zone", plain.zone))[:50]
        ZoneInfo(zone)
        start = time.fromisoformat(str(told.get("from", "09:00")))
        end = time.fromisoformat(str(told.get("to", "17:00")))
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        raise ValueError('takes hours as "09:00", in quotes, and a zone as Europe/Lisbon.') from error
    days = told.get("days", [DAYS[number] for number in plain.days])
    if not isinstance(days, list) or not days or any(day not in DAYS for day in days):
        raise ValueError(f"takes days as a list of: {', '.join(DAYS)}.")
    if start >= end or start.tzinfo or end.tzinfo:
        raise ValueError("ends later on the same day than it begins.")
    return Week(zone, tuple(sorted({DAYS.index(day) for day in days})), start, end)


def _by_calendar(told: Any) -> Week:
    parts = {"calendar": told} if isinstance(told, str) else told
    name, day = str(parts["calendar"] or "").strip(), parts.get("day", 8)
    if set(parts) - {"calendar", "day"} or not 0 < len(name) <= 60:
        raise ValueError("takes the name of a calendar, or calendar and day: {calendar: Support, day: 7.5}.")
    if isinstance(day, bool) or not isinstance(day, int | float) or not 0 < day <= 24 or (day * 60) % 1:
        raise ValueError("takes day as the hours of one working day, such as 8 or 7.5.")
    return Week(calendar=name, whole=int(day * 3_600))


def calendar_of(week: Week) -> Calendar:
    """The hours as a calendar. Refused: a calendar that is not there."""
    if week.calendar:
        return house.calendar(week.calendar)
    return Calendar("hours of this process", week.zone, tuple(Window(day, week.start, week.end) for day in week.days))


def missing(week: Week) -> str:
    """Words where a calendar is named that is not there; "" where all is well."""
    try:
        calendar_of(week)
    except Refusal as error:
        return str(error)
    return ""


def due(start: datetime, limit: Limit, week: Week) -> datetime:
    """The moment at which a limit that begins at `start` is over. Refused: a calendar that is not there."""
    if not limit.working:
        return start + timedelta(seconds=limit.seconds)
    return calendars.due(start, limit.seconds // 60, calendar_of(week))


def explain(start: datetime, limit: Limit, week: Week) -> Told:
    """How that moment came about, in sentences and rows; rows only where working hours are counted. Refused as `due`."""
    if not limit.working:
        over = start + timedelta(seconds=limit.seconds)
        return Told(("Counted by the clock, day and night.",), (), 0, over.astimezone(UTC))
    told = calendars.explain(start, limit.seconds // 60, calendar_of(week))
    if "day" not in limit.words and "week" not in limit.words:
        return told
    one = calendars.length(timedelta(seconds=week.day))
    counted = (
        f"One working day is {one} here, so {limit.words} are {calendars.length(timedelta(seconds=limit.seconds))}."
    )
    return Told((*told.words[:-1], counted, told.words[-1]), told.rows, told.left_out, told.over)


def worked(start: datetime, end: datetime, week: Week) -> int:
    """Seconds of working hours between two moments."""
    return int(calendars.spent(start, end, calendar_of(week)).total_seconds())


def spent(start: datetime, end: datetime, week: Week, *, working: bool) -> int:
    """Seconds between two moments as a step counts them; never below zero."""
    if working:
        return worked(start, end, week)
    return max(int((end - start).total_seconds()), 0)


def span(seconds: float | None) -> str:
    """A length of time in words of two parts at most: 38 min, 2 h 10 min, 4.1 days. A dash where nothing is known."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{int(seconds)} s"
    if seconds < 3_600:
        return f"{round(seconds / 60)} min"
    if seconds < 86_400:
        hours, minutes = divmod(round(seconds / 60), 60)
        return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
    return f"{seconds / 86_400:.1f}".removesuffix(".0") + " days"

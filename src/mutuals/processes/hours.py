"""Time limits: as words, and as a moment in plain or in working hours. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST = 366 * 86_400
"""Seconds of the longest limit."""
_UNITS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 7 * 86_400}
_SAID = re.compile(r"([0-9]{1,5}) (working )?(minute|hour|day|week)s?")
_FURTHEST = 3_700  # days that are looked through


@dataclass(frozen=True, slots=True)
class Week:
    """When people work: from `start` to `end` by the clock of `zone`, on `days` (0 = Monday)."""

    zone: str = "UTC"
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(9)
    end: time = time(17)

    @property
    def day(self) -> int:
        """Seconds of one working day."""
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
    """{zone, days, from, to}; each may be left out. ValueError says what is allowed."""
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


def due(start: datetime, limit: Limit, week: Week) -> datetime:
    """The moment at which a limit that begins at `start` is over."""
    if not limit.working:
        return start + timedelta(seconds=limit.seconds)
    left = timedelta(seconds=limit.seconds)
    last = start
    for begin, end in _windows(start, week):
        begin = max(begin, start)
        if end - begin >= left:
            return begin + left
        left, last = left - (end - begin), end
    return last


def worked(start: datetime, end: datetime, week: Week) -> int:
    """Seconds of working hours between two moments."""
    total = timedelta()
    for begin, close in _windows(start, week):
        if begin >= end:
            break
        total += max(min(close, end) - max(begin, start), timedelta())
    return int(total.total_seconds())


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


def _windows(start: datetime, week: Week) -> Iterator[tuple[datetime, datetime]]:
    """Working hours of each day, as UTC, from the day of `start` on; the clock's changes of a year are counted right."""
    zone = ZoneInfo(week.zone)
    first = start.astimezone(zone).date()
    for ahead in range(_FURTHEST):
        day = first + timedelta(days=ahead)
        if day.weekday() in week.days:
            begin, end = (datetime.combine(day, clock, zone).astimezone(UTC) for clock in (week.start, week.end))
            if end > start:
                yield begin, end

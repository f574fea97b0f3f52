"""When a task is due, and when it comes again: days and moments in somebody's zone. Pure."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LAST, FIRST = date(2200, 1, 1), date(1900, 1, 1)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a day where somebody is, in UTC: the moment from which what is due on it is late."""
    return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC) - timedelta(seconds=1)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day where somebody is, in UTC."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """A time of day there, in UTC. One that the change of clocks leaves out is told by the clocks of before."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def next_day(day: date, repeat: str, *, month_day: int | None = None, since: date) -> date:
    """The first day after `day` on which it comes again, and not before `since`: what was missed meanwhile is passed over.

    `repeat`: daily, weekly or monthly; `month_day` 1 to 31 of each month, its last one where it has fewer; without it that of
    `day`.
    """
    if repeat == "monthly":
        wanted = month_day or day.day
        months = max(0, (since.year - day.year) * 12 + since.month - day.month)
        while True:
            year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
            found = date(year, month, min(wanted, calendar.monthrange(year, month)[1]))
            if found > day and found >= since:
                return found
            months += 1
    step = 7 if repeat == "weekly" else 1
    behind = max(0, (since - day).days)
    return day + timedelta(days=max(step, -(-behind // step) * step))


def moved(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time of day some days later there, whatever the clocks do between."""
    local = moment.astimezone(zone)
    return at(local.date() + timedelta(days=days), local.timetz().replace(tzinfo=None), zone)

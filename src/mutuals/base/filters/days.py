"""Days as the viewer lives them: from their midnight to the next, in their zone. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UNITS = ("days", "weeks", "months", "years")
EVERY = ("day", "week", "month", "quarter", "year")  # of the calendar; weeks begin on Monday
WORDS_OF_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
MOST_DAYS = 36_500
_SPAN = re.compile(r"(\d{1,5})(?: ?(d|days?|w|weeks?|m|months?|y|years?))?", re.ASCII)
_LONG = {"days": 1, "weeks": 7, "months": 31, "years": 366}


def start(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins; where a change of clocks skips midnight, the first moment after."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def lasting(told: object) -> int | str | None:
    """A number of days ("7", 7, "7 days"), or of weeks, months or years as "3 weeks"; None for anything else.

    Short: 3w, 2m, 1y. None also for nothing and for more than 100 years.
    """
    found = _SPAN.fullmatch(str(told).strip().lower()) if isinstance(told, int | str) else None
    if found is None or isinstance(told, bool):
        return None
    number, letter = int(found[1]), (found[2] or "d")[0]
    unit = next(one for one in UNITS if one[0] == letter)
    if not 0 < number * _LONG[unit] <= MOST_DAYS:
        return None
    return number if unit == "days" else f"{number} {unit}"


def moved(day: date, lasting: int | str, way: int) -> date:
    """The day so long before (-1) or after (1) another one; the last of a month that has fewer days."""
    number, _, unit = str(lasting).partition(" ")
    many = int(number) * way
    if unit in ("", "days", "weeks"):
        return date.fromordinal(min(max(day.toordinal() + many * _LONG[unit or "days"], 1), date.max.toordinal()))
    return _months(day, many * (12 if unit == "years" else 1))


def span(op: str, value: object, *, today: date) -> tuple[date | None, date | None]:
    """The days that a test means: first day, and the day after the last one; None = open.

    "last 7" are today and the seven days before, "older 7" all before those; "next 7" today and the seven days after, "later
    7" all after those. A "between" whose ends are swapped means nothing.
    """
    if op in ("last", "older", "next", "later") and isinstance(value, int | str):
        edge = moved(today, value, -1 if op in ("last", "older") else 1)
        day = timedelta(days=1)
        return {
            "last": (edge, today + day), "older": (None, edge), "next": (today, edge + day), "later": (edge + day, None)
        }[op]  # fmt: skip
    if op in ("this", "previous", "coming") and isinstance(value, str):
        return _calendar(value, today, {"previous": -1, "this": 0, "coming": 1}[op])
    if op == "between" and isinstance(value, tuple):
        return value[0], value[1] + timedelta(days=1)
    day_meant = today + timedelta(days=WORDS_OF_DAYS[value]) if isinstance(value, str) else value
    assert isinstance(day_meant, date)
    if op == "on":
        return day_meant, day_meant + timedelta(days=1)
    return (None, day_meant) if op == "before" else (day_meant + timedelta(days=1), None)


def _calendar(unit: str, today: date, away: int) -> tuple[date, date]:
    """The day, week, month, quarter or year that holds today, or the one beside it."""
    if unit in ("day", "week"):
        long = 1 if unit == "day" else 7
        first = today - timedelta(days=0 if unit == "day" else today.weekday()) + timedelta(days=long * away)
        return first, first + timedelta(days=long)
    long = {"month": 1, "quarter": 3, "year": 12}[unit]
    held = today.replace(month=(today.month - 1) // long * long + 1, day=1)
    return _months(held, long * away), _months(held, long * (away + 1))


def _months(day: date, many: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + many, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if many < 0 else date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

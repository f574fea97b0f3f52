"""Until when: the moments that a clause names, by a writer's clock and by when the house closes. Pure.

A day without an hour means until the house closes on it, 17:00 where nobody knows. What may mean two days ("next Friday" said
on a Monday, 3/4) means none: unknown is an answer.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mutuals.text.promises_words import Tongue

Hours = Callable[[datetime], time | None]
"""When the house closes on a day; None = nobody works then."""
CLOSES = time(17)
_MOST_DAYS = 400
_PARTS = {"noon": time(12), "afternoon": time(17), "morning": time(12), "evening": time(20), "night": time(23, 59)}
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{2,4})?(?!\d)")
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?\b")
_NEAR = 30  # letters around a day in which its part or hour stands


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that a clause names, and where it stands in it."""

    begin: int
    end: int
    at: datetime


def moments(clause: str, tongue: Tongue, now: datetime, hours: Hours | None = None) -> list[Moment]:
    """All moments after `now` (by the clock of its zone) that a clause names, in their order; none that is in doubt."""
    found = [*_stretches(clause, tongue, now, hours), *_days(clause, tongue, now, hours)]
    if not found:
        found = list(_today_at(clause, tongue, now))
    told = sorted((one for one in found if one.at > now), key=lambda one: (one.begin, -one.end))
    kept = list[Moment]()
    for one in told:
        if not kept or one.begin >= kept[-1].end:
            kept.append(one)
    return kept


def _days(clause: str, tongue: Tongue, now: datetime, hours: Hours | None) -> Iterator[Moment]:
    """Days by name, by date, and the ends of days, weeks and months."""
    for begin, end, day in _named(clause, tongue, now, hours):
        if day is not None and tongue.made("gone").search(clause[:begin]) is None:
            yield Moment(begin, end, _on(day, clause, begin, end, tongue, now, hours))


def _named(clause: str, tongue: Tongue, now: datetime, hours: Hours | None) -> Iterator[tuple[int, int, date | None]]:
    today = now.date()
    days = {
        "after": today + timedelta(days=2),
        "tomorrow": today + timedelta(days=1),
        "today": today,
        "day": today,
        "next_week": _last_of_week(today + timedelta(days=7 - today.weekday()), now, hours),
        "week": _last_of_week(today, now, hours),
        "month": today.replace(day=monthrange(today.year, today.month)[1]),
    }
    for name, day in days.items():
        for hit in tongue.made(name).finditer(clause):
            yield hit.start(), hit.end(), day
    for number, pattern in enumerate(tongue.weekdays):
        for hit in pattern.finditer(clause):
            yield hit.start(), hit.end(), _weekday(clause, hit, number, tongue, today)
    yield from _dates(clause, tongue, today)


def _weekday(clause: str, hit: re.Match[str], number: int, tongue: Tongue, today: date) -> date | None:
    """The coming one. With "next" only where that is next week, and in no doubt."""
    ahead = (number - today.weekday()) % 7 or 7
    day = today + timedelta(days=ahead)
    around = f"{clause[max(0, hit.start() - 10) : hit.start()]} {clause[hit.end() : hit.end() + 12]}"
    if tongue.made("following").search(around) and number > today.weekday():
        return None
    return day


def _dates(clause: str, tongue: Tongue, today: date) -> Iterator[tuple[int, int, date | None]]:
    for hit in _ISO.finditer(clause):
        yield hit.start(), hit.end(), _date(int(hit[1]), int(hit[2]), int(hit[3]))
    for pattern in (_DOTTED, _SLASHED):
        for hit in pattern.finditer(clause):
            one, two, year = int(hit[1]), int(hit[2]), hit[3]
            if tongue.code == "en" and one <= 12 and two <= 12 and one != two:
                continue
            day, month = (two, one) if two > 12 else (one, two)
            yield hit.start(), hit.end(), _coming(day, month, year, today)
    for hit in tongue.made("date").finditer(clause):
        told = hit.groupdict()
        said = (told.get("mon") or told.get("mon2") or "").lower()
        number = next(
            (n for n, one in enumerate(tongue.told["months"], 1) if re.fullmatch(one, said, re.IGNORECASE)), 0
        )
        yield hit.start(), hit.end(), _coming(int(told.get("d") or told.get("d2") or 0), number, None, today)


def _stretches(clause: str, tongue: Tongue, now: datetime, hours: Hours | None) -> Iterator[Moment]:
    """ "within 3 days", "in 2-3 working days", "in an hour": the later end counts."""
    for hit in tongue.within.finditer(clause):
        said = hit["many"].lower()
        many = int(said) if said.isdecimal() else tongue.numbers.get(said, 0)
        unit = next(name for name in tongue.told["units"] if hit[name])
        if (at := _later(now, many, unit, hours)) is not None:
            yield Moment(hit.start(), hit.end(), at)


def _later(now: datetime, many: int, unit: str, hours: Hours | None) -> datetime | None:
    if unit in ("minute", "hour"):
        return now + timedelta(**{f"{unit}s": many})
    day = now.date()
    if unit == "working":
        if many > _MOST_DAYS:
            return None
        for _ in range(many):
            day = _next_open(day, now, hours)
    else:
        day += timedelta(days=many * {"day": 1, "week": 7, "month": 30}[unit])
    return _at(day, _closing(day, now, hours), now)


def _on(day: date, clause: str, begin: int, end: int, tongue: Tongue, now: datetime, hours: Hours | None) -> datetime:
    """The moment on a day: the hour that stands by it, else the part of the day, else when the house closes."""
    if (hour := _clock(clause, tongue)) is not None:
        return _at(day, hour, now)
    near = clause[begin : end + _NEAR]
    for name, pattern in tongue.parts.items():
        if pattern.search(near):
            return _at(day, _PARTS[name], now)
    told = _at(day, _closing(day, now, hours), now)
    return told if told > now or day != now.date() else _at(day, time(23, 59), now)


def _today_at(clause: str, tongue: Tongue, now: datetime) -> Iterator[Moment]:
    """An hour alone is one of today, if it is still to come."""
    hit = tongue.made("clock").search(clause)
    hour = _clock(clause, tongue)
    if hit is not None and hour is not None:
        yield Moment(hit.start(), hit.end(), _at(now.date(), hour, now))


def _clock(clause: str, tongue: Tongue) -> time | None:
    hit = tongue.made("clock").search(clause)
    if hit is None:
        return None
    told = hit.groupdict()
    hour, minute = int(told.get("h") or told.get("h2") or 0), int(told.get("m") or told.get("m2") or 0)
    half = (told.get("half") or "").lower().replace(".", "")
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    elif half != "am" and 0 < hour < 7:
        hour += 12  # nobody rings at five in the morning
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _closing(day: date, now: datetime, hours: Hours | None) -> time:
    told = hours(_at(day, time(), now)) if hours else None
    return told or CLOSES


def _is_open(day: date, now: datetime, hours: Hours | None) -> bool:
    return hours(_at(day, time(), now)) is not None if hours else day.weekday() < 5


def _next_open(day: date, now: datetime, hours: Hours | None) -> date:
    for ahead in range(1, 15):
        if _is_open(day + timedelta(days=ahead), now, hours):
            return day + timedelta(days=ahead)
    return day + timedelta(days=1)


def _last_of_week(day: date, now: datetime, hours: Hours | None) -> date:
    """The last day of the week, from `day` on, on which somebody works; its Sunday where nobody does any more."""
    sunday = day + timedelta(days=6 - day.weekday())
    left = [sunday - timedelta(days=n) for n in range(7) if sunday - timedelta(days=n) >= day]
    return next((one for one in left if _is_open(one, now, hours)), sunday)


def _coming(day: int, month: int, year: str | None, today: date) -> date | None:
    """That day of this year, or of the next where it is long over."""
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    found = _date(today.year, month, day)
    if found is not None and found < today - timedelta(days=60):
        return _date(today.year + 1, month, day)
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _at(day: date, hour: time, now: datetime) -> datetime:
    return datetime.combine(day, hour, tzinfo=now.tzinfo)

"""When a limit is over and how much of it is spent, by a calendar with windows, nights and holidays. Pure.

A *window* belongs to the day on which it starts; one that ends at or before its start ends on the next day. A *holiday* takes
the windows that start on its day away, halves them or puts others in their place; a night that began the day before is
worked to its end. Windows that overlap count once.

Where clocks are changed, a window opens at the first moment at which the clock shows its start *or later*, and closes so
too. In spring 02:30 is then the moment at which 02:00 became 03:00; in autumn the hour that comes twice is within a
window that spans it twice, and a window that closed when it came first does not open again. A night from 22:00 to 06:00 has
seven hours in the one night and nine in the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mutuals.base.refusals import Refusal

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FURTHEST = 3_700
"""Days that are looked through for the end of a limit: ten years."""
MOST_ROWS = 120
"""Rows of one explanation; what lies between is counted, not shown."""
MOST_A_DAY = 8
_ZERO = timedelta()
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From `starts` to `ends` by the clock on every such weekday (0 = Monday); `ends` <= `starts`: into the next day."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day that is otherwise: closed; with `is_half` the first half of its windows' time; or with `windows` of its own."""

    on_day: date
    words: str = ""
    is_half: bool = False
    windows: tuple[tuple[time, time], ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people work, by the clock of `zone`."""

    name: str
    zone: str
    windows: tuple[Window, ...]
    holidays: tuple[Holiday, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an explanation: what of `day` counted, in UTC, and how much had been counted after it."""

    day: date
    words: str
    begin: datetime | None = None
    end: datetime | None = None
    counted: timedelta = _ZERO
    so_far: timedelta = _ZERO


@dataclass(frozen=True, slots=True)
class Told:
    """How a moment came about: sentences, a row for each day or window, how many rows were left out, and the moment."""

    words: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int
    over: datetime


def due(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The moment at which `minutes` of working time from `start` on are over, in UTC.

    Refused: a calendar without windows, fewer minutes than none, and what is not over within ten years.
    """
    left = _asked(minutes, calendar)
    if not left:
        return start.astimezone(UTC)
    for begin, end in _slices(start, calendar):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise Refusal(f"By the calendar “{calendar.name}” this is not over within ten years.")


def spent(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Working time between two moments; none where the second is not later. Refused: a calendar without windows."""
    _asked(0, calendar)
    total = _ZERO
    for begin, close in _slices(start, calendar):
        if begin >= end:
            break
        total += min(close, end) - begin
    return total


def explain(start: datetime, minutes: int, calendar: Calendar) -> Told:
    """How `due` came to its moment: the hours that hold, and each day with what it gave. Refused as there."""
    over, zone = due(start, minutes, calendar), ZoneInfo(calendar.zone)
    rows = list(_rows(start, over, calendar, zone))
    shown = rows if len(rows) <= MOST_ROWS else [*rows[: MOST_ROWS - 20], *rows[-20:]]
    words = (
        f"Counted by the calendar “{calendar.name}”, by the clock of {calendar.zone}.",
        f"People work {'; '.join(week_in_words(calendar))}.",
        f"{length(timedelta(minutes=minutes))} of working time from {_said(start, zone)} are over on {_said(over, zone)}.",
    )
    return Told(words, tuple(shown), len(rows) - len(shown), over)


def length(of: timedelta) -> str:
    """A length of working time: 45 min, 2 h, 7 h 30 min, 19 min 24 s."""
    minutes, seconds = divmod(round(of.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((f"{hours:,} h", hours), (f"{minutes} min", minutes), (f"{seconds} s", seconds))
    return " ".join(words for words, many in parts if many) or "0 min"


def clock(local: datetime) -> str:
    """A moment as its clock shows it: 09:00; with seconds where there are any."""
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def week_in_words(calendar: Calendar) -> list[str]:
    """Days with the same windows together: "Monday to Friday 09:00–13:00, 14:00–18:00"."""
    found: list[tuple[int, int, str]] = []
    for weekday in range(7):
        mine = sorted(one for one in calendar.windows if one.weekday == weekday)
        words = hours_in_words((one.starts, one.ends) for one in mine)
        if not words:
            continue
        if found and found[-1][1] == weekday - 1 and found[-1][2] == words:
            found[-1] = (found[-1][0], weekday, words)
        else:
            found.append((weekday, weekday, words))
    return [f"{DAYS[first]}{f' to {DAYS[last]}' if last > first else ''} {words}" for first, last, words in found]


def read_windows(told: Iterable[Iterable[str]]) -> tuple[tuple[time, time], ...]:
    """Windows out of texts: [["09:00", "12:00"]]. Refused: what is no time of day to the minute, or not two of them."""
    found: list[tuple[time, time]] = []
    for one in told:
        pair = [str(part).strip() for part in one]
        if len(pair) != 2 or not all(_CLOCK.fullmatch(part) for part in pair):
            raise Refusal(f"Hours are told as 09:00–17:00, to the minute, not as “{'–'.join(pair)[:40]}”.")
        starts, ends = (time.fromisoformat(part.zfill(5)) for part in pair)
        found.append((starts, ends))
    return tuple(sorted(found))


def read_hours(told: str) -> tuple[tuple[time, time], ...]:
    """Windows out of one line: "9:00–13:00, 14:00–18:00"; "" is none, and 24:00 is the midnight that ends the day.

    Refused: what cannot be read so, and more than `MOST_A_DAY`.
    """
    parts = [part for part in re.split(r"[,;]|\band\b", told[:400]) if part.strip()]
    if len(parts) > MOST_A_DAY:
        raise Refusal(f"A day has at most {MOST_A_DAY} windows.")
    return read_windows(re.split(r"\s*(?:-|–|—|\bto\b)\s*", part.strip().replace("24:00", "00:00")) for part in parts)


def hours_in_words(windows: Iterable[tuple[time, time]]) -> str:
    """The same as one line, as `read_hours` takes it."""
    return ", ".join(f"{starts:%H:%M}–{ends:%H:%M}" for starts, ends in windows)


def day_of(calendar: Calendar, day: date) -> list[tuple[datetime, datetime]]:
    """The working time that begins on one day, in UTC, in order and without overlaps."""
    holidays = {one.on_day: one for one in calendar.holidays}
    return _of_day(day, calendar.windows, holidays.get(day), ZoneInfo(calendar.zone))


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which the clock of `zone` shows this time of this day, or a later one."""
    told = datetime.combine(day, clock, zone)
    found = told.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == told.replace(tzinfo=None):
        return found
    low, high = told.replace(fold=1).astimezone(UTC), found  # the clock jumped over it between these two
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < told.replace(tzinfo=None):
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def _asked(minutes: int, calendar: Calendar) -> timedelta:
    if not calendar.windows:
        raise Refusal(f"The calendar “{calendar.name}” has no hours in which anybody works, so nothing is ever over.")
    if minutes < 0:
        raise Refusal("A limit is not less than no time.")
    return timedelta(minutes=minutes)


def _slices(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Working time from `start` on, in order, none of it twice."""
    reached = start.astimezone(UTC)
    for _, parts in _days(start, calendar):
        for begin, end in parts:
            if end > reached:
                yield max(begin, reached), end
                reached = end


def _days(start: datetime, calendar: Calendar) -> Iterator[tuple[date, list[tuple[datetime, datetime]]]]:
    zone = ZoneInfo(calendar.zone)
    holidays = {one.on_day: one for one in calendar.holidays}
    first = start.astimezone(zone).date() - timedelta(days=2)  # a night may have begun before
    for ahead in range(FURTHEST):
        day = first + timedelta(days=ahead)
        yield day, _of_day(day, calendar.windows, holidays.get(day), zone)


def _of_day(
    day: date, windows: Iterable[Window], holiday: Holiday | None, zone: ZoneInfo
) -> list[tuple[datetime, datetime]]:
    told = [(one.starts, one.ends) for one in windows if one.weekday == day.weekday()]
    if holiday is not None and not holiday.is_half:
        told = list(holiday.windows)
    found: list[tuple[datetime, datetime]] = []
    for starts, ends in sorted(told):
        begin = moment(day, starts, zone)
        end = moment(day if ends > starts else day + timedelta(days=1), ends, zone)
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > begin:
            found.append((begin, end))
    return _halved(found) if holiday is not None and holiday.is_half else found


def _halved(parts: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    left, found = sum((end - begin for begin, end in parts), _ZERO) / 2, list[tuple[datetime, datetime]]()
    for begin, end in parts:
        if left > _ZERO:
            found.append((begin, min(end, begin + left)))
            left -= end - begin
    return found


def _rows(start: datetime, over: datetime, calendar: Calendar, zone: ZoneInfo) -> Iterator[Row]:
    holidays = {one.on_day: one for one in calendar.holidays}
    began, reached, total = start.astimezone(zone).date(), start.astimezone(UTC), _ZERO
    for day, parts in _days(start, calendar):
        if day > over.astimezone(zone).date() or reached >= over:
            return
        kept = [(max(begin, reached), min(end, over)) for begin, end in parts]
        kept = [(begin, end) for begin, end in kept if end > begin]
        words = _about(day, holidays.get(day), zone)
        if not kept and day >= began:
            yield Row(day, words or ("closed" if not parts else "not in these hours"), so_far=total)
        for begin, end in kept:
            begin = max(begin, reached)
            if end > begin:
                total += end - begin
                reached = end
                yield Row(day, words, begin, end, end - begin, total)


def _about(day: date, holiday: Holiday | None, zone: ZoneInfo) -> str:
    found = []
    if holiday is not None:
        sort = "half a day" if holiday.is_half else "other hours" if holiday.windows else "holiday"
        found.append(f"{holiday.words} ({sort})" if holiday.words else sort)
    night, next_night = (moment(one, time(0), zone).astimezone(zone) for one in (day, day + timedelta(days=1)))
    change = (next_night.utcoffset() or _ZERO) - (night.utcoffset() or _ZERO)
    if change:
        found.append(f"clocks go {'forward' if change > _ZERO else 'back'} by {length(abs(change))}")
    return ", ".join(found)


def _said(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{DAYS[local.weekday()]}, {local.day} {local:%B %Y}, {clock(local)}"

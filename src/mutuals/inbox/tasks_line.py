"""One line of text read as a task: "call Ana tomorrow 10:00" is a call on a day at a time. Pure, and English.

What is read is taken out of the title, so what is left tells what was not understood. The screen shows it before it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

LONGEST = 400  # letters that are read
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_CLOCK = r"(?P<{0}h>[01]?\d|2[0-3])(?::(?P<{0}m>[0-5]\d))?\s?(?P<{0}half>am|pm)?"
_FROM, _TO = _CLOCK.format("a"), _CLOCK.format("b")


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w:.@/-])(?:{pattern})(?![\w:@/-]|\.\d)", re.IGNORECASE)


_EVERY = _word(rf"(?P<often>daily|weekly|monthly)|every (?P<unit>day|week|month)|every {_DAY}")
_DATES: tuple[re.Pattern[str], ...] = (
    _word(r"(?:on |by )?(?P<year>20\d\d)-(?P<number>\d\d)-(?P<dom>\d\d)"),
    _word(r"(?:on |by )?(?P<dom>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>20\d\d)?"),
    _word(rf"(?:on |by )?(?:the )?(?P<dom>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<year>20\d\d))?"),
    _word(rf"(?:on |by )?{_MONTH} (?P<dom>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>20\d\d))?"),
    _word(r"(?:by )?(?P<near>day after tomorrow|today|tomorrow)"),
    _word(r"in (?P<many>\d{1,3}|an?) (?P<step>minute|min|hour|day|week|month)s?"),
    _word(rf"(?:on |by |next |this )?{_DAY}"),
)
_SPAN = _word(rf"(?:at |from )?{_FROM}\s?(?:-|–|to)\s?{_TO}")
_TIME = _word(rf"(?P<said>at |by )?{_FROM}")
_LONG = _word(r"for (?P<long>\d{1,3}|an?) ?(?P<of>minute|min|hour|h)s?")
_NAMES = re.compile(r"(?:call|ring|phone|meet(?:ing)?(?: with)?)\s+(?P<who>.+)", re.IGNORECASE)
_KINDS = (("call", re.compile(r"(?:call|ring|phone)\b", re.I)), ("meeting", re.compile(r"meet(?:ing)?\b", re.I)))
_FOR = re.compile(r"(?<![\w@])@(?P<who>[\w.+-]{1,80})")


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says. `day` and `clock` are by the clocks of whoever wrote it; a clock without an end has `until` None.

    `who` are the words after "call" or "meet", perhaps a name; `to` a colleague, said by "@ada".
    """

    title: str
    kind: str = "task"
    day: date | None = None
    clock: time | None = None
    until: time | None = None
    repeat: str = ""
    who: str = ""
    to: str = ""


def read(text: str, *, now: datetime) -> Line:
    """What a line says, seen from `now`, a moment with the zone of whoever wrote it. A time without a day is the next such."""
    rest = _Rest(" ".join(text[:LONGEST].split()))
    to = rest.take(_FOR)
    every = rest.take(_EVERY)
    day, clock = _day(rest, now)
    if every and every["weekday"] and day is None:
        day = _weekday(every["weekday"], now.date())
    span = rest.take(_SPAN, fits=_is_span)
    until: time | None = None
    if span:
        clock, until = _span(span)
    elif clock is None and (said := rest.take(_TIME, fits=_is_time)):
        clock = _clock(said, "a")
    if clock and until is None and (long := rest.take(_LONG)):
        until = _later(clock, long)
    if clock and day is None:
        day = now.date() if clock > now.time() else now.date() + timedelta(days=1)
    repeat = _often(every)
    if repeat and day is None:
        day = now.date()
    title = rest.words
    kind = next((name for name, begins in _KINDS if begins.match(title)), "task")
    if kind == "meeting" and clock is None:
        kind = "task"
    who = _NAMES.fullmatch(title)
    return Line(
        title[:1].upper() + title[1:], kind, day, clock, until, repeat,
        who["who"].strip() if who else "", to["who"] if to else "",
    )  # fmt: skip


def _often(every: re.Match[str] | None) -> str:
    if every is None:
        return ""
    units = {"day": "daily", "week": "weekly", "month": "monthly"}
    return (every["often"] or units.get((every["unit"] or "").lower(), "weekly")).lower()


class _Rest:
    """The words that nothing was read out of yet."""

    def __init__(self, words: str) -> None:
        self.words = words

    def take(
        self, pattern: re.Pattern[str], *, fits: Callable[[re.Match[str]], bool] = lambda found: True
    ) -> re.Match[str] | None:
        """The last place that fits, taken out: people write the time behind what is to be done."""
        found = [one for one in pattern.finditer(self.words) if fits(one)]
        if not found:
            return None
        left, right = self.words[: found[-1].start()].rstrip(" ,"), self.words[found[-1].end() :].lstrip(" ,")
        self.words = f"{left} {right}".strip()
        return found[-1]


def _day(rest: _Rest, now: datetime) -> tuple[date | None, time | None]:
    for pattern in _DATES:
        found = rest.take(pattern, fits=lambda one: _when(one, now) is not None)
        if found:
            told = _when(found, now)
            return told if told else (None, None)
    return None, None


def _when(found: re.Match[str], now: datetime) -> tuple[date, time | None] | None:
    """The day that a match tells, and the time where it tells one too; None for a day that there is not."""
    told, today = found.groupdict(), now.date()
    if near := told.get("near"):
        return today + timedelta(days={"today": 0, "tomorrow": 1}.get(near.lower(), 2)), None
    if step := told.get("step"):
        return _ahead(told["many"] or "", step.lower(), now)
    if weekday := told.get("weekday"):
        return _weekday(weekday, today), None
    name = (told.get("month") or "").lower()[:3]
    month = _MONTHS.index(name) + 1 if name else int(told["number"] or 0)
    year = int(told["year"]) if told["year"] else today.year
    try:
        day = date(year, month, int(told["dom"] or 0))
        return (day.replace(year=year + 1) if day < today and not told["year"] else day), None
    except ValueError:
        return None


def _ahead(many: str, step: str, now: datetime) -> tuple[date, time | None]:
    number = 1 if many.lower() in ("a", "an") else int(many)
    if step in ("minute", "min", "hour"):
        then = now + (timedelta(hours=number) if step == "hour" else timedelta(minutes=number))
        return then.date(), then.time().replace(second=0, microsecond=0)
    days = {"day": number, "week": 7 * number}.get(step)
    if days is not None:
        return now.date() + timedelta(days=days), None
    months = now.month - 1 + number
    year, month = now.year + months // 12, months % 12 + 1
    return date(year, month, min(now.day, 28)), None


def _weekday(name: str, today: date) -> date:
    """The next such day after today."""
    ahead = (_WEEK.index(name.lower()[:3]) - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead)


def _is_time(found: re.Match[str]) -> bool:
    """A bare number is no time: "order 3 kettles"."""
    return (
        bool(found["am"] or found["ahalf"] or (found["said"] or "").lower() == "at ") and _clock(found, "a") is not None
    )


def _is_span(found: re.Match[str]) -> bool:
    told = bool(found["am"] or found["bm"] or found["ahalf"] or found["bhalf"])
    return told and _span(found) != (None, None)


def _span(found: re.Match[str]) -> tuple[time | None, time | None]:
    """Both ends; "2-3pm" is two in the afternoon. (None, None) where it ends before it begins."""
    ends = _clock(found, "b")
    begins = _clock(found, "a", half=found["ahalf"] or found["bhalf"] or "")
    if begins and ends and begins >= ends and not found["ahalf"]:
        begins = _clock(found, "a", half="am" if found["bhalf"] else "")
    return (begins, ends) if begins and ends and begins < ends else (None, None)


def _clock(found: re.Match[str], side: str, *, half: str | None = None) -> time | None:
    hour, minute = int(found[f"{side}h"]), int(found[f"{side}m"] or 0)
    part = (found[f"{side}half"] if half is None else half) or ""
    if part:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if part.lower() == "pm" else 0)
    return time(hour, minute)


def _later(clock: time, long: re.Match[str]) -> time | None:
    number = 1 if long["long"].lower() in ("a", "an") else int(long["long"])
    minutes = clock.hour * 60 + clock.minute + number * (60 if long["of"].lower().startswith("h") else 1)
    return time(minutes // 60, minutes % 60) if number > 0 and minutes < 24 * 60 else None

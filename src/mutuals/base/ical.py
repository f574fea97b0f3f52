"""All-day events out of an iCalendar file (RFC 5545), for lists of public holidays. Pure, and made for hostile input.

Only what is needed is read: DTSTART and DTEND as dates, and SUMMARY. An event with a time of day is no holiday; one that
repeats is not unrolled; both are counted, so that nobody believes them taken. Nothing is fetched and nothing is executed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from mutuals.base.refusals import Refusal

MOST_BYTES, MOST_EVENTS, MOST_DAYS = 1_000_000, 5_000, 31
"""Of a file; of its events; of one event."""
_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True, slots=True)
class Found:
    """Days with their words, in order, each once; how many events had a time of day, repeat, or could not be read."""

    days: tuple[tuple[date, str], ...]
    timed: int = 0
    repeated: int = 0
    unread: int = 0


def all_days(told: bytes) -> Found:
    """The all-day events of a file. Refused: what is no iCalendar file, is longer than a megabyte, or holds no such day."""
    if len(told) > MOST_BYTES:
        raise Refusal("A calendar file is at most one megabyte long.")
    lines = _lines(told.decode("utf-8-sig", "replace"))
    if "BEGIN:VCALENDAR" not in (line.strip().upper() for line in lines[:5]):
        raise Refusal("This is no calendar file: it does not begin with BEGIN:VCALENDAR.")
    days: dict[date, str] = {}
    timed = repeated = unread = 0
    for event in _events(lines):
        if "RRULE" in event or "RDATE" in event:
            repeated += 1
        elif "DTSTART" in event and not _DAY.fullmatch(event["DTSTART"]):
            timed += 1
        elif not (span := _span(event)):
            unread += 1
        else:
            words = _words(event.get("SUMMARY", ""))
            for day in span:
                days.setdefault(day, words)
    if not days:
        raise Refusal(
            f"No event here lasts whole days: {timed} have a time of day, {repeated} repeat, {unread} are broken."
        )
    return Found(tuple(sorted(days.items())), timed, repeated, unread)


def _lines(text: str) -> list[str]:
    """Lines, unfolded: one that begins with a blank goes on with the line before (RFC 5545, 3.1)."""
    found: list[str] = []
    parts: list[str] = []
    for line in re.split(r"\r\n|\n|\r", text):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        found.append("".join(parts))
        parts = [line]
    return [line for line in [*found, "".join(parts)] if line]


def _events(lines: list[str]) -> list[dict[str, str]]:
    """The first value of each property of each VEVENT; what is nested in an event (an alarm) is passed over."""
    found: list[dict[str, str]] = []
    event: dict[str, str] | None = None
    nested = 0
    for line in lines:
        head, _, value = line.partition(":")
        name = head.partition(";")[0].strip().upper()
        what = value.strip().upper()
        if name == "BEGIN" and event is None and what == "VEVENT":
            event = {}
        elif event is None:
            continue
        elif name == "BEGIN":
            nested += 1
        elif name == "END" and nested:
            nested -= 1
        elif name == "END":
            found.append(event)
            event = None
            if len(found) > MOST_EVENTS:
                raise Refusal(f"A calendar file holds at most {MOST_EVENTS:,} events.")
        elif not nested:
            event.setdefault(name, value.strip())
    return found


def _span(event: dict[str, str]) -> list[date]:
    """The days of an event; [] where they cannot be read, or are more than a month. DTEND is the day after the last one."""
    first = _day(event.get("DTSTART", ""))
    after = _day(event["DTEND"]) if "DTEND" in event else None
    if first is None or ("DTEND" in event and after is None):
        return []
    many = max((after - first).days, 1) if after else 1
    return [first + timedelta(days=number) for number in range(many)] if many <= MOST_DAYS else []


def _day(told: str) -> date | None:
    parts = _DAY.fullmatch(told)
    if parts is None or not 1900 <= int(parts[1]) <= 2200:
        return None
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return None


def _words(told: str) -> str:
    plain = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], told[:500])
    kept = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs", "Cf") else letter for letter in plain)
    return " ".join(kept.split())[:120]

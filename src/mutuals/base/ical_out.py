"""A calendar written as iCalendar (RFC 5545), for programs that read it by its address. Pure; `base.ical` reads.

Times are in UTC, so no time zone has to be described; a day alone is VALUE=DATE. Lines end in CRLF and are folded at 75 octets,
never within a letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

WIDEST = 75  # octets of a line, without its end
LONGEST = 4_000  # letters of a text


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `begins` is a moment, or a day: then it has no end of its own. `changed_at` and `sequence` say which wording
    is the newest, `uid` that it is the same event. One that `is_busy` keeps others from that time.
    """

    uid: str
    title: str
    begins: datetime | date
    changed_at: datetime
    ends: datetime | None = None
    sequence: int = 0
    notes: str = ""
    url: str = ""
    is_cancelled: bool = False
    is_busy: bool = False


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """The whole file, in UTF-8."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mutuals//Tasks//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M"]
    for event in events:
        lines += _lines(event)
    return b"".join(fold(line) for line in [*lines, "END:VCALENDAR"])


def _lines(event: Event) -> list[str]:
    is_day = not isinstance(event.begins, datetime)
    told = [
        "BEGIN:VEVENT",
        f"UID:{text(event.uid)}",
        f"DTSTAMP:{_moment(event.changed_at)}",
        f"LAST-MODIFIED:{_moment(event.changed_at)}",
        f"SEQUENCE:{event.sequence}",
        f"SUMMARY:{text(event.title)}",
    ]
    if isinstance(event.begins, datetime):
        told.append(f"DTSTART:{_moment(event.begins)}")
        told += [f"DTEND:{_moment(event.ends)}"] if event.ends and event.ends > event.begins else []
    else:
        told += [
            f"DTSTART;VALUE=DATE:{event.begins:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.begins + timedelta(days=1):%Y%m%d}",
        ]
    told += [f"DESCRIPTION:{text(event.notes)}"] if event.notes else []
    told += [f"URL:{_plain(event.url)}"] if event.url else []
    told.append(f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}")
    told.append(f"TRANSP:{'OPAQUE' if event.is_busy and not is_day else 'TRANSPARENT'}")
    return [*told, "END:VEVENT"]


def text(told: str) -> str:
    """A text as the value of a property: backslash, semicolon, comma and ends of lines escaped, control letters left out."""
    plain = told.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in plain[:LONGEST] if one == "\n" or unicodedata.category(one) not in ("Cc", "Cs"))
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _plain(told: str) -> str:
    """An address stands as it is, but for what would end its line."""
    return "".join(one for one in told if unicodedata.category(one) not in ("Cc", "Cs"))


def fold(line: str) -> bytes:
    """A line in octets with its end; one that is too wide goes on in the next, after a blank."""
    parts, part, room = [], b"", WIDEST
    for letter in line:
        octets = letter.encode("utf-8", "replace")
        if len(part) + len(octets) > room:
            parts.append(part)
            part, room = b"", WIDEST - 1  # the blank counts
        part += octets
    return b"\r\n ".join([*parts, part]) + b"\r\n"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"

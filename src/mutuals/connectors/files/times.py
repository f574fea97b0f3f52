"""Times and dates as people and programs write them, to aware UTC; nothing is guessed that a person can be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ISO = re.compile(r"^\d{4}-?\d{2}-?\d{2}([T ]\d|$)")
_NUMERIC = re.compile(r"^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\.?(?:[,T\s]+(.*))?$")
_CLOCK = re.compile(
    r"^(?:(?:at|um|a|à|om|alle)\s+)?(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?\s?m\.?)?\s*(?:uhr|h)?\s*"
    r"(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?$",
    re.IGNORECASE,
)
_WORDY = re.compile(
    r"^(?:[^\W\d]+\.?,?\s+)?(?:(\d{1,2})(?:\.|st|nd|rd|th|er|º)?\s+(?:de\s+)?([^\W\d]+)\.?,?|([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?)"
    r"\s+(?:de\s+|del\s+)?(\d{4})(?:,|\s+|$)\s*(.*)$"
)
_TWITTER = re.compile(r"^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{2}:\d{2}:\d{2}) ([+-]\d{4}) (\d{4})$")
_EPOCH = re.compile(r"^\d{9,10}(\.\d+)?$|^\d{13}$|^\d{16}$")
_MONTHS = (
    "jan january januar jänner janvier janv ene enero janeiro gen gennaio januari",
    "feb february februar février févr fév febrero fevereiro fev febbraio februari",
    "mar march märz mär mrz mars marzo março maart mrt",
    "apr april avril avr abr abril aprile",
    "may mai mayo maio mag maggio mei",
    "jun june juni juin junio junho giu giugno",
    "jul july juli juillet juil julio julho lug luglio",
    "aug august août ago agosto augustus",
    "sep sept september septembre septiembre setembro set settembre",
    "oct october okt oktober octobre octubre outubro out ottobre ott",
    "nov november novembre noviembre novembro",
    "dec december dez dezember décembre déc dic diciembre dezembro dicembre",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_EARLIEST, _LATEST = 1970, 2200


class NeedsZone(ValueError):
    """The time names no zone and none was given: somebody has to say where its clock hung."""


class NeedsOrder(ValueError):
    """Day or month first cannot be told from this date, and nobody said."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """`utc` is aware; `original` is the text as it stood in the file."""

    utc: datetime
    original: str
    had_zone: bool


def parse_time(text: str, *, zone: str | None, day_first: bool | None = None) -> Parsed:
    """A moment. `zone` (IANA name) counts only where the text has none; an hour that happens twice is the first one.

    Raises NeedsZone, NeedsOrder, or ValueError with a sentence for the person: no date at all, a day that does not
    exist, a year outside 1970-2200, an unknown zone.
    """
    trimmed = " ".join(text.split())
    if not trimmed:
        raise ValueError("There is no time")
    if _EPOCH.match(trimmed):
        return Parsed(_epoch(trimmed), text, had_zone=True)
    local = _read(trimmed, day_first)
    if not _EARLIEST <= local.year <= _LATEST:
        raise ValueError(f"The year {local.year} cannot be right")
    if local.tzinfo is not None:
        return Parsed(local.astimezone(UTC), text, had_zone=True)
    if not zone:
        raise NeedsZone("The times name no time zone")
    return Parsed(local.replace(tzinfo=_zone(zone)).astimezone(UTC), text, had_zone=False)


def parse_date(text: str, *, day_first: bool | None = None) -> date:
    """A day, as for birthdays: no zone needed, years 1850-2200. Raises as parse_time does."""
    found = _read(" ".join(text.split()), day_first)
    if not 1850 <= found.year <= _LATEST:
        raise ValueError(f"The year {found.year} cannot be right")
    return found.date()


def guess_day_first(samples: Iterable[str]) -> bool | None:
    """What the samples prove: True day first, False month first, None nothing or a contradiction.

    Dates parted by dots are day first wherever they are written.
    """
    day = month = False
    for text in samples:
        found = _NUMERIC.match(" ".join(text.split()))
        if not found or len(found[1]) == 4:
            continue
        first, second = int(found[1]), int(found[3])
        day = day or first > 12 or found[2] == "."
        month = month or (second > 12 >= first)
    return None if day == month else day


def looks_like_time(text: str) -> bool:
    """Whether a cell is some date or time, whatever is still open about it."""
    if _EPOCH.match(text.strip()):
        return False  # as likely a number of anything
    try:
        parse_time(text, zone="UTC", day_first=None)
    except (NeedsZone, NeedsOrder):
        return True
    except ValueError:
        return False
    return True


def looks_like_date(text: str) -> bool:
    """Whether a cell is some day, birthdays included."""
    try:
        parse_date(text)
    except NeedsOrder:
        return True
    except ValueError:
        return False
    return True


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"There is no time zone called “{name}”") from error


def _epoch(text: str) -> datetime:
    seconds = float(text)
    whole = len(text.partition(".")[0])
    seconds /= 1_000_000 if whole == 16 else 1_000 if whole == 13 else 1
    return datetime.fromtimestamp(seconds, UTC)


def _read(text: str, day_first: bool | None) -> datetime:
    if _ISO.match(text):
        try:
            return datetime.fromisoformat(_iso(text))
        except ValueError as error:
            raise ValueError(f"“{text[:40]}” is not a time that exists") from error
    if twitter := _TWITTER.match(text):
        return _clock(
            _day(int(twitter[5]), _MONTH[twitter[1].lower()], int(twitter[2]), text), f"{twitter[3]} {twitter[4]}"
        )
    if numeric := _NUMERIC.match(text):
        return _numeric(numeric, text, day_first)
    wordy = _WORDY.match(text)
    month = _MONTH.get((wordy[2] or wordy[3]).lower()) if wordy else None
    if wordy and month:
        rest = wordy[6]
        if re.search(r"[A-Z]{3}$", rest) and not rest.endswith(("UTC", "GMT")):
            return _mail_time(text)
        return _clock(_day(int(wordy[5]), month, int(wordy[1] or wordy[4]), text), rest)
    raise ValueError(f"“{text[:40]}” is not a time")


def _iso(text: str) -> str:
    """Python 3.11 reads ISO 8601 but for a blank before the offset and the word UTC."""
    return re.sub(r"\s*(?:UTC|GMT)$", "+00:00", re.sub(r"\s+([+-]\d{2}:?\d{0,2})$", r"\1", text))


def _mail_time(text: str) -> datetime:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError) as error:
        raise ValueError(f"“{text[:40]}” is not a time") from error


def _numeric(found: re.Match[str], text: str, day_first: bool | None) -> datetime:
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        return _clock(_day(first, second, third, text), found[5] or "")
    if len(found[4]) not in (2, 4):
        raise ValueError(f"“{text[:40]}” is not a date")
    year = third if len(found[4]) == 4 else third + (2000 if third < 70 else 1900)
    if found[2] == "." or first > 12:
        day_first = True
    elif second > 12:
        day_first = False
    elif first == second:
        day_first = True
    if day_first is None:
        raise NeedsOrder("Is the day or the month first?")
    day, month = (first, second) if day_first else (second, first)
    return _clock(_day(year, month, day, text), found[5] or "")


def _day(year: int, month: int, day: int, text: str) -> datetime:
    try:
        return datetime(year, month, day)  # noqa: DTZ001 - the zone is the caller's question
    except ValueError as error:
        raise ValueError(f"Date {text[:40]} does not exist") from error


def _clock(day: datetime, rest: str) -> datetime:
    """Add the time of day, and the zone if it is there."""
    if not rest:
        return day
    found = _CLOCK.match(rest)
    if not found:
        raise ValueError(f"“{rest[:40]}” is not a time of day")
    hour = int(found[1])
    if found[5]:
        hour = hour % 12 + (12 if found[5].lower().startswith("p") else 0)
    micro = int((found[4] or "").ljust(6, "0")[:6] or 0)
    try:
        moment = day.replace(hour=hour, minute=int(found[2]), second=int(found[3] or 0), microsecond=micro)
    except ValueError as error:
        raise ValueError(f"“{rest[:40]}” is not a time of day") from error
    return moment if not found[6] else _shifted(moment, found[6])


def _shifted(moment: datetime, offset: str) -> datetime:
    if offset.lower() in ("z", "utc", "gmt"):
        return moment.replace(tzinfo=UTC)
    digits = offset[1:].replace(":", "").ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return (moment - (ahead if offset[0] == "+" else -ahead)).replace(tzinfo=UTC)

"""What the address of a dashboard asks for: a stretch of time, and which mentions stand in the stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict

from mutuals.listening.counts import LONGEST, Span
from mutuals.listening.queries import Wanted
from mutuals.text.labels import MOODS

DAYS = ((1, "Today"), (7, "7 days"), (30, "30 days"), (90, "90 days"))
_USUAL = 30
_FILTERS = ("at", "mood", "network", "language", "who", "asks", "aside", "alike", "rising")


@dataclass(frozen=True, slots=True)
class Asked:
    """Read from an address; what is unknown counts as not asked for."""

    span: Span
    days: int  # 0 = from and to
    at: datetime | None
    mood: str
    network: str
    language: str
    who: str
    asks: bool
    aside: bool
    alike: int | None
    rising: int | None

    @classmethod
    def read(cls, query: QueryDict, *, zone: ZoneInfo, now: datetime) -> Asked:
        """`days`, or `from` and `to` (days of the viewer, both are in it)."""
        span, days = _span(query, zone, now)
        at = _moment(query.get("at", ""), zone)
        return cls(
            span,
            days,
            at if at is not None and span.since <= at < span.until else None,
            query.get("mood", "") if query.get("mood") in MOODS else "",
            query.get("network", "").replace("\0", "")[:30],
            query.get("language", "").replace("\0", "")[:12],
            query.get("who", "") if query.get("who") in ("customers", "others") else "",
            query.get("asks") == "1",
            query.get("aside") == "1",
            _number(query.get("alike", "")),
            _number(query.get("rising", "")),
        )

    @property
    def step(self) -> timedelta:
        """How long one mark of the chart lasts."""
        return timedelta(hours=1) if self.span.step == "hour" else timedelta(days=1)

    def wanted(self, only: tuple[int, ...] | None = None) -> Wanted:
        """The same for the room; `only` are the interactions of the words that are asked for, whenever they were said."""
        zone = ZoneInfo(self.span.zone)
        end = (self.at.astimezone(zone) + self.step) if self.at else None  # by the clock: days may have 23 hours
        return Wanted(
            None if only is not None else self.at or self.span.since,
            None if only is not None else end or self.span.until,
            self.mood,
            self.network,
            self.language,
            {"customers": True, "others": False}.get(self.who),
            self.asks,
            self.aside,
            self.alike,
            only,
        )

    def is_filtered(self) -> bool:
        """Whether the stream is narrower than the stretch."""
        return any(getattr(self, name) for name in _FILTERS)

    def address(self, **changed: object) -> str:
        """The query of this place, with some of it changed; None and "" leave it out."""
        zone = ZoneInfo(self.span.zone)
        told: dict[str, object] = {"days": self.days if self.days != _USUAL else ""}
        if not self.days:
            last = (self.span.until - timedelta(seconds=1)).astimezone(zone).date()
            told = {"from": self.span.since.astimezone(zone).date(), "to": last}
        told |= {name: getattr(self, name) for name in _FILTERS}
        told["at"] = stamp(self.at, self.span) if self.at else ""
        told |= changed
        kept = {name: int(value) if isinstance(value, bool) else value for name, value in told.items() if value}
        return "?" + urlencode(kept)

    def bare(self) -> str:
        """The stretch without a filter."""
        return self.address(**dict.fromkeys(_FILTERS, ""))


def stamp(at: datetime, span: Span) -> str:
    """A step of a chart as the address tells it."""
    local = at.astimezone(ZoneInfo(span.zone))
    return local.strftime("%Y-%m-%dT%H") if span.step == "hour" else local.strftime("%Y-%m-%d")


def _span(query: QueryDict, zone: ZoneInfo, now: datetime) -> tuple[Span, int]:
    today = now.astimezone(zone).date()
    first, last = _day(query.get("from", "")), _day(query.get("to", ""))
    if first and last and first <= last and last - first < LONGEST:
        return Span(_start(first, zone), _start(last + timedelta(days=1), zone), zone.key), 0
    told = query.get("days", "")
    days = int(told) if told in {str(one) for one, _ in DAYS} else _USUAL
    return (
        Span(_start(today - timedelta(days=days - 1), zone), _start(today + timedelta(days=1), zone), zone.key),
        days,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if 1990 < found.year < 2200 else None


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.strptime(text[:13], "%Y-%m-%dT%H" if "T" in text else "%Y-%m-%d")  # noqa: DTZ007 - said below
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if 1990 < found.year < 2200 else None


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)

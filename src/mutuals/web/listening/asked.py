"""What the address of a dashboard asks for: a stretch of time, filters of the whole board, and which mentions stand in the
stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict

from mutuals.listening.board.counts import LONGEST, Only, Span
from mutuals.listening.queries import Wanted
from mutuals.text.labels import MOODS

DAYS = ((1, "Today"), (7, "7 days"), (30, "30 days"), (90, "90 days"))
_USUAL = 30
_WHO = {"customers": True, "others": False}
_FILTERS = (
    "at", "till", "mood", "network", "language", "who", "asks", "aside", "alike", "rising", "author", "link", "place"
)  # fmt: skip
_LASTING = ("mood", "network", "language", "who", "asks", "author", "place")
"""What the stream is narrowed to that means the same on any day; a day, an hour or certain mentions do not."""
_WHOLE = ("source", "lang", "tone", "by")


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
    till: datetime | None
    author: int | None
    link: str
    place: str
    source: str  # the filters of the whole board: of its numbers, its charts and its stream
    lang: str
    tone: str
    by: str
    board: int | None  # the saved board that is open
    more: tuple[tuple[str, str], ...] = ()  # what else a page asks of its address

    @classmethod
    def read(cls, query: QueryDict, *, zone: ZoneInfo, now: datetime, more: tuple[tuple[str, str], ...] = ()) -> Asked:
        """`days`, or `from` and `to` (days of the viewer, both are in it)."""
        span, days = _span(query, zone, now)
        at, till = _moment(query.get("at", ""), zone), _moment(query.get("till", ""), zone)
        return cls(
            span,
            days,
            at if at is not None and span.since <= at < span.until else None,
            query.get("mood", "") if query.get("mood") in MOODS else "",
            _text(query, "network", 30),
            _text(query, "language", 12),
            query.get("who", "") if query.get("who") in _WHO else "",
            query.get("asks") == "1",
            query.get("aside") == "1",
            _number(query.get("alike", "")),
            _number(query.get("rising", "")),
            till if at is not None and till is not None and at < till < span.until else None,
            _number(query.get("author", "")),
            _text(query, "link", 200),
            _text(query, "place", 170),
            _text(query, "source", 30),
            _text(query, "lang", 12),
            query.get("tone", "") if query.get("tone") in MOODS else "",
            query.get("by", "") if query.get("by") in _WHO else "",
            _number(query.get("board", "")),
            more,
        )

    @property
    def only(self) -> Only:
        """The filters of the whole board for the room."""
        return Only(self.source, self.lang, self.tone, _WHO.get(self.by))

    @property
    def step(self) -> timedelta:
        """How long one mark of the chart lasts."""
        return timedelta(hours=1) if self.span.step == "hour" else timedelta(days=1)

    def wanted(self, only: tuple[int, ...] | None = None) -> Wanted:
        """The same for the room; `only` are the interactions of the words that are asked for, whenever they were said."""
        zone = ZoneInfo(self.span.zone)
        last = self.till or self.at
        end = (last.astimezone(zone) + self.step) if last else None  # by the clock: days may have 23 hours
        return Wanted(
            None if only is not None else self.at or self.span.since,
            None if only is not None else end or self.span.until,
            self.mood,
            self.network,
            self.language,
            _WHO.get(self.who),
            self.asks,
            self.aside,
            self.alike,
            only,
            self.author,
            self.only,
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
        told |= {name: getattr(self, name) for name in (*_WHOLE, "board", *_FILTERS)}
        told["at"], told["till"] = (stamp(one, self.span) if one else "" for one in (self.at, self.till))
        if "at" in changed:
            told["till"] = ""
        told |= {**dict(self.more), **changed}
        kept = {name: int(value) if isinstance(value, bool) else value for name, value in told.items() if value}
        return "?" + urlencode(kept)

    def bare(self) -> str:
        """The stretch without a filter."""
        return self.address(**dict.fromkeys(_FILTERS, ""))

    def narrow(self, **changed: object) -> str:
        """The stream narrowed to one thing; what else it was narrowed to is let go."""
        return self.address(**{**dict.fromkeys(_FILTERS, ""), **changed})

    def kept(self) -> str:
        """What a saved board keeps of this place: the stretch, the filters of the whole board, and what the stream shows."""
        gone = dict.fromkeys((*(one for one in _FILTERS if one not in _LASTING), "board", *dict(self.more)), "")
        return self.address(**gone).removeprefix("?")


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


def _text(query: QueryDict, name: str, longest: int) -> str:
    return query.get(name, "").replace("\0", "")[:longest]


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

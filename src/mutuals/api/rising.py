"""Words that rise together in a topic, and when a topic rings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Id, In, Line, Moment, Out, PathId, Ref
from mutuals.api.cards import CardOut
from mutuals.api.people import zone_of
from mutuals.base import clock
from mutuals.base.filters import Condition, from_query
from mutuals.listening import queries
from mutuals.listening.card import back, behind, late, rise, warn
from mutuals.listening.models import Topic

router = Resource("topics")
MOOD = Literal["", "positive", "neutral", "negative"]
Short = Annotated[Line, Field(max_length=100)]


class RiseOut(Out):
    """Words that rise together. `share` and `elsewhere` are shares of people, 0 to 1; `said` the newest interactions, `touched`
    the customers among those who said them; `line`: mentions in fourteen parts of the time that was counted, the oldest first,
    of which the newer half is what rises."""

    words: list[str]
    people: int
    customers: int
    mentions: int
    before: int
    growth: float | None
    share: float
    elsewhere: float | None
    examples: list[int]
    said: list[int]
    line: list[int]
    touched: list[Ref]


class RisingOut(Out):
    """What rises in a week, and of how many mentions it was read."""

    sets: list[RiseOut]
    mentions: int
    people: int
    since: datetime
    until: datetime


class Choosing(In):
    """Which set of words becomes a card: two or three words as listed, and what was asked for."""

    words: Annotated[list[Annotated[Line, Field(max_length=60)]], Field(min_length=2, max_length=3)]
    until: Moment | None = None
    f: Annotated[list[Line], Field(max_length=50)] = []
    product: Short = ""
    mood: MOOD = ""


class RingOut(Out):
    """An alarm that would have rung."""

    since: datetime
    until: datetime
    level: int
    words: str


class RehearsalOut(Out):
    """What would have rung in the last days with a budget. `weeks`: of known history that the strictness was found by."""

    budget: str
    strictness: float
    weeks: float
    rings: list[RingOut]


class BudgetIn(In):
    """How many false alarms are borne, in words: one a month. `seen` is the topic's `edition` that was read before."""

    budget: Annotated[Line, Field(min_length=1, max_length=100)]
    seen: Id | None = None


class LateOut(Out):
    """Mentions of hours that were over when they came, from when to when they were said."""

    posts: int
    since: datetime
    until: datetime


class LookbackOut(Out):
    """A look back: `read` of `posts` are looked at, up to `at`; `rings` is what would have rung with `budget`, known once
    `ended_at` is."""

    since: datetime
    until: datetime
    at: datetime
    posts: int
    read: int
    budget: str
    began_at: datetime
    ended_at: datetime | None
    rings: list[RingOut]


class BackOut(Out):
    """What nobody looked at for bursts (null: nothing), and the look back that goes on or was the last (null: none)."""

    late: LateOut | None
    last: LookbackOut | None


class BackIn(In):
    """Over how many days to look back; null = over all that came late, ninety days where nothing did."""

    days: Annotated[int, Field(ge=1, le=back.LONGEST.days)] | None = None


@router.read("/topics/{int:topic_id}/rising", act="listening.view", out=RisingOut)
def rising(
    request: HttpRequest, topic_id: PathId,
    until: Annotated[Moment | None, Query()] = None,
    f: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006 - read, never written
    product: Annotated[str, Query(max_length=100)] = "",
    mood: Annotated[MOOD, Query()] = "",
) -> RisingOut:  # fmt: skip
    """Words that rise in the seven days before `until` (now): of everybody, of people that filters `f` choose as in lists of
    people, of who bought a product, or said in a mood; beside the seven days before and, where narrowed, beside the others."""
    asked = _asked(request, topic_id, until, f, product, mood)
    by = user_of(request)
    told = rise.found(asked, viewer=by, zone=zone_of(by).key)
    touched = behind.customers_of(asked.topic, [row.said for row in told.sets], viewer=by)
    same = ("customers", "mentions", "before", "growth", "share", "elsewhere")
    sets = [
        RiseOut(
            words=list(row.words), people=row.authors, examples=list(row.examples), said=list(row.said), line=list(row.line),
            touched=[Ref(id=number, name=name) for number, name in who],
            **{name: getattr(row, name) for name in same},
        )
        for row, who in zip(told.sets, touched, strict=True)
    ]  # fmt: skip
    return RisingOut(sets=sets, mentions=told.mentions, people=told.people, since=told.since, until=asked.until)


@router.write("POST", "/topics/{int:topic_id}/rising", act="listening.judge", out=CardOut)
def choosing(request: HttpRequest, topic_id: PathId, body: Choosing) -> CardOut:
    """Make a card of one set of words that rises, so that somebody does something about it."""
    asked = _asked(request, topic_id, body.until, body.f, body.product, body.mood)
    by = user_of(request)
    return CardOut.of(rise.raise_(asked, body.words, by=by, now=clock.now(), zone=zone_of(by).key))


@router.read("/topics/{int:topic_id}/alarms", act="listening.view", out=RehearsalOut)
def rehearsed(
    request: HttpRequest, topic_id: PathId,
    budget: Annotated[str, Query(max_length=100)] = "",
    days: Annotated[int, Query(ge=1, le=365)] = 90,
) -> RehearsalOut:  # fmt: skip
    """What would have rung in the last days with the topic's budget, or with another one."""
    topic = one(queries.visible_to(user_of(request)), topic_id)
    told = warn.rehearse(topic, now=clock.now(), allowed=budget, days=days)
    rings = [RingOut(since=row.since, until=row.until, level=row.level, words=row.words) for row in told.rings]
    return RehearsalOut(budget=told.allowed, strictness=told.strictness, weeks=round(told.weeks, 1), rings=rings)


@router.write("PUT", "/topics/{int:topic_id}/alarms", act="topic.edit", out=RehearsalOut)
def allowing(request: HttpRequest, topic_id: PathId, body: BudgetIn) -> RehearsalOut:
    """Bear so many false alarms; the answer is what would have rung in the last ninety days."""
    by = user_of(request)
    warn.allow(one(queries.visible_to(by), topic_id), body.budget, by=by, now=clock.now(), seen=body.seen)
    return rehearsed(request, topic_id)


@router.read("/topics/{int:topic_id}/back", act="listening.view", out=BackOut)
def late_of(request: HttpRequest, topic_id: PathId) -> BackOut:
    """What of a topic's history nobody looked at for bursts, as it came late, and how far a look back is."""
    return _back(one(queries.visible_to(user_of(request)), topic_id))


@router.write("POST", "/topics/{int:topic_id}/back", act="listening.judge", out=BackOut)
def looking_back(request: HttpRequest, topic_id: PathId, body: BackIn) -> BackOut:
    """Look back in the background over what came late, or over so many days; while one goes on, that one is told."""
    by = user_of(request)
    topic = one(queries.visible_to(by), topic_id)
    back.begin(topic, by=by, now=clock.now(), days=body.days)
    return _back(topic)


def _back(topic: Topic) -> BackOut:
    came, row = late.waiting(topic), back.last(topic)
    last = None
    if row is not None:
        same = ("since", "until", "at", "posts", "read", "began_at", "ended_at")
        told = {name: getattr(row, name) for name in same}
        last = LookbackOut(budget=row.allowed, rings=[RingOut(**ring) for ring in row.rings], **told)
    return BackOut(late=LateOut(posts=came.n, since=came.since, until=came.until) if came else None, last=last)


def _asked(
    request: HttpRequest, topic_id: int, until: datetime | None, parts: list[str], product: str, mood: str
) -> rise.Asked:
    topic = one(queries.visible_to(user_of(request)), topic_id)
    where: Condition | None = from_query(parts) if parts else None
    return rise.Asked(topic, until or clock.now(), where, product.replace("\0", ""), mood)

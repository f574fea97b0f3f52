"""Words that rise together in a topic, and when a topic rings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Id, In, Line, Moment, Out, PathId
from mutuals.api.cards import CardOut
from mutuals.api.people import zone_of
from mutuals.base import clock
from mutuals.base.filters import Condition, from_query
from mutuals.listening import queries
from mutuals.listening.card import rise, warn

router = Resource("topics")
MOOD = Literal["", "positive", "neutral", "negative"]
Short = Annotated[Line, Field(max_length=100)]


class RiseOut(Out):
    """Words that rise together. `share` and `elsewhere` are shares of people, 0 to 1; `said` the newest interactions."""

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
    same = ("customers", "mentions", "before", "growth", "share", "elsewhere")
    sets = [
        RiseOut(
            words=list(row.words), people=row.authors, examples=list(row.examples), said=list(row.said),
            **{name: getattr(row, name) for name in same},
        )
        for row in told.sets
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


def _asked(
    request: HttpRequest, topic_id: int, until: datetime | None, parts: list[str], product: str, mood: str
) -> rise.Asked:
    topic = one(queries.visible_to(user_of(request)), topic_id)
    where: Condition | None = from_query(parts) if parts else None
    return rise.Asked(topic, until or clock.now(), where, product.replace("\0", ""), mood)

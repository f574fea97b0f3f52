"""Drafts: which will do better, for whom and when, by what our own posts taught; and how good such forecasts were."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations
from typing import Annotated
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, page_by_id
from mutuals.api._types import Flag, Id, In, Line, Moment, Out, Page, PathId, Ref, Text
from mutuals.base import clock
from mutuals.listening.draft import drafts
from mutuals.listening.draft.drafts import DRAFTS, Wanted
from mutuals.listening.draft.forecast import LEAST, Range
from mutuals.listening.models import Forecast

router = Resource("drafts")


class DraftIn(In):
    """One draft."""

    text: Annotated[Text, Field(min_length=1)]
    media: Flag = False


class ForecastIn(In):
    """What is compared. `audience`: conditions of people beside everybody, customers and others, such as city:is:Porto."""

    channel_id: Id
    at: Moment
    drafts: Annotated[list[DraftIn], Field(min_length=1, max_length=DRAFTS)]
    audience: Annotated[list[Annotated[Line, Field(max_length=300)]], Field(max_length=10)] = []


class RangeOut(Out):
    """Reactions in seven days: eight in ten lie from low to high; `usual` is our own average at that hour."""

    low: int
    middle: float
    high: int
    usual: float


class BestOut(Out):
    """An hour of the week, 0 = Monday, midnight, by the clocks of the channel."""

    hour: int
    range: RangeOut


class ExpectedOut(Out):
    """What is expected of one audience: everybody (all), customers, others, or the own one."""

    audience: str
    range: RangeOut
    best: list[BestOut]


class DraftOut(Out):
    """A draft with what is expected, and what came of it once it was published."""

    id: int
    text: str
    media: bool
    expected: list[ExpectedOut]
    why: dict[str, int]
    interaction_id: int | None
    published_at: datetime | None
    counted: int | None


class BetterOut(Out):
    """How probable it is that one draft (by its place from 0) does better than another."""

    audience: str
    draft: int
    other: int
    chance: float


class ForecastOut(Out):
    """A comparison. `enough` is false where our posts are fewer than `least`; then nothing is expected."""

    id: int
    channel: Ref | None
    at: datetime
    zone: str
    posts: int
    least: int
    enough: bool
    drafts: list[DraftOut]
    better: list[BetterOut]


class Tying(In):
    """The post of ours that a draft became; null takes that back."""

    interaction_id: Id | None


class TrackOut(Out):
    """How good forecasts were: the share that lay in its range, and by how many reactions middle and average were off."""

    scored: int
    inside: float | None
    low: float | None
    high: float | None
    off: float
    average_off: float


@router.write("POST", "/forecasts", act="listening.judge", out=ForecastOut, status=201, refuses=(404,))
def comparing(request: HttpRequest, body: ForecastIn) -> ForecastOut:
    """Say what drafts will bring on a channel."""
    user = user_of(request)
    channel = one(drafts.channels_of(user), body.channel_id)
    media = frozenset(place for place, draft in enumerate(body.drafts) if draft.media)
    wanted = Wanted(tuple(draft.text for draft in body.drafts), body.at, media, tuple(body.audience))
    return _told(drafts.compare(channel, wanted, by=user, now=clock.now()))


@router.read("/forecasts", act="listening.view", out=Page[ForecastOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[ForecastOut]:
    """All comparisons."""
    rows, following = page_by_id(drafts.visible_to(user_of(request)), cursor, limit)
    return Page[ForecastOut](items=[_told(row) for row in rows], next=following)


@router.read("/forecasts/track", act="listening.view", out=TrackOut)
def track(request: HttpRequest) -> TrackOut:
    """How good forecasts were."""
    known = drafts.track(user_of(request))
    inside = known.inside
    return TrackOut(
        scored=len(known.rows),
        inside=inside.share if inside else None,
        low=inside.low if inside else None,
        high=inside.high if inside else None,
        off=known.ours,
        average_off=known.naive,
    )


@router.read("/forecasts/{int:forecast_id}", act="listening.view", out=ForecastOut)
def shown(request: HttpRequest, forecast_id: PathId) -> ForecastOut:
    """One comparison."""
    return _told(one(drafts.visible_to(user_of(request)), forecast_id))


@router.write("POST", "/forecasts/{int:forecast_id}/drafts/{int:draft_id}/tie", act="listening.judge", out=ForecastOut)
def tying(request: HttpRequest, forecast_id: PathId, draft_id: PathId, body: Tying) -> ForecastOut:
    """Say which post a draft became. One that was sent in the same words is found without that."""
    user = user_of(request)
    made = one(drafts.visible_to(user), forecast_id)
    drafts.tie(one(made.drafts.all(), draft_id), body.interaction_id, by=user, now=clock.now())
    return _told(one(drafts.visible_to(user), forecast_id))


def _told(made: Forecast) -> ForecastOut:
    rows = sorted(made.drafts.all(), key=lambda row: row.place)
    for row in rows:
        row.forecast = made
    return ForecastOut(
        id=made.pk,
        channel=Ref.of(made.channel),
        at=made.at.astimezone(ZoneInfo(made.zone)),
        zone=made.zone,
        posts=made.posts,
        least=LEAST,
        enough=bool(made.curves),
        drafts=[
            DraftOut(
                id=row.pk,
                text=row.text,
                media=row.has_media,
                expected=[
                    ExpectedOut(
                        audience=told.audience,
                        range=_range(told.range),
                        best=[BestOut(hour=hour, range=_range(span)) for hour, span in told.best],
                    )
                    for told in drafts.told(row)
                ],
                why=dict(row.why),
                interaction_id=row.interaction_id,
                published_at=row.published_at,
                counted=row.counted,
            )
            for row in rows
        ],
        better=[
            BetterOut(audience=audience, draft=row.place, other=other.place, chance=chance)
            for row, other in combinations(rows, 2)
            for audience in made.curves
            if (chance := drafts.chance_of(row, other, audience)) is not None
        ],
    )


def _range(told: Range) -> RangeOut:
    return RangeOut(low=told.low, middle=round(told.middle, 2), high=told.high, usual=round(told.usual, 2))

"""The watch over the way of messages: what stands still becomes a card, and the card says so when it flows again. A job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mutuals.base import clock
from mutuals.insights import still
from mutuals.insights.stages import Stage, Still
from mutuals.listening.card import cards
from mutuals.listening.models import Card, CardKind, CardState

JOB = "insights.watch"
_LEVEL = 2


def watch(now: Callable[[], datetime] = clock.now) -> list[Still]:
    """Job: look, raise a card for each thing that stands still, and end the alert of what flows again. Again changes nothing.

    One breakdown is one card, also where its beginning moves on (a queue that is worked off slowly); a card that somebody
    settled is not raised again before it flowed in between, or stands still at another stage.
    """
    moment = now()
    found = {one.about: one for one in still.all_still(now=moment)}
    told = Card.objects.filter(kind=CardKind.BROKEN).order_by("made_at", "pk")
    open_ = {one.about: one for one in told.filter(state=CardState.OPEN, over_at=None)}
    for about, card in open_.items():
        if about not in found or not card.key.startswith(_stage(found[about])):
            cards.over(about, now=moment, kind=CardKind.BROKEN)
    for about, one in found.items():
        standing = open_.get(about)
        is_same = standing is not None and standing.key.startswith(_stage(one))
        cards.raise_(
            CardKind.BROKEN, standing.key if standing and is_same else f"{_stage(one)}{one.since:%Y-%m-%dT%H:%M}", about,
            words=f"{one.words}. {one.to_do}", now=moment, level=_LEVEL, since=one.since,
            evidence={"stage": one.stage.name.lower(), "source": one.source_id},
        )  # fmt: skip
    return list(found.values())


def _stage(one: Still) -> str:
    return f"broken/{Stage(one.stage).name.lower()}/"

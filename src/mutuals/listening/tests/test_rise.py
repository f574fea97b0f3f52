"""Words that rise where little history is known, and what a part says more than everybody else."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

import cast
from mutuals.listening.card import rise
from mutuals.listening.learning import correct
from mutuals.listening.models import Card, Mention
from mutuals.listening.topic import fill, topics

pytestmark = pytest.mark.django_db
OTHERS = [
    f"{a}{b}" for a in ("lid", "box", "pot", "cup", "tray", "cord") for b in ("maker", "stand", "colour", "price")
]
SET = {"update", "beeps", "hold"}


def heard(*groups, words="kettle"):
    """A topic whose mentions are these groups: how many people, what they say, how long ago the newest, moods by hand."""
    us = cast.staff()
    square = cast.source(owner=us.olga)
    chance = Random(5)
    for number, (many, more, ago, mood) in enumerate(groups):
        events = [
            cast.event(
                f"g{number}-{n}", f"My kettle {more} {' '.join(chance.sample(OTHERS, 7))}", who=f"g{number}-{n}",
                at=cast.NOW - ago - timedelta(minutes=n),
            )
            for n in range(many)
        ]  # fmt: skip
        for row in cast.said(square, *events):
            if mood:
                correct.correct(row.pk, "mood", [mood], by=us.lea, now=cast.NOW)
    topic = topics.make(topics.Wanted("Kettles", words), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    topic.refresh_from_db()
    return us, topic


def test_with_two_days_of_history_the_newer_half_stands_beside_the_older():
    us, topic = heard(
        (60, "arrived", timedelta(hours=40), ""),
        (40, "arrived", timedelta(hours=2), ""),
        (40, "update beeps hold", timedelta(hours=3), ""),
    )

    told = rise.found(rise.Asked(topic, cast.NOW), viewer=us.lea)
    rise.rise(topic, now=cast.NOW)

    first = Mention.objects.earliest("occurred_at").occurred_at
    assert SET & {word for one in told.sets for word in one.words}
    assert cast.NOW - told.since == (cast.NOW - first) / 2
    assert "in the last 20 hours" in Card.objects.filter(kind="rising").first().words


def test_a_mood_is_compared_with_everybody_else_though_it_says_no_more_than_the_week_before():
    us, topic = heard(
        (60, "arrived", timedelta(days=2), "neutral"),
        (30, "arrived", timedelta(days=2), "negative"),
        (40, "update beeps hold", timedelta(days=2), "negative"),
        (60, "arrived", timedelta(days=10), "neutral"),
        (30, "arrived", timedelta(days=10), "negative"),
        (40, "update beeps hold", timedelta(days=10), "negative"),
    )

    negative = rise.found(rise.Asked(topic, cast.NOW, mood="negative"), viewer=us.lea)
    everybody = rise.found(rise.Asked(topic, cast.NOW), viewer=us.lea)

    best = next(one for one in negative.sets if set(one.words) <= SET)
    assert best.share > 0.5 > 0.1 > best.elsewhere
    assert best.before == 40
    assert not [one for one in everybody.sets if set(one.words) <= SET]


def test_with_two_weeks_of_history_the_week_before_is_what_counts():
    us, topic = heard(
        (60, "update beeps hold", timedelta(days=1), ""),
        (60, "update beeps hold", timedelta(days=12), ""),
        (60, "arrived", timedelta(days=6), ""),
    )

    told = rise.found(rise.Asked(topic, cast.NOW), viewer=us.lea)

    assert told.since == cast.NOW - rise.WEEK
    assert not [one for one in told.sets if set(one.words) <= SET]


def test_a_narrow_topic_that_bursts_shows_what_it_consists_of():
    us, topic = heard(
        (60, "arrived", timedelta(days=2), ""),
        (30, "update beeps hold", timedelta(days=1), ""),
        (60, "arrived", timedelta(days=9), ""),
        (2, "update beeps hold", timedelta(days=9), ""),
        words="update",
    )

    told = rise.found(rise.Asked(topic, cast.NOW), viewer=us.lea)

    best = next(one for one in told.sets if {"beeps", "hold"} <= set(one.words))
    assert best.authors > 20  # some of the thirty say nearly the same
    assert best.before == 2
    assert best.growth > 3


def test_a_topic_that_nobody_spoke_of_before_is_compared_with_what_was_heard_then():
    us, topic = heard(
        (60, "arrived", timedelta(days=2), ""),
        (30, "update beeps hold", timedelta(days=1), ""),
        (10, "update arrived", timedelta(days=1), ""),
        (60, "arrived", timedelta(days=9), ""),
        words="update",
    )

    told = rise.found(rise.Asked(topic, cast.NOW), viewer=us.lea)

    assert told.since == cast.NOW - rise.WEEK
    assert [one for one in told.sets if set(one.words) <= SET]


def test_where_all_is_louder_a_topic_that_is_louder_too_has_no_words_that_rise():
    us, topic = heard(
        (180, "arrived", timedelta(days=2), ""),
        (36, "update beeps hold", timedelta(days=1), ""),
        (50, "arrived", timedelta(days=9), ""),
        (10, "update beeps hold", timedelta(days=9), ""),
        words="update",
    )

    told = rise.found(rise.Asked(topic, cast.NOW), viewer=us.lea)

    assert not [one for one in told.sets if set(one.words) <= SET]

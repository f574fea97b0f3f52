"""Open screens are told of new counts, words and cards; words are counted again while much is said."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from mutuals.listening.card import cards, rise
from mutuals.listening.models import CardKind, Rising, Topic
from mutuals.listening.topic import fill, topics

pytestmark = pytest.mark.django_db
OTHERS = [
    f"{a}{b}" for a in ("lid", "box", "pot", "cup", "tray", "cord") for b in ("maker", "stand", "colour", "price")
]


def told(queries):
    """What open screens are told by the statements that ran: what changed, and the numbers as text."""
    found = re.findall(
        r'pg_notify\(\'\w+\', \'{"what": "(\w+)", "ids": \[([\d, ]*)\]}',
        str([one["sql"] for one in queries]).replace("\\", ""),
    )
    return set(found)


def speak(square, *, key, many, more, days):
    """Posts of as many people, each in words of its own."""
    chance = Random(key)
    events = [
        cast.event(
            f"{key}{n}", f"My kettle {more} {' '.join(chance.sample(OTHERS, 7))}", who=f"{key}{n}",
            at=cast.NOW - timedelta(days=days, minutes=n),
        )
        for n in range(many)
    ]  # fmt: skip
    cast.said(square, *events)


def listened(us):
    topic = topics.make(topics.Wanted("Kettles", "kettle"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    return topic


def test_open_screens_are_told_of_new_counts_of_words_and_of_cards():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    topic = listened(us)
    number = str(topic.pk)

    with CaptureQueriesContext(connection) as heard:
        speak(square, key="a", many=3, more="arrived", days=1)
    with CaptureQueriesContext(connection) as elsewhere:
        cast.said(square, cast.event("other", "The train is late again, as ever.", who="x"))
    with CaptureQueriesContext(connection) as counted:
        rise.rise_all(now=cast.NOW)
    with CaptureQueriesContext(connection) as raised:
        card = cards.raise_(CardKind.ALARM, "alarm:1", topic, topic=topic, words="12 in an hour.", now=cast.NOW)

    assert ("counts", number) in told(heard)
    assert "counts" not in {what for what, _ in told(elsewhere)}
    assert ("rising", number) in told(counted)
    assert ("card", str(card.pk)) in told(raised)


def test_words_are_counted_again_by_day_where_a_tenth_more_was_said_and_not_before():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    topic = listened(us)
    speak(square, key="before", many=80, more="arrived", days=9)

    first = rise.due(now=cast.NOW)
    again = rise.due(now=cast.NOW)
    speak(square, key="few", many=5, more="arrived", days=1)
    too_few = rise.due(now=cast.NOW)
    words_before = Rising.objects.filter(topic=topic).count()
    speak(square, key="burst", many=40, more="update beeps hold", days=1)
    burst = rise.due(now=cast.NOW)

    words = {word for row in Rising.objects.filter(topic=topic) for word in row.words}
    assert (first, again, too_few, burst) == (1, 0, 0, 1)
    assert words_before == 0
    assert {"update", "beeps", "hold"} & words
    assert Topic.objects.get(pk=topic.pk).risen_n >= 120

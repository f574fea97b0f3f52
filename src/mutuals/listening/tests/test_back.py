"""History that came late: how much of it, looking back over it, and what is usual afterwards."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

import cast
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.listening.card import back, late, warn
from mutuals.listening.models import Card, Lookback, Watching
from mutuals.listening.topic import fill, topics
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LETTERS = "abcdefghijklmnoprstuvwz"


def posts(name, many, *, ago, words="the kettle leaks", apart=timedelta(minutes=1)):
    chance = Random(name)
    return [
        cast.event(f"{name}{n}", f"{words} {' '.join(''.join(chance.sample(LETTERS, 6)) for _ in range(9))}", who=f"{name}{n}",
                   at=cast.NOW - ago - n * apart)
        for n in range(many)
    ]  # fmt: skip


def watched(*events):
    """A topic that has heard this and was looked at up to now, and where it heard it."""
    us = cast.staff()
    square = cast.source(owner=us.olga)
    cast.said(square, *events)
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    topic.refresh_from_db()
    warn.watch(topic, now=cast.NOW)
    return us, square, topic


def test_what_comes_when_its_hour_was_looked_at_is_late_and_what_comes_in_time_is_not():
    _, square, topic = watched(*posts("a", 3, ago=2 * DAY))

    first = late.waiting(topic)
    cast.said(square, *posts("new", 2, ago=timedelta(0)), *posts("old", 4, ago=20 * DAY))
    told = late.waiting(topic)
    warn.watch(topic, now=cast.NOW + timedelta(hours=1))
    kept = late.waiting(topic)

    assert first is None
    assert (told.n, told.until, told.since) == (4, cast.NOW - 20 * DAY, cast.NOW - 20 * DAY - timedelta(minutes=3))
    assert kept == told
    assert Watching.objects.get().late == 4


def test_what_is_older_than_the_weeks_that_a_watch_learns_from_is_late_from_the_beginning():
    _, _, topic = watched(*posts("a", 3, ago=2 * DAY), *posts("old", 5, ago=200 * DAY))

    told = late.waiting(topic)

    assert told.n == 5
    assert told.until <= cast.NOW - 200 * DAY


def test_looking_back_finds_what_would_have_rung_and_nothing_is_late_afterwards():
    us, square, topic = watched(*posts("a", 40, ago=2 * DAY, apart=timedelta(hours=24)))
    cast.said(square, *posts("burst", 60, ago=150 * DAY), *posts("calm", 60, ago=151 * DAY, apart=timedelta(hours=20)))
    came = late.waiting(topic)

    begun = back.begin(topic, by=us.ada, now=cast.NOW)
    again = back.begin(topic, by=us.lea, now=cast.NOW)
    steps = []
    back.run(topic.pk, told=lambda _step, done, of: steps.append((done, of)))

    row = back.last(topic)
    assert came.n == 120
    assert (begun.pk, again.began_at, again.by) == (row.pk, begun.began_at, us.ada)
    assert begun.since <= came.since < begun.since + DAY
    assert row.ended_at is not None
    assert row.posts == row.read == 160
    assert steps[-1] == (160, 160)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert any("59 mentions in an hour" in one["words"] for one in row.rings)
    assert late.waiting(topic) is None
    assert not Card.objects.exists()
    assert Entry.objects.filter(kind="topic.looked_back").count() == 1


def test_a_shorter_look_back_leaves_what_is_older_late():
    us, square, topic = watched(*posts("a", 3, ago=2 * DAY))
    cast.said(square, *posts("old", 4, ago=100 * DAY), *posts("newer", 2, ago=20 * DAY))

    back.begin(topic, by=us.ada, now=cast.NOW, days=30)
    back.run(topic.pk)

    told = late.waiting(topic)
    assert told.n == 4
    assert told.until == cast.NOW - 30 * DAY
    assert back.last(topic).posts == 5


def test_what_is_usual_is_learned_anew_so_that_a_day_like_those_before_does_not_ring():
    us, square, topic = watched(*posts("a", 20, ago=3 * DAY, apart=timedelta(hours=20)))
    busy = [one for day in range(2, 40) for one in posts(f"d{day}-", 12, ago=day * DAY)]
    cast.said(square, *busy)
    before = Watching.objects.get().until

    back.begin(topic, by=us.ada, now=cast.NOW)
    back.run(topic.pk)
    reset = Watching.objects.get()
    warn.watch(topic, now=cast.NOW)

    assert reset.until == before - warn.LEARN
    assert reset.usual == {}
    assert Watching.objects.get().until == before
    assert Watching.objects.get().usual
    assert late.waiting(topic) is None


def test_a_job_that_is_done_twice_or_of_a_topic_that_asks_otherwise_changes_nothing():
    us, _, topic = watched(*posts("a", 3, ago=2 * DAY))
    back.begin(topic, by=us.ada, now=cast.NOW, days=10)
    back.run(topic.pk)
    ended = back.last(topic).ended_at

    back.run(topic.pk)
    topics.change(topic, topics.Wanted("Leaks", "kettle"), by=us.lea, now=cast.NOW)
    fill.fill(topic.versions.get(number=2).pk)
    topic.refresh_from_db()

    assert Lookback.objects.get().ended_at == ended
    assert back.last(topic) is None


def test_who_may_not_judge_and_a_topic_that_reads_history_are_refused():
    us, _, topic = watched(*posts("a", 1, ago=2 * DAY))
    reading = topics.make(topics.Wanted("Cups", "cup"), by=us.lea, now=cast.NOW)

    with pytest.raises(NotAllowed):
        back.begin(topic, by=us.cleo, now=cast.NOW)
    with pytest.raises(Refusal, match="still reading history"):
        back.begin(reading, by=us.lea, now=cast.NOW)
    with pytest.raises(Refusal, match="From 1 to 3,650 days"):
        back.begin(topic, by=us.lea, now=cast.NOW, days=4_000)

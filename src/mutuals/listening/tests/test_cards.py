"""What is unusual becomes a card, once; people end it; the share that ended is a measure."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from mutuals.base.refusals import Refusal
from mutuals.listening.alarm.verdict import Incident, Level
from mutuals.listening.alarm.watch import Stream
from mutuals.listening.card import acted, behind, cards, known, rise, warn
from mutuals.listening.models import Card, CardKind, CardState, Count, Mention, Rising, Watching
from mutuals.listening.topic import fill, topics
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def counted(version, hour, n, mood="neutral"):
    """Mentions of an hour."""
    Count.objects.create(
        version=version,
        hour=hour,
        network="town",
        language="en",
        mood=mood,
        is_customer=False,
        n=n,
        aside=0,
        questions=0,
    )


def usual(us, weeks=4):
    """A topic with three mentions an hour for weeks."""
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    topic.refresh_from_db()
    for step in range(weeks * 7 * 24):
        counted(topic.version, cast.NOW - (step + 1) * HOUR, 2 + step % 3)
    return topic


def test_a_burst_becomes_one_card_which_grows_with_it():
    us = cast.staff()
    topic = usual(us)

    quiet = warn.watch_all(now=cast.NOW)
    counted(topic.version, cast.NOW, 40)
    first = warn.watch_all(now=cast.NOW + HOUR)
    counted(topic.version, cast.NOW + HOUR, 60)
    again = warn.watch_all(now=cast.NOW + 2 * HOUR)

    [card] = Card.objects.all()
    assert (quiet, first, again) == (0, 1, 1)
    assert card.until == cast.NOW + 2 * HOUR
    assert card.words.startswith("Leaks: 60 mentions in an hour, usually")


def test_hours_that_were_looked_at_are_not_looked_at_again():
    us = cast.staff()
    usual(us)
    warn.watch_all(now=cast.NOW)
    before = Watching.objects.values().get()

    warn.watch_all(now=cast.NOW + timedelta(minutes=20))

    assert Watching.objects.values().get() == before


def test_what_was_counted_for_a_rehearsal_is_kept_until_hours_or_counts_are_others():
    us = cast.staff()
    topic = usual(us)
    counted(topic.version, cast.NOW - 30 * HOUR, 90, mood="positive")

    def rehearsed(**more):
        with CaptureQueriesContext(connection) as asked:
            told = warn.rehearse(topic, now=cast.NOW + timedelta(minutes=20), **more)
        return told, len([one for one in asked if "listening_mention" in one["sql"]])

    first, again, other = rehearsed(), rehearsed(), rehearsed(allowed="one a day")
    warn._rehearsed.cache_clear()
    warn._looked_at.cache_clear()
    anew = rehearsed()
    counted(topic.version, cast.NOW - 60 * HOUR, 95, mood="positive")
    changed = rehearsed()
    later, _ = rehearsed(), warn.rehearse(topic, now=cast.NOW + 2 * HOUR)

    assert [told[1] for told in (first, again, other, anew, changed, later)] == [1, 0, 0, 1, 1, 0]
    assert first[0] == again[0] == anew[0]
    assert len(changed[0].rings) > len(first[0].rings)
    assert other[0].allowed == "one a day"


def made(us, topic, key="alarm:1", level=1):
    return cards.raise_(CardKind.ALARM, key, topic, topic=topic, level=level, words="Leaks: unusual.", now=cast.NOW)


def test_a_card_is_ended_once_with_a_reason_and_the_share_that_ended_is_a_measure():
    us = cast.staff()
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=cast.NOW)
    one, two = made(us, topic), made(us, topic, key="alarm:2")

    with pytest.raises(Refusal, match="Reason"):
        cards.settle(one, "dismissed", by=us.ada, now=cast.NOW)
    with pytest.raises(Refusal, match="to whom"):
        cards.settle(one, "delegated", by=us.ada, now=cast.NOW, to=us.cleo)
    cards.settle(one, "delegated", by=us.ada, now=cast.NOW + 3 * HOUR, to=us.ben)
    with pytest.raises(Refusal, match="already"):
        cards.settle(one, "acted", by=us.ada, now=cast.NOW)

    told = acted.measured(viewer=us.ada, since=cast.NOW)
    assert (told.whole.made, told.whole.delegated, told.whole.share, told.whole.acted_share) == (2, 1, 50, 50)
    assert [(week.made, week.hours) for week in told.weeks] == [(2, 3.0)]
    assert [kind.kind_words for kind in told.kinds] == ["Early warning"]
    assert cards.reopen(one, by=us.ada).state == CardState.OPEN
    assert not cards.visible_to(us.cleo).exists()
    assert two.state == CardState.OPEN


def test_what_was_settled_comes_back_only_if_it_grows_graver():
    us = cast.staff()
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=cast.NOW)
    cards.settle(made(us, topic), "acted", by=us.ada, now=cast.NOW)

    same, graver, once = made(us, topic), made(us, topic, level=3), made(us, topic, level=3)

    assert same is None
    assert graver.pk == once.pk
    assert Card.objects.count() == 2


def test_words_that_many_say_this_week_and_nobody_said_before_rise_and_become_a_card():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    chance = Random(3)
    others = [
        f"{a}{b}" for a in ("lid", "box", "pot", "cup", "tray", "cord") for b in ("maker", "stand", "colour", "price")
    ]
    events = []
    for n in range(160):
        is_now, is_told = n % 2 == 0, n % 4 == 0
        more = "update beeps hold" if is_told else "arrived"
        text = f"My kettle {more} {' '.join(chance.sample(others, 7))}"
        at = cast.NOW - timedelta(days=2 if is_now else 9, minutes=n)
        events.append(cast.event(f"p{n}", text, who=f"w{n}", at=at))
    cast.said(square, *events)
    topic = topics.make(topics.Wanted("Kettles", "kettle"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)

    found = rise.rise_all(now=cast.NOW)
    rise.rise_all(now=cast.NOW)

    words = {word for row in Rising.objects.all() for word in row.words}
    assert found >= 1
    assert {"update", "beeps", "hold"} & words
    assert Rising.objects.first().before == 0
    assert Card.objects.filter(kind="rising").count() >= 1


def test_who_becomes_known_as_a_customer_after_they_spoke_is_counted_on_the_card_and_among_the_rising_words():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    at = cast.NOW - timedelta(days=3)
    cast.said(square, *(cast.event(f"p{n}", "The lid leaks", who=f"w{n}", at=at) for n in range(4)))
    topic = topics.make(topics.Wanted("Lids", "lid"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    topic.refresh_from_db()
    said = list(Mention.objects.values_list("interaction_id", flat=True))
    risen = Rising.objects.create(
        topic=topic,
        words=["lid", "leaks"],
        authors=4,
        customers=0,
        mentions=4,
        before=0,
        z=4.0,
        said=said,
        place=0,
        at=cast.NOW,
    )
    card = cards.raise_(
        CardKind.ALARM,
        "alarm:1",
        topic,
        topic=topic,
        words="Lids.",
        since=at,
        until=cast.NOW,
        now=cast.NOW,
        touched=cards.touched_between(topic.version_id, at, cast.NOW),
    )
    ended = cards.raise_(
        CardKind.ALARM, "alarm:2", topic, topic=topic, words="Lids.", since=at, until=cast.NOW, now=cast.NOW
    )
    cards.settle(ended, CardState.ACTED, by=us.ada, now=cast.NOW)
    bea = cast.person("Bea", by=us.lea)
    Person.objects.filter(pk=bea.pk).update(order_count=2, order_total=90, order_currency="EUR")
    Profile.objects.filter(name__contains="w1").update(person=bea)

    first, again = known.again(), known.again()

    for row in (risen, card, ended):
        row.refresh_from_db()
    assert (first, again) == (2, 0)
    assert (risen.customers, card.touched, card.value, card.currency) == (1, 1, 90, "EUR")
    assert len(behind.of_card(card, viewer=us.ada).customers) == card.touched
    assert ended.touched == 0
    assert Mention.objects.filter(is_customer=True).count() == 1


def test_a_room_above_raises_a_card_about_a_thing_of_its_own_and_says_when_the_cause_is_gone():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    told = {"words": "Nothing comes from the square.", "now": cast.NOW}

    first = cards.raise_(CardKind.BROKEN, "broken:1", square, **told)
    again = cards.raise_(CardKind.BROKEN, "broken:1", f"source:{square.pk}", **told, level=2)
    cards.raise_(CardKind.HELD, "broken:1", "rule:5", **told)
    gone = cards.over(square, now=cast.NOW + HOUR, kind=CardKind.BROKEN)

    assert (first.pk, first.about, first.topic) == (again.pk, f"source:{square.pk}", None)
    assert [card.level for card in cards.visible_to(us.ada)] == [2, 1]
    assert gone == 1
    assert Card.objects.get(kind="broken").over_at == cast.NOW + HOUR


@pytest.mark.parametrize(("expected", "told"), [(0.04, "usually less than one"), (2.55, "usually 2.5")])
def test_an_alarm_says_what_is_usual_in_words_where_it_is_less_than_one(expected, told):
    one = Incident(0, 0.0, 0.0, Level.WATCH, (), (), 0.0, 0.0, Stream.VOLUME, 7.0, expected, 1e-6)

    assert warn.sentence(one) == f"7 mentions in an hour, {told}"

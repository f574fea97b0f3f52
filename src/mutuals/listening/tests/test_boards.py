"""Boards, digests, stances, words left out, and counts that are read from coarse tables."""

from datetime import UTC, datetime, timedelta

import pytest

import cast
from mutuals.base.filters import Test, check, predicate, record, to_q
from mutuals.base.refusals import Refusal
from mutuals.listening import mentions, privacy, queries
from mutuals.listening.board import boards, counts, digest, stance, voices
from mutuals.listening.board.counts import Only, Span
from mutuals.listening.learning import correct
from mutuals.listening.models import Aside, Day, Listener, Mention, Pulse, Reading, Stance, Standing, Told
from mutuals.listening.topic import fill, topics, without
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
LEAK = "My kettle leaks all over the kitchen floor"
SPAN = Span(cast.NOW - timedelta(days=7), cast.NOW + timedelta(hours=1), "UTC")


def made(us, name="Leaks", words="leak*", **more):
    topic = topics.make(topics.Wanted(name, words, **more), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    topic.refresh_from_db()
    return topic


def said_of(square, who, *moods, days):
    """Posts of somebody about leaks, one each of some days ago, read as of these moods."""
    rows = cast.said(
        square,
        *(
            cast.event(
                f"{who}{day}", f"The kettle of {who} leaks on day {day}", who=who, at=cast.NOW - timedelta(days=day)
            )
            for day in days
        ),
    )
    for row, mood in zip(rows, moods, strict=True):
        Reading.objects.filter(pk=row.pk).update(mood=mood)
    return rows


def by_hand(version_id, since, until, **narrowed):
    """Mentions counted one by one."""
    rows = Mention.objects.filter(
        version=version_id, aside="", occurred_at__gte=since, occurred_at__lt=until, **narrowed
    )
    return rows.count()


def test_coarse_counts_say_what_counting_one_by_one_says_before_and_after_they_are_folded():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    events = [
        cast.event(
            f"p{n}",
            f"{LEAK} for the {n}th time, said {n * 7919}",
            who=f"w{n % 5}",
            at=cast.NOW - timedelta(hours=7 * n),
        )
        for n in range(30)
    ]
    cast.said(square, *events)
    topic = made(us)
    spans = [
        Span(cast.NOW - timedelta(days=6, hours=5), cast.NOW - timedelta(hours=2), "Europe/Lisbon"),
        Span(cast.NOW - timedelta(hours=20), cast.NOW, "UTC"),
    ]
    spans = [
        Span(*(at.replace(minute=0, second=0, microsecond=0) for at in (one.since, one.until)), one.zone)
        for one in spans
    ]
    onlys = [Only(), Only(mood="negative"), Only(network="webhook"), Only(is_customer=False, language="en")]

    told = [[counts.board(topic.version_id, span, only) for only in onlys] for span in spans]
    mentions.fold()
    folded = [[counts.board(topic.version_id, span, only) for only in onlys] for span in spans]

    assert told == folded
    assert not Day.objects.filter(is_new=True).exists()
    assert not Pulse.objects.filter(is_new=True).exists()
    for span, row in zip(spans, told, strict=True):
        for only, board in zip(onlys, row, strict=True):
            n = by_hand(topic.version_id, span.since, span.until, **only.told())
            assert board.n == n == sum(sum(moods.values()) for moods in board.steps.values())
            assert board.before.n == by_hand(topic.version_id, span.before.since, span.since, **only.told())
    assert counts.totals([topic.version_id], spans[0]) == {topic.version_id: told[0][0].n}


def test_what_a_bot_writes_does_not_count_and_counts_again_when_it_is_none():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    cast.said(square, cast.event("p1", LEAK, who="robot"), cast.event("p2", "Why does the lid leak?", who="bea"))
    topic = made(us)
    robot = Profile.objects.get(name__contains="robot")

    Profile.objects.filter(pk=robot.pk).update(is_bot=True)
    mentions.known_again(since=SPAN.since)
    as_bot = counts.board(topic.version_id, SPAN)
    cast.said(square, cast.event("p3", "It leaks and leaks, buy a new lid", who="robot"))
    later = Mention.objects.filter(version=topic.version, profile_id=robot.pk).latest("interaction_id")
    Profile.objects.filter(pk=robot.pk).update(is_bot=False)
    mentions.known_again(since=SPAN.since)

    assert (as_bot.n, as_bot.aside, later.aside) == (1, 1, Aside.BOT)
    assert counts.board(topic.version_id, SPAN).n == 3


def test_voices_links_and_places_are_those_of_the_newest_mentions():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    cast.said(
        square,
        cast.event("p1", "My kettle leaks, see https://www.kettles.example/leaks?utm=1 please", who="bea"),
        cast.event("p2", "Another leak: HTTPS://kettles.example/leaks. It never ends", who="bea"),
        cast.event("p3", "Why does the lid leak?", who="bo"),
    )
    topic = made(us)
    Profile.objects.filter(name__contains="bo").update(fields={"city": "Porto"})
    Mention.objects.update(aside=Aside.NO)  # whatever the reader makes of links

    found, around = voices.voices(topic.version_id, SPAN), voices.around(topic.version_id, SPAN)
    bea = found[0].profile.pk

    assert [(one.n, one.is_customer) for one in found] == [(2, False), (1, False)]
    assert [(name, len(ids)) for name, ids in around.links] == [("kettles.example/leaks", 2)]
    assert [name for name, _ in around.places] == ["Porto"]
    assert len(queries.stream(topic.version_id, queries.Wanted(profile=bea))[0]) == 2
    assert voices.links_of("http://" + "a" * 1_000_000) == []
    assert voices.links_of("“see http://t.co/3Ltx7JKBo9” «https://a.example/b»") == ["t.co/3Ltx7JKBo9", "a.example/b"]


def test_a_board_is_ones_own_until_it_is_shared_with_a_role_and_comes_back_when_it_was_deleted():
    us = cast.staff()
    topic = made(us)

    board = boards.keep("Mine", topics=[topic.pk, topic.pk, 0], query="days=90", by=us.ada, now=cast.NOW)
    shared = boards.keep("Ours", topics=[topic.pk], roles=["lead"], by=us.ada, now=cast.NOW)
    boards.open_first(board, by=us.ada)
    opened = boards.first_of(us.ada)
    boards.delete(board, by=us.ada, now=cast.NOW)
    gone = boards.first_of(us.ada)

    assert board.topics == [topic.pk]
    assert opened == board
    assert gone is None
    assert list(boards.visible_to(us.lea)) == [shared]
    assert not boards.visible_to(us.ben).exists()
    assert not boards.visible_to(us.cleo).exists()
    assert boards.restore(board.pk, by=us.ada).deleted_at is None
    for refused in (
        lambda: boards.keep("Mine", topics=[topic.pk], by=us.ada, now=cast.NOW),
        lambda: boards.keep("None", topics=[999_999], by=us.ada, now=cast.NOW),
        lambda: boards.keep("Roles", topics=[topic.pk], roles=["king"], by=us.ada, now=cast.NOW),
        lambda: boards.delete(shared, by=us.lea, now=cast.NOW),
        lambda: boards.open_first(board, by=us.ben),
        lambda: boards.restore(board.pk, by=us.ben),
    ):
        with pytest.raises(Refusal):
            refused()


def test_a_word_is_left_out_after_a_look_at_what_that_drops_and_taken_back():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    cast.said(square, cast.event("p1", LEAK), cast.event("p2", "The toy boat leaks", who="bo"))
    topic = made(us, words="leak* OR drip*")

    tried = without.trial(topic, "toy", by=us.lea)
    without.leave_out(topic, "toy", by=us.lea, now=cast.NOW)
    fill.fill(topic.versions.latest("number").pk)
    topic.refresh_from_db()
    kept = Mention.objects.filter(version=topic.version).count()
    without.take_back(topic, "toy", by=us.lea, now=cast.NOW)

    assert (tried.many, tried.looked, [row.key for row in tried.newest]) == (1, 2, ["p2"])
    assert topic.version.words == "(leak* OR drip*) NOT toy"
    assert kept == 1
    assert topic.versions.latest("number").words == "(leak* OR drip*)"
    for word in ("leak*", "", "toy"):
        with pytest.raises(Refusal):
            (without.take_back if word == "toy" else without.trial)(topic, word, by=us.lea, **NOW_OF.get(word, {}))


NOW_OF = {"toy": {"now": cast.NOW}}


def test_a_digest_has_as_many_items_as_its_reader_bears_says_why_and_learns_from_what_was_not_worth_it():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    rows = cast.said(
        square,
        *(
            cast.event(
                f"p{n}", f"The kettle number {n} leaks {n * 7919}", who=f"w{n}", at=cast.NOW - timedelta(hours=n + 1)
            )
            for n in range(6)
        ),
    )
    intents = [["churn"], ["question"], ["question"], ["purchase"], [], ["complaint"]]
    for row, told in zip(rows, intents, strict=True):
        Reading.objects.filter(pk=row.pk).update(intents=told, mood="neutral", urgency="can wait")
    made(us)
    digest.wish(by=us.ada, rhythm="daily", most=2, topics=[])

    first = digest.make(us.ada, now=cast.NOW)
    for item in digest.newest_of(us.ada):
        digest.judge(item.told.pk, is_relevant=item.told.reason == "churn", by=us.ada)
    shown = digest.newest_of(us.ada)
    Listener.objects.update(told_at=None)
    second = digest.make(us.ada, now=cast.NOW)
    weights = digest.weights_of(us.ada)

    assert [one.reason for one in first] == ["churn", "question"]
    assert first[1].why == "Somebody asks, and nobody answered (Leaks)"
    assert [one.told.reason for one in shown] == ["churn"]
    assert [one.reason for one in second] == ["purchase", "question"]
    assert weights[second[0].topic_id, "question"] == 0.75
    assert Told.objects.filter(user=us.ada).count() == 4
    with pytest.raises(Refusal):
        digest.judge(first[0].pk or Told.objects.first().pk, is_relevant=True, by=us.ben)
    with pytest.raises(Refusal):
        digest.wish(by=us.ada, rhythm="hourly", most=3)


@pytest.mark.parametrize(
    ("rhythm", "at", "told", "due"),
    [
        ("daily", datetime(2026, 5, 5, 5, 30, tzinfo=UTC), None, True),  # half past six in Lisbon in summer
        ("daily", datetime(2026, 5, 5, 4, 30, tzinfo=UTC), None, False),
        ("daily", datetime(2026, 5, 5, 9, 0, tzinfo=UTC), datetime(2026, 5, 5, 6, 0, tzinfo=UTC), False),
        (
            "daily",
            datetime(2026, 5, 5, 9, 0, tzinfo=UTC),
            datetime(2026, 5, 5, 0, 30, tzinfo=UTC),
            True,
        ),  # by hand at night
        ("weekly", datetime(2026, 5, 5, 9, 0, tzinfo=UTC), None, False),  # a Tuesday
        ("weekly", datetime(2026, 5, 4, 9, 0, tzinfo=UTC), datetime(2026, 4, 27, 9, 0, tzinfo=UTC), True),
    ],
)
def test_a_digest_is_due_in_the_readers_own_morning(rhythm, at, told, due):
    us = cast.staff()
    us.ada.zone = "Europe/Lisbon"

    assert digest.is_due(Listener(user=us.ada, rhythm=rhythm, told_at=told), now=at) is due


def test_silence_is_a_value_and_people_are_filtered_by_how_they_speak_of_us():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    for who in ("glad", "turned", "silent", "away"):
        person = cast.person(by=us.ada, name=who)
        days = {"glad": (1, 2, 3), "turned": (1, 2, 30, 40, 50), "silent": (90,), "away": (80,)}[who]
        moods = {"turned": ("negative", "negative", "positive", "positive", "positive")}.get(
            who, ("positive",) * len(days)
        )
        rows = said_of(square, who, *moods, days=days)
        Profile.objects.filter(pk=rows[0].profile_id).update(person=person)
    cast.said(square, cast.event("else", "What a fine day for a walk", who="silent", at=cast.NOW - timedelta(days=3)))
    cast.person(by=us.ada, name="never")
    made(us, kind="brand")

    stance.reckon(now=cast.NOW)
    stance.reckon(now=cast.NOW)
    told = {
        row.person_id: row.stance for row in Standing.objects.all() if Person.objects.filter(pk=row.person_id).exists()
    }
    named = {Person.objects.get(pk=number).name: stood for number, stood in told.items()}
    of = record("person")
    asked = check(Test("talk", "is", "silent"), of, viewer=us.ada)
    found = Person.objects.filter(to_q(asked, of, zone=UTC, now=cast.NOW))

    assert {name: named[name] for name in ("glad", "turned", "silent", "away", "never")} == {
        "glad": Stance.PROMOTER, "turned": Stance.TURNED, "silent": Stance.SILENT, "away": Stance.AWAY,
        "never": Stance.NEVER,
    }  # fmt: skip
    assert [one.name for one in found] == ["silent"]
    assert predicate(asked, of, zone=UTC, now=cast.NOW)({"talk": "silent"})


def test_a_digest_leaves_out_what_was_said_to_be_noise_since_and_what_was_erased():
    us = cast.staff()
    rows = cast.said(cast.source(owner=us.olga), cast.event("p1", LEAK), cast.event("p2", "Why does the lid leak?"))
    topic = made(us)
    Told.objects.bulk_create(
        Told(user=us.ada, topic=topic, interaction_id=row.pk, reason="praise", why="x", place=0, at=cast.NOW)
        for row in rows
    )

    before = digest.newest_of(us.ada)
    correct.not_relevant(topic, rows[0].pk, because="meaning", by=us.ada, now=cast.NOW)
    after = digest.newest_of(us.ada)
    privacy.erase([rows[1].pk], [])

    assert (len(before), [one.row.pk for one in after]) == (2, [rows[1].pk])
    assert list(Told.objects.values_list("interaction_id", flat=True)) == [rows[0].pk]

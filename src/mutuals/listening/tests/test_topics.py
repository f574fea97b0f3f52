"""What is listened for: history, what comes, copies, edits, deletions, feedback; counts and mentions say the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

import cast
from mutuals.listening import mentions, queries
from mutuals.listening.board import counts
from mutuals.listening.board.counts import Span
from mutuals.listening.learning import correct
from mutuals.listening.models import Aside, Count, Mention, Reading, State, Topic
from mutuals.listening.topic import fill, sampling, topics
from mutuals.listening.topic.hits import Text
from mutuals.listening.topic.wanted import read
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
SPAN = Span(cast.NOW - timedelta(days=7), cast.NOW + timedelta(days=1), "UTC")
LEAK = "My kettle leaks all over the kitchen floor"


def counted(version):
    """Counts as sums over mentions and as kept; both have to be the same."""
    kept = [(row.n, row.aside, row.questions) for row in Count.objects.filter(version=version)]
    rows = list(Mention.objects.filter(version=version))
    own = [row for row in rows if not row.aside]
    assert tuple(map(sum, zip(*kept, strict=True))) == (
        len(own), len(rows) - len(own), sum(row.is_question for row in own)
    )  # fmt: skip
    return len(own), len(rows) - len(own)


def made(us, words="kettle leak*", name="Leaks", **more):
    """A topic that has read history."""
    topic = topics.make(topics.Wanted(name, words, **more), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    topic.refresh_from_db()
    return topic


def test_a_topic_reads_history_and_then_hears_what_comes():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    cast.said(square, cast.event("p1", LEAK), cast.event("p2", "Lovely cup."))

    topic = made(us)
    cast.said(square, cast.event("p3", "A kettle that is leaking?"), cast.event("p4", "Leak of gas"))

    assert topic.version.state == State.LIVE
    assert sorted(mentioned()) == ["p1", "p3"]
    assert counted(topic.version) == (2, 0)
    assert counts.board(topic.version_id, SPAN).n == 2


def mentioned(**more):
    """Keys of what is mentioned."""
    ids = Mention.objects.filter(**more).values_list("interaction_id", flat=True)
    return list(queries.Interaction.objects.filter(pk__in=list(ids)).values_list("key", flat=True))


def test_filling_again_changes_nothing():
    us = cast.staff()
    cast.said(cast.source(owner=us.olga), cast.event("p1", LEAK))
    topic = made(us)
    before = list(Count.objects.values_list("n", "aside"))

    type(topic.version).objects.update(state=State.FILLING, below=10**9)
    fill.fill(topic.version_id)

    assert list(Count.objects.values_list("n", "aside")) == before


def test_the_next_version_takes_the_place_of_the_one_before_once_it_has_read_history():
    us = cast.staff()
    cast.said(cast.source(owner=us.olga), cast.event("p1", LEAK), cast.event("p2", "My cup broke."))
    topic = made(us)

    changed = topics.change(topic, topics.Wanted("Cups", "cup"), by=us.lea, now=cast.NOW)
    shown_before = (changed.version_id, mentioned(version=changed.version_id))
    fill.fill(changed.versions.get(number=2).pk)
    fill.tidy()

    changed.refresh_from_db()
    assert shown_before == (topic.version_id, ["p1"])
    assert mentioned() == ["p2"] == mentioned(version=changed.version_id)


def test_a_topic_that_is_changed_while_its_first_version_reads_history_asks_by_the_newest_in_the_end():
    us = cast.staff()
    cast.said(cast.source(owner=us.olga), cast.event("p1", LEAK), cast.event("p2", "My cup broke."))
    first = topics.make(topics.Wanted("Leaks", "kettle leak*"), by=us.lea, now=cast.NOW)
    topics.change(first, topics.Wanted("Cups", "cup"), by=us.lea, now=cast.NOW)

    for version in list(first.versions.order_by("number")):
        fill.fill(version.pk)
    fill.tidy()

    first.refresh_from_db()
    assert (first.version.number, first.version.state) == (2, State.LIVE)
    assert mentioned() == ["p2"]


def test_what_many_say_in_the_same_words_counts_once_and_the_next_one_counts_when_the_first_is_gone():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    rows = cast.said(square, cast.event("p1", LEAK))
    topic = made(us)

    cast.said(square, *(cast.event(f"p{n}", LEAK, who=f"bot{n}", at=cast.NOW + timedelta(hours=n)) for n in (2, 3)))
    before = counted(topic.version)
    mentions.drop([rows[0].pk])

    assert before == (1, 2)
    assert counted(topic.version) == (1, 1)
    assert mentioned(aside=Aside.NO) == ["p2"]


def test_a_corrected_label_moves_the_counts_wins_over_the_reader_and_can_be_taken_back():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    [row] = cast.said(square, cast.event("p1", LEAK))
    topic = made(us)
    machine = Reading.objects.get(pk=row.pk).mood

    said = correct.correct(row.pk, "mood", ["positive"], by=us.ada, now=cast.NOW)
    fill.hear([fill.said_by(row)])
    kept = Reading.objects.get(pk=row.pk).mood
    moods = counts.board(topic.version_id, SPAN).moods
    correct.undo(said, by=us.ada, now=cast.NOW)

    assert (kept, {mood: n for mood, n in moods.items() if n}) == ("positive", {"positive": 1})
    assert Reading.objects.get(pk=row.pk).mood == machine
    assert counted(topic.version) == (1, 0)


def test_what_is_not_relevant_counts_no_more_in_any_version_until_that_is_taken_back():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    [row, *_] = cast.said(square, cast.event("p1", LEAK), cast.event("p2", "The kettle leaked again, as ever."))
    topic = made(us)

    correct.not_relevant(topic, row.pk, because="author", by=us.ada, now=cast.NOW)
    cast.said(square, cast.event("p3", "And my second kettle leaks too, can you believe it?"))
    silent = counted(topic.version)
    correct.relevant(topic, row.pk, by=us.ada, now=cast.NOW)

    assert silent == (0, 3)
    assert counted(topic.version) == (3, 0)


def test_languages_and_authors_can_be_left_out():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    cast.said(square, cast.event("p1", LEAK), cast.event("p2", LEAK + " again and again", who="shop"))

    made(us, without=("@Shop",))
    made(us, name="In German", languages=("de",))

    assert mentioned() == ["p1"]


def test_a_sample_says_how_much_of_it_is_noise_and_how_sure_that_is():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    cast.said(square, *(cast.event(f"p{n}", LEAK, who=f"w{n}", at=cast.NOW - timedelta(days=n)) for n in range(4)))

    found = sampling.sample(topics.Wanted("Leaks", "leak*"), by=us.lea)

    assert (found.looked, found.many, found.why["copies"]) == (4, 4, 3)
    assert found.noise.low < 0.75 == found.noise.share < found.noise.high


def test_a_sample_meets_what_the_topic_would_meet_however_it_is_written():
    us = cast.staff()
    texts = (
        "A LEAK", "l\u200beak", "Un café &eacute;t&eacute;", "ＬＥＡＫ everywhere", "No le ak", "<b>leak</b>ing", "leeeeak",
        "#Leak", "@leak_shop says", "straße", "STRASSE", "水漏れです", "été", "nothing", "&amp;leak",
    )  # fmt: skip
    cast.said(cast.source(owner=us.olga), *(cast.event(f"p{n}", text, who=f"w{n}") for n, text in enumerate(texts)))

    for words in ("leak", "leak*", "ete", "strasse", "漏", "leeeak", '"a leak" OR ete', "leak NOT everywhere"):
        met = {one.pk for one in sampling.sample(topics.Wanted("x", words), by=us.lea).newest}
        asked = read(words)
        whole = {row.pk for row in queries.Interaction.objects.all() if Text(row.text).holds(asked)}

        assert met == whole, words
        assert met


def test_a_sample_of_a_common_word_stops_where_enough_is_met_and_says_among_how_many():
    us = cast.staff()
    told = [
        queries.Interaction(
            key=f"p{n}", network="town", kind="post", direction="in", status="received", is_public=True,
            occurred_at=cast.NOW - timedelta(hours=n), text="the kettle" if n % 2 else "the cup",
        )
        for n in range(2 * sampling.MET + 400)
    ]  # fmt: skip
    queries.Interaction.objects.bulk_create(told)

    common, rarer = (sampling.sample(topics.Wanted("x", words), by=us.lea) for words in ("the", "kettle"))

    assert (common.looked, common.many, common.is_enough) == (sampling.MET, sampling.MET, True)
    assert (rarer.looked, rarer.many, rarer.is_enough) == (2 * sampling.MET, sampling.MET, True)
    assert rarer.noise.of == sampling.MET
    assert round(common.weekly) == round(7 * 24 * sampling.MET / (sampling.MET - 1))


def test_who_may_not_is_refused():
    us = cast.staff()

    with pytest.raises(NotAllowed):
        topics.make(topics.Wanted("Leaks", "leak*"), by=us.ada, now=cast.NOW)
    assert not queries.visible_to(us.cleo).exists()


def test_people_and_questions_are_counted():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    cast.said(square, cast.event("p1", "Why does my kettle leak?"), cast.event("p2", LEAK, who="bo"))

    topic = made(us)

    assert queries.authors(topic.version_id, SPAN, many=2) == (2, 0, True)
    assert queries.authors(topic.version_id, SPAN, many=10**6)[0] % queries.SAMPLED == 0
    assert queries.unanswered(topic.version_id, SPAN) == (1, 1)
    shown, more = queries.stream(topic.version_id, queries.Wanted())
    assert ([one.row.key for one in shown], more) == (["p2", "p1"], None)


def test_a_topic_that_was_put_away_leaves_nothing():
    us = cast.staff()
    cast.said(cast.source(owner=us.olga), cast.event("p1", LEAK))
    topic = made(us)

    topics.put_away(topic, by=us.lea, now=cast.NOW)
    fill.tidy()

    assert not Mention.objects.exists()
    assert not Count.objects.exists()
    assert Topic.objects.get().archived_at == cast.NOW


def test_history_from_before_there_was_a_reader_is_read_once():
    us = cast.staff()
    cast.said(cast.source(owner=us.olga), cast.event("p1", LEAK))
    Reading.objects.all().delete()

    fill.catch_up()
    fill.catch_up()

    assert Reading.objects.count() == 1


def test_who_becomes_a_customer_after_they_spoke_counts_as_one():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    [row] = cast.said(square, cast.event("p1", LEAK))
    topic = made(us)
    before = counts.board(topic.version_id, SPAN).by_customers
    bea = cast.person(by=us.ada)
    type(row.profile).objects.filter(pk=row.profile_id).update(person=bea)
    type(bea).objects.filter(pk=bea.pk).update(order_count=1)

    mentions.known_again(since=cast.NOW - timedelta(days=1))

    assert (before, counts.board(topic.version_id, SPAN).by_customers) == (0, 1)
    assert counted(topic.version) == (1, 0)

"""Four readings of one stream: what each pillar finds, the work on it, what people say of it, and how that moves the bar."""

from datetime import timedelta

import pytest

import cast
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.inbox.models import Turn
from mutuals.inbox.take import take
from mutuals.listening import privacy
from mutuals.listening.models import Bar, Cue, PillarWords, Rising
from mutuals.listening.pillar import cues, fourfold
from mutuals.listening.pillar.pillars import ENOUGH, Way, shipped, strength, tuned
from mutuals.listening.topic import fill, topics
from mutuals.listening.topic.wanted import Unclear, read
from mutuals.staff.permissions import NotAllowed

BUYER = "Can anyone recommend a kettle? I am looking for an alternative to my old one, ready to buy this week."
BROKEN = "The new kettle is broken again and nobody answers. I want a refund!"
WISH = "I wish the kettle had a lid that locks, please add one."


@pytest.mark.django_db
class TestStream:
    def test_one_post_has_a_reading_for_each_pillar_with_its_words_and_streams_are_worked_through(self):
        us, now = cast.staff(), clock.now()
        square = cast.source(owner=us.olga, team=us.sales)
        rows = cast.said(
            square,
            *(cast.event(f"p{n}", text, who=f"w{n}", at=now - timedelta(minutes=n))
              for n, text in enumerate((BUYER, BROKEN, WISH, "Good morning from the harbour."))),
            now=now,
        )  # fmt: skip

        told = {one.way: one for one in fourfold.of(rows[0], by=us.ada, now=now)}
        waiting, _ = fourfold.stream(Way.SALES, viewer=us.ben)
        cue = take(rows[0].pk, Way.SALES, by=us.ben, now=now)
        mine, _ = fourfold.stream(Way.SALES, viewer=us.ben, view="mine")

        assert told[Way.SALES].is_read
        assert {"looking for", "alternative to", "can anyone recommend"} <= set(told[Way.SALES].because)
        assert told[Way.SALES].said.startswith("Wants to buy:")
        assert not told[Way.AHEAD].is_read
        assert "too few posts of yours (0 of 30)" in told[Way.MARKETING].said
        assert waiting[0].row.pk == rows[0].pk
        assert rows[1].pk in [one.row.pk for one in fourfold.stream(Way.SERVICE, viewer=us.ada)[0]]
        assert rows[2].pk in [one.row.pk for one in fourfold.stream(Way.INNOVATION, viewer=us.ada)[0]]
        assert (cue.taken_by, cue.is_right) == (us.ben, True)
        assert Turn.objects.get(pk=rows[0].conversation_id).assignee == us.ben
        assert rows[0].pk not in [one.row.pk for one in fourfold.stream(Way.SALES, viewer=us.ben)[0]]
        assert [one.row.pk for one in mine] == [rows[0].pk]
        with pytest.raises(Refusal, match="Ben works on this"):
            take(rows[0].pk, Way.SALES, by=us.ada, now=now)
        assert fourfold.stream(Way.SALES, viewer=us.cleo)[0] == []

    def test_words_that_rise_are_what_service_reads_ahead(self):
        us, now = cast.staff(), clock.now()
        [row] = cast.said(cast.source(owner=us.olga), cast.event("p1", "The lid of the kettle leaks again."), now=now)
        topic = _topic(us, now)
        Rising.objects.create(topic=topic, words=["lid", "leaks"], authors=34, customers=2, mentions=40, before=9, growth=4.0,
                              z=4.0, said=[], place=0, at=now)  # fmt: skip

        told = {one.way: one for one in fourfold.of(row, by=us.ada, now=now)}[Way.AHEAD]
        cues.judge(row.pk, Way.AHEAD, is_right=False, by=us.ada, now=now)
        after = {one.way: one for one in fourfold.of(row, by=us.ada, now=now)}[Way.AHEAD]

        assert (told.is_read, told.because) == (True, ("lid", "leaks"))
        assert told.said == "34 people say this together in Leaks this week: 40 times, 9 the week before."
        assert (after.is_read, after.precision.judged) == (False, 1)

    def test_twenty_verdicts_move_the_bar_once_and_that_can_be_undone(self):
        us, now = cast.staff(), clock.now()
        rows = cast.said(
            cast.source(owner=us.olga),
            *(cast.event(f"p{n}", f"{n} more seen", who=f"w{n}", at=now - timedelta(minutes=n)) for n in range(24)),
            now=now,
        )  # fmt: skip
        cues.keep(
            [cues.row(Way.SALES, one.pk, one.occurred_at, n < 12, 0 if n < 12 else 900) for n, one in enumerate(rows)]
        )

        for n, one in enumerate(rows[: ENOUGH - 1]):
            cues.judge(one.pk, Way.SALES, is_right=n >= 12, by=us.ada, now=now)
        too_few = fourfold.precision()[Way.SALES]
        for one in rows[ENOUGH - 1 :]:
            cues.judge(one.pk, Way.SALES, is_right=True, by=us.ada, now=now)
        moved = Bar.objects.get()
        shown = {one.row.pk for one in fourfold.stream(Way.SALES, viewer=us.ada)[0]}
        told = fourfold.precision()[Way.SALES]

        assert (too_few.share, too_few.right, too_few.judged) == (None, 7, 19)
        assert (moved.was, moved.right, moved.judged) == (500, moved.judged, moved.judged)
        assert 500 < moved.value <= 900
        assert shown == {one.pk for one in rows[12:]}
        assert told.share is None
        with pytest.raises(NotAllowed):
            cues.undo_bar(moved, by=us.ada, now=now)
        cues.undo_bar(moved, by=us.lea, now=now)
        assert cues.bar_of(Way.SALES) == 500
        assert fourfold.precision()[Way.SALES].share.share == 0.5
        with pytest.raises(Refusal, match="undone already"):
            cues.undo_bar(moved, by=us.lea, now=now)

    def test_other_words_are_asked_of_what_is_there_and_can_be_put_back(self):
        us, now = cast.staff(), clock.now()
        square = cast.source(owner=us.olga)
        [row] = cast.said(square, cast.event("p1", "Where do people meet for the tea ceremony on Sunday"), now=now)

        cues.set_words(Way.SALES, "en", '"tea ceremony" OR teapot*', by=us.lea, now=now)
        fourfold.ask_again(now=now)
        found = [one.row.pk for one in fourfold.stream(Way.SALES, viewer=us.ben)[0]]
        [later] = cast.said(square, cast.event("p2", "Which teapots do you like for the winter"), now=now)
        live = Cue.objects.get(interaction_id=later.pk, way=Way.SALES).is_met
        cues.set_words(Way.SALES, "en", None, by=us.lea, now=now)
        fourfold.ask_again(now=now)

        assert found == [row.pk]
        assert live
        assert not PillarWords.objects.exists()
        assert not Cue.objects.filter(way=Way.SALES, is_met=True).exists()
        for words, wrong in (("AND", Unclear), ("a" * 3000, Unclear)):
            with pytest.raises(wrong):
                cues.set_words(Way.SALES, "en", words, by=us.lea, now=now)
        with pytest.raises(Refusal, match="is no language"):
            cues.set_words(Way.SALES, "../etc", "x", by=us.lea, now=now)
        with pytest.raises(NotAllowed):
            cues.set_words(Way.SALES, "en", "tea", by=us.ada, now=now)

    def test_what_was_missed_joins_the_stream_and_what_is_erased_leaves_it(self):
        us, now = cast.staff(), clock.now()
        [row] = cast.said(cast.source(owner=us.olga), cast.event("p1", "Good morning from the harbour."), now=now)

        cues.judge(row.pk, Way.SALES, is_right=True, by=us.ben, now=now)
        joined = [one.row.pk for one in fourfold.stream(Way.SALES, viewer=us.ben)[0]]
        precision = fourfold.precision()[Way.SALES]
        told = privacy.export([row.pk], 0)["cues"]
        privacy.erase([row.pk], [])

        assert joined == [row.pk]
        assert precision.judged == 0
        assert [one["is_right"] for one in told if one["way"] == "sales"] == [True]
        assert not Cue.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["…", "a" * 100_000, "🫖" * 5_000, "\u202eevil\u202c leak", "refund " * 14_000, "Z̴̢͎̈́a̸͕͝l̷̡̛g̷o " * 500]
)
def test_whatever_a_text_is_every_way_says_something(text):
    us, now = cast.staff(), clock.now()
    [row] = cast.said(cast.source(owner=us.olga), cast.event("p1", text), now=now)

    told = fourfold.of(row, by=us.ada, now=now)

    assert [one.way for one in told] == list(Way)
    assert all(0 <= one.strength <= 1000 and one.said for one in told)


def test_all_words_that_come_with_mutuals_can_be_read():
    trees = {key: read(words) for key, words in shipped().items()}

    assert {(Way.SALES, "en"), (Way.SERVICE, "de"), (Way.INNOVATION, "hi-Latn")} <= set(trees)


@pytest.mark.parametrize(
    ("is_met", "chance", "told"),
    [(False, 0, 0), (True, 0, 500), (False, 700, 700), (True, 700, 850), (True, 1000, 1000)],
)
def test_words_and_intent_make_each_other_stronger(is_met, chance, told):
    assert strength(is_met=is_met, chance=chance) == told


def test_the_bar_goes_down_only_where_people_looked_below_it_and_up_only_to_where_some_are_left():
    right_above = [(800, True)] * 30
    right_below = [(400, True)] * 12
    wrong_everywhere = [(500 + n, False) for n in range(40)]

    assert tuned(right_above, 500) is None
    assert tuned(right_above + right_below, 500).bar == 300
    assert tuned(wrong_everywhere, 500) is None
    assert tuned([(500, False)] * 12 + [(900, True)] * 9, 500) is None


def _topic(us, now):

    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=now)
    fill.fill(topic.version_id)
    return topic

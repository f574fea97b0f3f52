"""Learning from corrections: the next version, the gate, going back, what is asked, phrases, and reading history again."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction

import cast
from mutuals import privacy
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.listening.learning import asking, correct, lessons, rereading, sayings
from mutuals.listening.models import Correction, Lesson, Mention, Question, Reading, Rereading, Saying
from mutuals.listening.topic import fill, topics
from mutuals.staff.permissions import NotAllowed

LATER = cast.NOW + timedelta(minutes=5)
GOOD = [f"the war zone bundle number {n} drops on friday with {n + 3} new maps" for n in range(16)]
BAD = [f"order {n} went to the depot again, the {n + 2}th time, says the tracker" for n in range(16)]
PLAIN = [f"the shop in street {n} opens at {n + 1} on monday, says the sign" for n in range(16)]
TOLD = [one for n in range(16) for one in ((GOOD[n], "positive"), (BAD[n], "negative"), (PLAIN[n], "neutral"))]
NEW = ["the war zone bundle drops today with new maps", "order 77 went to the depot again, says the tracker"]


def said(square, texts, *, at="a"):
    """Interactions of these texts."""
    events = [cast.event(f"{at}{n}", text, who=f"w{at}{n}") for n, text in enumerate(texts)]
    return cast.said(square, *events)


def taught(us, square, told=TOLD):
    """Corrections of all of them, and what was learned."""
    rows = said(square, [text for text, _ in told])
    for row, (_, mood) in zip(rows, told, strict=True):
        correct.correct(row.pk, "mood", [mood], by=us.ada, now=cast.NOW)
    return rows, lessons.learn(now=LATER)


def moods(rows):
    """What stands of each."""
    found = Reading.objects.in_bulk([row.pk for row in rows])
    return [found[row.pk].mood for row in rows]


@pytest.mark.django_db
def test_corrections_change_what_is_read_later_and_one_click_goes_back_and_forth():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    before = moods(said(square, NEW, at="b"))

    rows, lesson = taught(us, square)
    after = said(square, NEW, at="c")
    with pytest.raises(NotAllowed):
        lessons.use(Lesson.objects.get(number=0), by=us.ada, now=LATER)
    was = lessons.use(Lesson.objects.get(number=0), by=us.lea, now=LATER)
    back = said(square, NEW, at="d")
    correct.correct(rows[0].pk, "mood", ["neutral"], by=us.ada, now=LATER)
    held = lessons.learn(now=LATER)
    lessons.use(was, by=us.lea, now=LATER)
    forth = said(square, NEW, at="e")

    assert before != ["positive", "negative"]
    assert (lesson.is_used, lesson.is_taken, lesson.because) == (True, True, "corrections")
    own = lesson.figures["mood"]["own"]
    assert own["after"] > own["before"] + 0.1
    assert own["low"] <= own["after"] - own["before"] <= own["high"]
    assert moods(after) == ["positive", "negative"]
    assert moods(back) == before
    assert moods(forth) == moods(after)
    assert held is None  # whoever went back does not want the same again
    assert {one.version for one in Reading.objects.filter(pk__in=[row.pk for row in after + forth])} == {lesson.name}
    assert Reading.objects.get(pk=rows[0].pk).mood == "neutral"
    assert [one.kind for one in Entry.objects.filter(about=lessons.ABOUT).order_by("pk")] == [
        "reader.learned", "reader.used", "reader.used",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_bad_set_of_corrections_is_not_taken_and_five_versions_are_kept():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    rows, first = taught(us, square)
    turned = {"positive": "negative", "negative": "positive", "neutral": "negative"}
    bad = said(square, [text.replace("1", "7").replace("2", "9") for text, _ in TOLD], at="bad")

    for row, (_, mood) in zip(bad, TOLD, strict=True):
        correct.correct(row.pk, "mood", [turned[mood]], by=us.ben, now=LATER)
    left = lessons.learn(now=LATER)
    again = lessons.learn(now=LATER)
    for one in Correction.objects.filter(by=us.ben):
        correct.undo(one, by=us.ben, now=LATER)
    made = []
    for row in rows[:5]:
        correct.correct(row.pk, "mood", [Reading.objects.get(pk=row.pk).mood], by=us.ada, now=LATER)
        made.append(lessons.learn(now=LATER))

    assert not left.is_taken
    assert left.figures["mood"]["earlier"]["high"] < 0
    assert again is None  # nothing new since
    assert [one.is_taken for one in made] == [True] * 5
    assert list(Lesson.objects.filter(weights__isnull=False).order_by("number")) == made
    assert Lesson.objects.get(is_used=True) == made[-1]
    with pytest.raises(Refusal, match="not kept"):
        lessons.use(first, by=us.lea, now=LATER)


@pytest.mark.django_db
def test_who_is_erased_teaches_nobody_and_what_was_learned_from_them_goes():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    bea = cast.person(by=us.ada)
    rows, lesson = taught(us, square)
    type(rows[0].profile).objects.filter(pk=rows[0].profile_id).update(person=bea)
    taken = Correction.objects.get(interaction_id=rows[0].pk).pk

    privacy.erase(bea, by=us.aron, now=LATER)
    used = lessons.in_use()
    following = lessons.learn(now=LATER)

    lesson.refresh_from_db()
    assert (lesson.weights, lesson.corrections, used.number) == (None, [], 0)
    assert following.is_used
    assert taken not in following.corrections
    assert len(following.corrections) == len(TOLD) - 1


@pytest.mark.django_db
def test_examples_of_what_a_phrase_changes_are_not_the_same_words_again():
    us = cast.staff()
    flood = [f"my lid number {n} broke in the sink this morning and nobody of the shop answers" for n in range(6)]
    said(cast.source(owner=us.olga), [*flood, "a lid of copper for the old kettle, please"])

    shown = sayings.preview("lid", "intents", "suggestion", by=us.lea, now=LATER)

    assert (shown.met, shown.changed) == (7, 7)
    assert 2 <= len(shown.newest) <= 3  # prints tell most near copies, not all


@pytest.mark.django_db
def test_a_phrase_means_what_staff_say_shows_first_what_it_changes_and_is_the_reason():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    rows = said(square, ["this new album is sick", "I am sick of waiting", "a fine day"])
    correct.correct(rows[1].pk, "intents", ["complaint"], by=us.ada, now=cast.NOW)

    with pytest.raises(NotAllowed):
        sayings.say("sick", "intents", "praise", by=us.ada, now=LATER)
    shown = sayings.preview("sick", "intents", "praise", by=us.lea, now=LATER)
    kept = Saying.objects.count()
    sayings.say("sick", "intents", "praise", by=us.lea, now=LATER)
    mood = sayings.say('"album is sick*"', "mood", "positive", by=us.lea, now=LATER)
    [after] = said(square, ["their album is sickening, wow"], at="b")
    why = correct.why(after, by=us.ada)
    sayings.take_back(mood, by=us.lea, now=LATER)
    [other] = said(square, ["their album is sickening, wow wow"], at="c")

    assert (shown.looked, shown.met, shown.changed, shown.corrected) == (3, 2, 1, 1)
    assert (shown.newest[0].interaction.pk, "praise" in shown.newest[0].will) == (rows[0].pk, True)
    assert kept == 0
    assert Reading.objects.get(pk=after.pk).mood == "positive"
    assert (why.understood.mood.because, [str(one) for one in why.meant]) == (
        ("album is sick*",), ["“album is sick*” means positive"],
    )  # fmt: skip
    assert why.is_same_reader
    assert correct.why(other, by=us.ada).meant == ()
    for words, label, value in (("", "mood", "positive"), ("x" * 101, "mood", "positive"), ("ok", "mood", "praise")):
        with pytest.raises(Refusal):
            sayings.say(words, label, value, by=us.lea, now=LATER)


@pytest.mark.django_db
def test_history_is_read_again_when_somebody_asks_and_corrections_win():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    old = said(square, NEW, at="b")
    topic = topics.make(topics.Wanted("Bundles", "bundle"), by=us.lea, now=cast.NOW)
    fill.fill(topic.version_id)
    rows, _ = taught(us, square)
    correct.correct(old[1].pk, "mood", ["neutral"], by=us.ada, now=cast.NOW)
    untouched = moods(old)

    behind = rereading.behind()
    rereading.begin(by=us.lea, now=LATER)
    with pytest.raises(Refusal, match="already"):
        rereading.begin(by=us.lea, now=LATER)
    rereading.run()

    done = Rereading.objects.get()
    assert behind == (50, 50)
    assert untouched[0] != "positive"
    assert moods(old) == ["positive", "neutral"]
    assert Mention.objects.get(interaction_id=old[0].pk).mood == "positive"
    assert moods(rows) == [mood for _, mood in TOLD]
    assert (done.read, done.changed > 0, rereading.progress(done)) == (50, True, 100)
    assert rereading.behind() == (0, 50)


@pytest.mark.django_db
def test_what_is_asked_is_unsure_unlike_fresh_of_all_languages_and_never_twice():
    us = cast.staff()
    square = cast.source(owner=us.olga)
    english = [
        f"{a} {b} came on {c}" for a in ("the box", "a cup", "my lid") for b in ("quickly", "late") for c in "abcdefgh"
    ]
    said(square, [*english, "der Deckel kam heute an", "das Paket ist jetzt hier bei mir", "mi pedido ya está en casa"])

    asked = asking.queue(by=us.ada, many=20)
    [first, second, *_] = asked
    asking.answer(first.interaction.pk, "positive", by=us.ada, now=LATER)
    asking.skip(second.interaction.pk, by=us.ada, now=LATER)
    rest = asking.queue(by=us.ada, many=20)
    told = asking.progress()
    correct.undo(Correction.objects.get(), by=us.ada, now=LATER)

    assert {"de", "es", "en"} <= {one.language for one in asked}
    assert len(asked) < len(english)  # those that say the same are asked once
    assert 80 < sum(map(asking.is_random, range(1_000))) < 120
    assert not {first.interaction.pk, second.interaction.pk} & {one.interaction.pk for one in rest}
    assert (told.labels, told.answered, told.skipped, told.is_begun) == (1, 1, 1, False)
    assert [one.told for one in Question.objects.all()] == [""]
    with pytest.raises(NotAllowed):
        asking.queue(by=us.cleo)


@pytest.mark.django_db(transaction=True)
def test_two_who_learn_at_once_make_one_version_and_whoever_dies_leaves_the_old_one():
    us = cast.staff()
    rows, first = taught(us, cast.source(owner=us.olga))
    correct.correct(rows[0].pk, "mood", ["neutral"], by=us.ada, now=LATER)
    with pytest.raises(SystemExit), transaction.atomic():  # the process ends before it is committed
        assert lessons.learn(now=LATER).is_used
        raise SystemExit
    after_death = lessons.in_use()
    gate = Barrier(2)
    made = list[Lesson | None]()

    def work():
        gate.wait()
        try:
            made.append(lessons.learn(now=LATER))
        finally:
            connections.close_all()

    both = [Thread(target=work), Thread(target=work)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert after_death == first
    assert len([one for one in made if one is not None]) == 1
    assert Lesson.objects.filter(is_used=True).count() == 1
    assert lessons.in_use().number == first.number + 1
    connection.close()

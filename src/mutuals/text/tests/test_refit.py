"""Learning from corrections."""

from __future__ import annotations

import pytest

from mutuals.text.model import shipped
from mutuals.text.read import Post, Reader
from mutuals.text.refit import TooFew, moved, refit, restored, saved

WAR = [f"the war zone bundle number {n} drops on friday with new maps" for n in range(15)]
LATE = [f"order {n} is late again and nobody answers" for n in range(15)]


def test_corrections_change_what_they_speak_of_and_give_another_version():
    moods = ["positive"] * 15 + ["negative"] * 15

    found = refit(shipped(), WAR + LATE, moods)
    new = Reader(found.model).read([Post("the war zone bundle drops today with new maps")])[0]

    assert new.mood.name == "positive"
    assert found.after >= 0.9
    assert found.is_better
    assert found.model.version != shipped().version
    assert found.model.version.startswith(shipped().version)


def test_what_nobody_corrected_stays_as_it_was():
    found = refit(shipped(), WAR + LATE, ["positive"] * 15 + ["negative"] * 15)
    thanks = Post("wonderful hotel, lovely staff, thank you")

    before, after = Reader().read([thanks])[0], Reader(found.model).read([thanks])[0]

    assert before.mood.name == after.mood.name == "positive"
    assert before.emotion == after.emotion


def test_the_same_corrections_give_the_same_model():
    moods = ["positive"] * 15 + ["negative"] * 15

    one, other = refit(shipped(), WAR + LATE, moods), refit(shipped(), WAR + LATE, moods)

    assert one.model.version == other.model.version
    assert (one.model.table == other.model.table).all()


def test_other_heads_learn_too_and_what_was_learned_goes_through_bytes():
    wanted = [["purchase"] if n % 2 else ["complaint", "churn"] for n in range(30)]
    posts = [f"is bundle {n} in stock? shut up and take my money" if n % 2 else LATE[n // 2] for n in range(30)]

    mood = refit(shipped(), WAR + LATE, ["positive"] * 15 + ["negative"] * 15)
    intents = refit(shipped(), posts, wanted, head="intents")
    told = moved(shipped(), restored(saved([mood.move, intents.move])))
    read = Reader(told).read([Post("shut up and take my money, bundle 99"), Post(WAR[3])])

    assert intents.after > intents.before
    assert "purchase" in [one.name for one in read[0].intents]
    assert read[1].mood.name == "positive"
    assert told.version.startswith(f"{shipped().version}+")


def test_what_turns_everything_round_is_not_better():
    turned = {"positive": "negative", "negative": "positive"}
    good = ["positive"] * 15 + ["negative"] * 15

    against = refit(
        shipped(), WAR + LATE + WAR + LATE, good + [turned[one] for one in good], learned=[True] * 30 + [False] * 30
    )

    assert against.earlier is not None
    assert against.earlier.high < 0
    assert not against.is_better


@pytest.mark.parametrize(("posts", "moods"), [(WAR[:5], ["positive"] * 5), (WAR, ["positive"] * 15)])
def test_of_too_few_nothing_is_learned(posts, moods):
    with pytest.raises(TooFew):
        refit(shipped(), posts, moods)


def test_a_mood_that_is_none_is_refused():
    with pytest.raises(ValueError, match="angry"):
        refit(shipped(), WAR, ["angry"] * 15)


def test_copies_among_the_corrections_are_learned_from_like_any_other():
    texts = [f"order 7 is late again and nobody answers {'at all ' * (n % 3)}" for n in range(400)]

    found = refit(shipped(), texts, ["negative", "neutral"] * 200)

    assert found.move.head == "mood"

"""Learning from corrections."""

from __future__ import annotations

import pytest

from mutuals.text.model import shipped
from mutuals.text.read import Post, Reader
from mutuals.text.refit import TooFew, refit

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


@pytest.mark.parametrize(("posts", "moods"), [(WAR[:5], ["positive"] * 5), (WAR, ["positive"] * 15)])
def test_of_too_few_nothing_is_learned(posts, moods):
    with pytest.raises(TooFew):
        refit(shipped(), posts, moods)


def test_a_mood_that_is_none_is_refused():
    with pytest.raises(ValueError, match="angry"):
        refit(shipped(), WAR, ["angry"] * 15)

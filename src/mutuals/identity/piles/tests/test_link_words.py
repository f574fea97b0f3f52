"""The words in which a clue of a link is told."""

import pytest

from mutuals.identity.piles.link_words import said


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("mail /handle ", "nothing stands behind the number in either"),
        ("mail /handle b", "behind the number: “b” in the profile's handle"),
        ("site xy/handle ", "behind the number: “xy” in the person's site"),
        ("mail a/handle b", "behind the number: “a” in the person's mail, “b” in the profile's handle"),
        ("mail b/handle b", "behind the number: “b” in both"),
        ("other", "what stands behind the number is rare among the two files"),
    ],
)
def test_what_stands_behind_a_number_is_told_without_empty_slots(level, words):
    told = said("rest", level)

    assert told == (words, "")


@pytest.mark.parametrize(
    ("level", "of"), [("names", "names of one language"), ("placed", "names and places of one country")]
)
def test_what_goes_together_names_places_only_where_they_speak(level, of):
    told = said("together", level)

    assert told == (f"{of} go together", "")

"""Places in the words of a profile."""

from mutuals.identity.reading import places

CITIES = frozenset(("koln", "bad homburg", "frankfurt am main"))
BEGINS = frozenset(("bad", "frankfurt"))


def test_of_the_places_that_are_looked_for_those_are_found_that_every_run_of_words_would_find() -> None:
    text = "Tea in Bad Homburg, once Köln; Frankfurt am Main. Bad"

    found = places.mentioned(text, CITIES, BEGINS)

    assert set(found) == CITIES & set(places.mentioned(text))
    assert set(found) == CITIES


def test_nothing_is_found_where_nothing_is_looked_for() -> None:
    text = "Köln " * 1_000

    found = places.mentioned(text, frozenset(), frozenset())

    assert found == []

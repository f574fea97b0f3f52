"""Places: a city is compared by its plain letters, and found again in the words of a profile. Pure."""

from __future__ import annotations

from mutuals.identity.reading import letters

MOST_WORDS = 40
_LONGEST_CITY = 3  # words
_SIZES = range(1, _LONGEST_CITY + 1)


def city(text: str) -> str:
    """The first place of a location: `Köln, Germany` is koln."""
    return " ".join(letters.words(text.split(",")[0].split("/")[0])[:_LONGEST_CITY])


def mentioned(text: str, cities: frozenset[str] | None = None, begins: frozenset[str] = frozenset()) -> list[str]:
    """Every run of one to three words, in which a city may be found; of `cities` alone, if they are given.

    `begins` are the first words of those cities that have several.
    """
    found = letters.words(text)[:MOST_WORDS]
    if cities is None:
        return [" ".join(found[at : at + size]) for size in _SIZES for at in range(len(found) - size + 1)]
    named = [word for word in found if word in cities]
    for at, word in enumerate(found):
        if word in begins:
            runs = (" ".join(found[at : at + size]) for size in _SIZES[1:])
            named += [run for run in runs if run in cities]
    return named

"""Places: a city is compared by its plain letters, and found again in the words of a profile. Pure."""

from __future__ import annotations

from mutuals.identity.reading import letters

MOST_WORDS = 40
_LONGEST_CITY = 3  # words


def city(text: str) -> str:
    """The first place of a location: `Köln, Germany` is koln."""
    return " ".join(letters.words(text.split(",")[0].split("/")[0])[:_LONGEST_CITY])


def mentioned(text: str) -> list[str]:
    """Every run of one to three words, in which a city may be found."""
    found = letters.words(text)[:MOST_WORDS]
    return [
        " ".join(found[at : at + size]) for size in range(1, _LONGEST_CITY + 1) for at in range(len(found) - size + 1)
    ]

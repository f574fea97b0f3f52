"""A word of another language in English, by the dictionary in glosses.txt: what was learned in English carries over."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files

from mutuals.text.words import folded

_ARTICLES = ("وال", "بال", "فال", "لل", "ال", "و", "ب", "ف", "ل")
_LEAST = 3  # letters of a stem


@lru_cache(maxsize=100_000)
def gloss(language: str, word: str) -> str | None:
    """The English word that a folded word of this language stands for, None where the dictionary has none."""
    held = _dictionary().get(language)
    if held is None:
        return None
    whole, stems = held
    word = bare(word)
    if word in whole:
        return whole[word]
    for length in range(len(word), _LEAST - 1, -1):
        if word[:length] in stems:
            return stems[word[:length]]
    if language == "ar":
        for article in _ARTICLES:
            if word.startswith(article) and word[len(article) :] in whole:
                return whole[word[len(article) :]]
    return None


def bare(word: str) -> str:
    """Latin letters without accents, for not everybody types them; other scripts as they are."""
    if word.isascii() or word[0] > "\u0590":
        return word
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


@lru_cache(maxsize=100_000)
def sign(english: str) -> str | None:
    """`+` for an English word that is mostly well meant, `-` for one that is ill meant, None for others."""
    whole, stems = _signs()
    if english in whole:
        return whole[english]
    for length in range(len(english), _LEAST - 1, -1):
        if english[:length] in stems:
            return stems[english[:length]]
    return None


@lru_cache(maxsize=1)
def valences() -> dict[str, float]:
    """From -4 to +4: how ill or well an English word or an emoji is meant (models/valences.txt)."""
    lines = (files("mutuals.text") / "models" / "valences.txt").read_text(encoding="utf-8").splitlines()
    return {word: float(mean) for word, mean in (line.split() for line in lines if line[0] != "#")}


@lru_cache(maxsize=1)
def _signs() -> tuple[dict[str, str], dict[str, str]]:
    whole: dict[str, str] = {}
    stems: dict[str, str] = {}
    for line in (files("mutuals.text") / "moods.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            one, _, words = line.partition(":")
            for word in words.split():
                (stems if word.endswith("*") else whole).setdefault(word.rstrip("*"), one)
    return whole, stems


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Language -> whole words and stems, each to its English."""
    out: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    whole: dict[str, str] = {}
    stems: dict[str, str] = {}
    for line in (files("mutuals.text") / "glosses.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            whole, stems = out.setdefault(line.strip("[] "), ({}, {}))
        elif line and not line.startswith("#"):
            english, _, others = line.partition(":")
            for other in others.split():
                place = stems if other.endswith("*") else whole
                place.setdefault(bare(folded(other.rstrip("*"))), english.strip())
    return out

"""Words that carry no meaning of their own, units and numbers, in the languages that the product reads.

They stand in small_words.json as they stand after reading: lower case, apostrophes taken out.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

_HELD: dict[str, Any] = json.loads((files("mutuals.text") / "small_words.json").read_text(encoding="utf-8"))

_OF = {one: frozenset(" ".join(lines).split()) for names, lines in _HELD["small"].items() for one in names.split()}

SMALL_WORDS = frozenset[str]().union(*_OF.values())
"""Those of all languages: never part of an n-plet."""


def small_words(language: str) -> frozenset[str]:
    """Those of a language (of `hi` both scripts), of English where it is not known."""
    return _OF.get(language.partition("-")[0], _OF["en"])


UNITS: dict[str, str] = {word: unit for unit, words in _HELD["units"].items() for word in words.split()}
"""Word -> the unit that it is one of; with a number before it both become `<n> unit`."""

NUMBERS = frozenset(" ".join(_HELD["numbers"]).split())
"""Numbers as words."""

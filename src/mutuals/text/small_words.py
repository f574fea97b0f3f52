"""Words that carry no meaning of their own, units and numbers, in the languages that the product reads.

They stand in small_words.json as they stand after reading: lower case, apostrophes taken out.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

_HELD: dict[str, Any] = json.loads((files("mutuals.listening") / "small_words.json").read_text(encoding="utf-8"))

SMALL_WORDS = frozenset(" ".join(line for lines in _HELD["small"].values() for line in lines).split())
"""Never part of an n-plet."""

UNITS: dict[str, str] = {word: unit for unit, words in _HELD["units"].items() for word in words.split()}
"""Word -> the unit that it is one of; with a number before it both become `<n> unit`."""

NUMBERS = frozenset(" ".join(_HELD["numbers"]).split())
"""Numbers as words."""

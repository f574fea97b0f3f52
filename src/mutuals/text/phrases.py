"""The words that a text is about: up to three that stand together, with no small word at either end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mutuals.text.features import Text, parted
from mutuals.text.model import Floats
from mutuals.text.small_words import small_words
from mutuals.text.words import DENIED, REACH, deniers

MOST = 5
_LONGEST = 3


def phrases(text: Text, weight: Floats) -> list[str]:
    """At most five phrases of a text; `weight` says how much each token means for its labels.

    Longer ones and heavier ones come first, none is part of another; what is denied is told with the word that denies it.
    """
    small = small_words(text.language)
    words = [parted(token)[1] for token in text.tokens]
    content = [len(word) > 2 and word[0].isalpha() and word.replace("'", "") not in small for word in words]
    until = [
        0.0,
        *np.cumsum(weight, dtype=np.float64).tolist(),
    ]  # so that what a run of tokens weighs is one subtraction
    found: dict[str, float] = {}
    for begin, end in _runs(content):
        first, last = max(
            ((a, b) for a in range(begin, end) for b in range(a + 1, min(a + _LONGEST, end) + 1)),
            key=lambda part: (part[1] - part[0]) ** 0.5 + until[part[1]] - until[part[0]],
        )
        phrase = " ".join(words[first:last])
        if text.tokens[first].startswith(DENIED) and (denier := _denier(text.tokens, first)):
            phrase = f"{denier} {phrase}"
        found[phrase] = max(found.get(phrase, 0.0), last - first + 2 * (until[last] - until[first]))
    ranked = sorted(found, key=lambda phrase: (-found[phrase], phrase))
    return [phrase for phrase in ranked if not any(phrase != other and phrase in other for other in ranked)][:MOST]


def _denier(tokens: Sequence[str], at: int) -> str:
    """The word that denies the one at that place."""
    return next((token for token in reversed(tokens[max(0, at - REACH) : at]) if token in deniers()), "")


def _runs(content: Sequence[bool]) -> list[tuple[int, int]]:
    """From where to where content words follow one another; at most the first fifty runs, of twelve words each."""
    edges = np.flatnonzero(np.diff(np.array([False, *content, False], np.int8)))
    return [(int(begin), min(int(end), int(begin) + 12)) for begin, end in edges.reshape(-1, 2)[:50]]

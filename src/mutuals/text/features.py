"""What a text is read by: its words, pairs of words, parts of words, their English, and where they lie in a space of meanings.

All of it is linear: a text is the sum of what its tokens bring, divided by the root of their number. So a head can be folded
into one row a token, and what each word says for a label is known exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mutuals.text.glosses import gloss, sign, valences
from mutuals.text.vectors import Vectors
from mutuals.text.words import DENIED, says, tokens

NOTHING = ("§0",)
"""The tokens of a text in which nothing is said."""
BITS = 18
"""Words, pairs and parts share 2^BITS places."""
PAIR, PART = 0.7, 0.7
"""How much a pair of words, and all parts of one word together, weigh beside the word itself."""
_PLACES = (1 << BITS) - 1
_PARTS = (3, 4, 5)  # letters
_MOST_PARTS = 60
_WHOLE = "en"
"""Words of this language have a meaning in the space of vectors, whatever their ending; their parts add little but cost."""
_ENGLISH = (_WHOLE, "und")
_STRONG = 2.0  # of four: the valence that counts like a word
_GOLDEN = 0x9E3779B1  # Knuth, multiplicative hashing

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Text:
    """The tokens of one text and its language."""

    tokens: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Bag:
    """Texts as numbers: a sparse row each (`places`, `values`, row `r` from `starts[r]` to `starts[r+1]`) and a dense one."""

    places: Ints
    values: Floats
    starts: Ints
    dense: Floats


def cut(text: str, language: str) -> Text:
    """A plain text in its tokens; one of links, names, numbers and marks alone holds the token of nothing."""
    found = tuple(tokens(text))
    return Text(found if any(map(says, found)) else NOTHING, language)


def scale(text: Text) -> float:
    """What the sum over the tokens is multiplied by."""
    return float(len(text.tokens) ** -0.5)


@lru_cache(maxsize=50_000)
def word(token: str, language: str) -> tuple[int, Ints, Floats]:
    """One token: the number that its pairs are made of, its places, and how much each of them weighs."""
    number = crc32(token.encode())
    denied, bare = parted(token)
    places, values = [number & _PLACES], [1.0]
    english = gloss(language, bare) if bare[0].isalpha() else None
    if (english or language in _ENGLISH or not bare[0].isalpha()) and (mean := valences().get(english or bare)):
        places.append(crc32(f"§{denied}{mean > 0}".encode()) & _PLACES)
        values.append(abs(mean) / _STRONG)
    if bare[0].isalpha():
        if english:
            places.append(crc32((denied + english).encode()) & _PLACES)
            values.append(1.0)
        if meant := sign(english or bare) if english or language in _ENGLISH else None:
            places.append(crc32(f"§{denied}{meant}".encode()) & _PLACES)
            values.append(1.0)
        edged = f"<{bare}>"
        sizes = () if language == _WHOLE else _PARTS
        parts = [edged[at : at + size] for size in sizes for at in range(len(edged) - size + 1)][:_MOST_PARTS]
        places += [crc32(f"{denied}{part}~".encode()) & _PLACES for part in parts]
        values += [PART * len(parts) ** -0.5] * len(parts) if parts else []
    return number, np.array(places, np.int64), np.array(values, np.float32)


def pairs(numbers: Ints) -> Ints:
    """The places of the pairs of neighbours."""
    return ((numbers[:-1] * _GOLDEN + numbers[1:]) & 0xFFFFFFFF) >> (32 - BITS)


def parted(token: str) -> tuple[str, str]:
    """The sign of denial (or nothing), and the word."""
    return (DENIED, token[1:]) if token[0] == DENIED and len(token) > 1 else ("", token)


def meaning(token: str, language: str, vectors: Vectors) -> tuple[bool, Floats | None]:
    """Whether it is denied, and where its meaning lies: of its English where it is of another language."""
    denied, bare = parted(token)
    if not bare[0].isalpha():
        return bool(denied), None
    english = gloss(language, bare)
    if english is None and language not in _ENGLISH:
        return bool(denied), None
    return bool(denied), vectors.of(english or bare)


def bag(texts: Sequence[Text], vectors: Vectors) -> Bag:
    """Texts as rows to learn from. The dense half holds the meanings of what is said, then of what is denied."""
    places, values, starts = list[Ints](), list[Floats](), [0]
    dense = np.zeros((len(texts), 2 * vectors.size), np.float32)
    for row, text in enumerate(texts):
        by = scale(text)
        held = [word(token, text.language) for token in text.tokens]
        couples = pairs(np.array([number for number, _, _ in held]))
        of_row = [*(one for _, one, _ in held), couples]
        places += of_row
        values += [one * by for _, _, one in held] + [np.full(len(couples), PAIR * by, np.float32)]
        starts.append(starts[-1] + sum(map(len, of_row)))
        for token in text.tokens:
            denied, at = meaning(token, text.language, vectors)
            if at is not None:
                begin = vectors.size if denied else 0
                dense[row, begin : begin + vectors.size] += by * at
    return Bag(_joined(places, np.int64), _joined(values, np.float32), np.array(starts, np.int64), dense)


def _joined(arrays: Iterable[Any], kind: Any) -> Any:
    arrays = list(arrays)
    return np.concatenate(arrays).astype(kind, copy=False) if arrays else np.empty(0, kind)

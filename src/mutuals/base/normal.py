"""Unicode's normal forms in linear time, for texts from outside.

The library sorts the marks on one letter in quadratic time: half a million of them on one letter were three minutes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Literal

_PIECE = 500  # characters that are normalised at once


def in_form(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """The text in a normal form. Of more marks on one letter than any script has, each few hundred are sorted by themselves."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize(form, piece) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """Cut before an ASCII character, which never joins what stands before it; else before a character that is no mark."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        if end < len(text):
            places = range(end, start + _PIECE // 2, -1)
            end = next(
                (at for at in places if text[at].isascii()),
                next((at for at in places if not unicodedata.combining(text[at])), end),
            )
        yield text[start:end]
        start = end

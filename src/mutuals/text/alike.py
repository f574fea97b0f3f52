"""Texts that say nearly the same: copies, chains, bots. SimHash of word pairs (Charikar 2002), found by bands of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from mutuals.text.normal import plain, spoken

NEAR = 8
"""Of 64 bits, in how many two prints may differ."""
_WORD = re.compile(r"\w+", re.UNICODE)
_WIDTHS = (8, 8, 8, 7, 7, 7, 7, 6, 6)
"""Bits of the bands: nine, so that two prints that differ in at most eight bits have one of them in common."""
_MOST_IN_A_BAND = 200  # of the newest prints that share a band; a flood is collapsed by the exact print before
_WORDS = 400


def print_of(text: str) -> int:
    """64 bits that differ little where texts differ little. 0 for a text without words.

    Names that are mentioned and links do not count, so that the same said to many is one.
    """
    words = [word for word in _WORD.findall(spoken(plain(text)).lower()) if word not in ("u", "a", "m")][:_WORDS]
    if not words:
        return 0
    grams = set(words) | {f"{a} {b}" for a, b in pairwise(words)}
    hashes = b"".join(blake2b(gram.encode(), digest_size=8).digest() for gram in grams)
    bits = np.unpackbits(np.frombuffer(hashes, np.uint8).reshape(-1, 8), axis=1)
    return int.from_bytes(np.packbits(2 * bits.sum(axis=0, dtype=np.int64) > len(grams)).tobytes(), "big")


def groups(prints: Sequence[int]) -> list[int]:
    """For each print the place of the first one that it is near to, itself where there is none.

    Prints are compared with those that share a band with them, at most the newest 200 of each; 0 is near to nothing.
    """
    first: dict[int, int] = {}
    bands: list[dict[int, list[int]]] = [{} for _ in _WIDTHS]
    found = list[int]()
    for place, value in enumerate(prints):
        if value == 0:
            found.append(place)
            continue
        if value in first:
            found.append(first[value])
            continue
        parts = list(zip(bands, _bands(value), strict=True))
        near = _nearest(value, (other for band, part in parts for other in band.get(part, ())), prints)
        group = place if near is None else found[near]
        first[value] = group
        found.append(group)
        for band, part in parts:
            held = band.setdefault(part, [])
            held.append(place)
            if len(held) > _MOST_IN_A_BAND:
                del held[0]
    return found


def _nearest(value: int, places: Iterable[int], prints: Sequence[int]) -> int | None:
    best, least = None, NEAR + 1
    for place in places:
        apart = (value ^ prints[place]).bit_count()
        if apart < least:
            best, least = place, apart
    return best


def _bands(value: int) -> list[int]:
    out = list[int]()
    for width in _WIDTHS:
        out.append(value & ((1 << width) - 1))
        value >>= width
    return out

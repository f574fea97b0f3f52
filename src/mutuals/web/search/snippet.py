"""The place in a text where the words were found. Pure."""

from __future__ import annotations

import re

BEFORE, LONG = 60, 220
Piece = tuple[str, bool]
"""Some letters, and whether they are what was looked for."""


def snippet(text: str, asked: str) -> list[Piece]:
    """About 220 letters around the first hit, parted at the hits; the start of the text where none is seen."""
    flat = " ".join(text.split())
    words = [word for word in re.findall(r"\w+", asked) if len(word) > 1][:10]
    pattern = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in words), re.IGNORECASE) if words else None
    first = pattern.search(flat) if pattern else None
    start = max(0, first.start() - BEFORE) if first else 0
    start = flat.find(" ", start) + 1 if start else 0
    cut = ("… " if start else "") + flat[start : start + LONG] + ("…" if len(flat) > start + LONG else "")
    if pattern is None:
        return [(cut, False)]
    pieces: list[Piece] = []
    at = 0
    for hit in pattern.finditer(cut):
        pieces += [(cut[at : hit.start()], False), (hit.group(), True)]
        at = hit.end()
    return [piece for piece in [*pieces, (cut[at:], False)] if piece[0]]

"""Which part of a text speaks of the brand, where it speaks of others too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_END = re.compile(r"[.!?;…؟।\n]+(?:\s|$)|,\s|\s[-–—]\s")
_TURN = re.compile(
    r"\b(?:but|while|whereas|unlike|however|though|although|aber|doch|während|mais|alors que|tandis que|pero|mientras|aunque|"
    r"mas|porém|enquanto|ma|però|mentre|invece|lekin|magar|par)\b|لكن|بينما|بس|लेकिन|मगर|जबकि",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!\w)@[\w.]{2,40}|(?<=[a-zß-ÿ,] )[A-ZÀ-Þ][\w'’&-]{2,30}(?: [A-ZÀ-Þ][\w'’&-]{2,30})*")
_MOST = 40  # clauses that are looked at


def about(text: str, brands: Sequence[str]) -> str | None:
    """The clauses of a plain text that speak of one of the brands, None where there is nothing to part.

    To be parted it must name one of them, and somebody else or a turn ("but"). A clause that names nobody goes on about
    whoever was named last; what stands before the first name belongs to it.
    """
    low = text.lower()
    ours = [brand.lower().lstrip("@") for brand in brands if brand.strip("@ ")]
    if not any(brand in low for brand in ours):
        return None
    clauses = _clauses(text)
    if len(clauses) < 2:
        return None
    kept, is_ours, named = list[str](), None, False
    for clause in clauses:
        if any(brand in clause.lower() for brand in ours):
            is_ours = True
        elif _NAME.search(clause):
            is_ours, named = False, True
        if is_ours or is_ours is None:
            kept.append(clause)
    if not named and not _TURN.search(text):
        return None
    part = " ".join(kept)
    return part if 0 < len(part) < len(text) - 3 else None


def _clauses(text: str) -> list[str]:
    cuts = sorted({hit.end() for hit in _END.finditer(text)} | {hit.start() for hit in _TURN.finditer(text)})[:_MOST]
    edges = [0, *cuts, len(text)]
    return [part for begin, end in pairwise(edges) if (part := text[begin:end].strip())]

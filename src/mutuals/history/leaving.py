"""What this room does when a person leaves. The rooms above are told what they said, and what of it was deleted."""

from __future__ import annotations

from typing import Any

from mutuals.base.leaving import WORDS, Counts, Leaver, Part, register
from mutuals.history import privacy


def register_leaving() -> None:
    """Take part."""
    register(Part("history", export=_export, erase={WORDS: _erase}, kept=lambda _counts: privacy.KEPT))


def _export(them: Leaver) -> dict[str, Any]:
    past = privacy.export(them.who)
    them.said = [row["id"] for row in past["interactions"]]
    return past


def _erase(them: Leaver) -> Counts:
    counts, them.gone = privacy.erase(them.who)
    return counts

"""Why a profile was held to be a person's, clue by clue in words with weights."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from mutuals.identity.piles.link_weights import FAMILY, Clues, Scored

_WORTH = 0.05  # bits that are told
_WORDS = {
    ("given", "same"): "the given name agrees", ("given", "alike"): "the given names are alike",
    ("given", "initial"): "the initial of the given name agrees", ("given", "differs"): "the given names differ",
    ("family", "same"): "the family name agrees", ("family", "alike"): "the family names are alike",
    ("family", "initial"): "the initial of the family name agrees", ("family", "differs"): "the family names differ",
    ("family", "other"): "it is shown under another name", ("spelled", "spells"): "the handle spells the name",
    ("spelled", "silent"): "the handle does not spell the name", ("number", "same"): "both use the number {number}",
    ("number", "differs"): "they use different numbers", ("place", "same"): "both name {city}",
    ("place", "differs"): "they name different places", ("host", "same"): "both have the site {host}",
    ("contact", "same"): "both have {contact}", ("account", "same"): "the record names the account {account}",
    ("core", "same"): "both use “{core}”",
}  # fmt: skip


class Why:
    """The clues of pairs as JSON: the weightiest first, and last how many people were looked at."""

    def __init__(self, clues: Clues, scored: Scored, pool: int) -> None:
        self._clues, self._scored = clues, scored
        self._pool = json.dumps(clue("pool", f"among {pool:,} people", 0.0, "pool"))

    def of(self, places: Any, texts: Any) -> list[str]:
        """For each place among the clues, with what they agree in (columns of the table `clues`, in the same order)."""
        told: list[list[tuple[float, str]]] = [[] for _ in range(len(places))]
        for name, part in self._scored.parts.items():
            bits = part[places]
            codes = self._clues.level[name][places] if name in self._clues.level else (bits != 0).astype(int)
            levels = self._clues.names.get(name, ("", "together"))
            for number in np.flatnonzero((codes > 0) & (np.abs(bits) >= _WORTH)).tolist():
                weight = float(bits[number])
                words = said(name, levels[codes[number]], texts, number)
                told[number].append(
                    (-abs(weight), json.dumps(clue(name, words, weight, FAMILY[name]), ensure_ascii=False))
                )
        return [f"[{', '.join([one for _, one in sorted(clues)] + [self._pool])}]" for clues in told]


def clue(code: str, words: str, bits: float, family: str) -> dict[str, Any]:
    """One clue as it is written; `side` says whether it speaks for or against."""
    side = "for" if bits >= 0 else "against"
    return {"code": code, "words": words, "bits": round(bits, 2), "family": family, "side": side}


def said(name: str, level: str, texts: Any, place: int) -> str:
    """A level in words."""
    if name == "together":
        return "names and places of one country go together"
    if name == "rest":
        return f"what stands behind the number ({level.replace('/', ', ')}) is learned from this run"
    words = _WORDS[name, level]
    if "{" not in words:
        return words
    column = words[words.index("{") + 1 : words.index("}")]
    held = texts["city" if column == "city" else f"{column}_text"][place].as_py() or ""
    return words.replace("{" + column + "}", held)

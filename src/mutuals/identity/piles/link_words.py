"""Why a profile was held to be a person's, clue by clue in words with weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mutuals.identity.model.conflicts import CROWD
from mutuals.identity.piles.link_weights import FAMILY, Clues

_EVEN = 0.5  # bits
_WORTH = 5  # hundredths of a bit that are told
_TOGETHER = ("", "names", "placed")
_COLUMN = {"city": "city"}
_WORDS = {
    ("given", "same"): "the given name agrees", ("given", "alike"): "the given names are alike",
    ("given", "initial"): "the initial of the given name agrees", ("given", "differs"): "the given names differ",
    ("family", "same"): "the family name agrees", ("family", "alike"): "the family names are alike",
    ("family", "initial"): "the initial of the family name agrees", ("family", "differs"): "the family names differ",
    ("family", "other"): "it is shown under another name", ("spelled", "spells"): "the handle spells the name",
    ("spelled", "silent"): "the handle does not spell the name", ("number", "same"): "both use the number {number}",
    ("number", "differs"): "they use different numbers", ("place", "same"): "both name {city}",
    ("place", "differs"): "they name different places", ("host", "same"): "both have the site {host}",
    ("contact", "same"): "both have {contact}", ("cited", "same"): "it names the address {cited}",
    ("account", "same"): "the record names the account {account}",
    ("core", "same"): "both use “{core}”", ("together", "names"): "names of one language go together",
    ("together", "placed"): "names and places of one country go together",
}  # fmt: skip


class Why:
    """The clues of pairs as JSON: the weightiest first, and last how many people were looked at."""

    def __init__(self, clues: Clues, parts: Mapping[str, Any], pool: int) -> None:
        self._clues, self._parts = clues, parts
        self._pool = json.dumps(clue("pool", f"among {pool:,} people", 0.0, "pool"))
        self._held = dict[tuple[str, int, int], str]()

    def crowd(self, people: int) -> str:
        """For a profile of a name that so many people bear that none of them was weighed."""
        words = f"{people:,} people of this name; nobody can be told apart"
        return f"[{json.dumps(clue('crowd', words, 0.0, 'pool'))}, {self._pool}]"

    def of(self, start: int, stop: int, texts: Any, beside: Sequence[str]) -> list[str]:
        """For these pairs, with what each agrees in (columns of `link_pairs.TEXTS`) and the clue of who else may be meant."""
        told: list[list[tuple[int, str]]] = [[] for _ in range(stop - start)]
        agreed = {name: texts[name].to_pylist() for name in texts.column_names if name not in ("profile", "row")}
        for name, part in self._parts.items():
            cents = np.rint(part[start:stop] * 100).astype(np.int64)
            held = self._clues.level.get(name)
            codes = 1 + (self._clues.level["place"][start:stop] == 1) if held is None else held[start:stop]
            at = np.flatnonzero((codes > 0) & (np.abs(cents) >= _WORTH))
            for number, code, weight in zip(at.tolist(), codes[at].tolist(), cents[at].tolist(), strict=True):
                words = self._held.get((name, code, weight))
                if words is None:
                    words = self._told(name, code, weight, agreed, number)
                told[number].append((-abs(weight), words))
        for clues, other in zip(told, beside, strict=True):
            clues.sort()
            clues += [(0, one) for one in (other, self._pool) if one]
        return [f"[{', '.join([words for _, words in clues])}]" for clues in told]

    def _told(self, name: str, code: int, cents: int, agreed: Mapping[str, list[Any]], number: int) -> str:
        level = self._clues.names[name][code] if name in self._clues.names else _TOGETHER[code]
        if name == "number" and level == "same" and not agreed["is_own"][number]:
            level = "known"
        words, column = said(name, level)
        if column:
            words = words.replace("{" + column + "}", agreed[_COLUMN.get(column, f"{column}_text")][number] or "")
        told = json.dumps(clue(name, words, cents / 100, FAMILY[name]), ensure_ascii=False)
        if not column:
            self._held[name, code, cents] = told
        return told


def contender(person: str, bits: float) -> str:
    """The clue that somebody else is about as likely, who is named."""
    words = f"{person} is as likely" if bits < _EVEN else f"{person} is only {bits:.1f} bits less likely"
    return json.dumps(clue("contender", words, 0.0, "pool"), ensure_ascii=False)


def clue(code: str, words: str, bits: float, family: str) -> dict[str, Any]:
    """One clue as it is written; `side` says whether it speaks for or against."""
    side = "for" if bits >= 0 else "against"
    return {"code": code, "words": words, "bits": round(bits, 2), "family": family, "side": side}


CROWDED = json.dumps(
    clue("crowd", f"more than {CROWD} profiles would be this person's, so none is linked unasked", 0.0, "pool")
)


def said(name: str, level: str) -> tuple[str, str]:
    """A level in words, and what stands in braces among them: what both agree in."""
    if (name, level) == ("number", "known"):
        return "the number {number} is that of another profile of theirs", "number"
    if name == "rest":
        return _behind(level), ""
    words = _WORDS[name, level]
    return words, words[words.index("{") + 1 : words.index("}")] if "{" in words else ""


def _behind(level: str) -> str:
    """`mail b/handle c` is b behind the number in the person's address and c in the profile's handle; `other` is any other."""
    if "/" not in level:
        return "what stands behind the number is rare among the two files"
    (place, rest), (place2, rest2) = (side.split(" ", 1) for side in level.split("/", 1))
    if rest == rest2:
        return f"behind the number: “{rest}” in both" if rest else "nothing stands behind the number in either"
    told = ((rest, "person", place), (rest2, "profile", place2))
    return "behind the number: " + ", ".join(
        f"“{text}” in the {whose}'s {where}" for text, whose, where in told if text
    )

"""Why a profile was held to be a person's, clue by clue in words with weights."""

from __future__ import annotations

from typing import Any

from mutuals.identity.piles.link_weights import FAMILY, Clues, Scored

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


def evidence_of(clues: Clues, scored: Scored, texts: Any, place: int, pool: int) -> list[dict[str, Any]]:
    """The clues of one pair, the weightiest first, and last how many people were looked at."""
    found = []
    for name, codes in clues.level.items():
        level = clues.names[name][codes[place]]
        bits = float(scored.parts[name][place])
        if level and abs(bits) >= 0.05:
            found.append(clue(name, said(name, level, texts, place), bits, FAMILY[name]))
    if together := float(scored.parts["together"][place]):
        found.append(clue("together", "names and places of one country go together", together, "name"))
    found.sort(key=lambda one: (-abs(one["bits"]), one["code"]))
    return [*found, {"code": "pool", "words": f"among {pool:,} people", "bits": 0.0, "family": "pool", "side": "for"}]


def clue(code: str, words: str, bits: float, family: str) -> dict[str, Any]:
    """One clue as it is written; `side` says whether it speaks for or against."""
    side = "for" if bits >= 0 else "against"
    return {"code": code, "words": words, "bits": round(bits, 2), "family": family, "side": side}


def said(name: str, level: str, texts: Any, place: int) -> str:
    """A level in words."""
    if name == "rest":
        return f"what stands behind the number ({level.replace('/', ', ')}) is learned from this run"
    words = _WORDS[name, level]
    if "{" not in words:
        return words
    column = words[words.index("{") + 1 : words.index("}")]
    held = texts["city" if column == "city" else f"{column}_text"][place].as_py() or ""
    return words.replace("{" + column + "}", held)

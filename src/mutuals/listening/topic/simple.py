"""The words of a topic as a simple form: all of, any of, none of, and two that are near. It writes and reads the same text.

A question that says more than such a form can show stays as it is written: `shown` says None of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mutuals.listening.topic.wanted import NEAR, Both, Either, Near, Node, Not, Phrase, read, spelled

_PARTED = re.compile(r"[,;\n]+")
_PLAIN = re.compile(r"[@#]?\w+\*?")
_SAID = ("AND", "OR", "NOT", "NEAR")


@dataclass(frozen=True, slots=True)
class Simple:
    """Words and phrases as people write them, without quotes. `near` has two, or none; `within` words stand between them."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    within: int = NEAR

    @property
    def text(self) -> str:
        """The same as text; empty where nothing is asked for. One word near nothing is one of all."""
        some = list(map(_quoted, (*self.all_of, *(self.near if len(self.near) != 2 else ()))))
        if len(self.near) == 2:
            some.append(f"{_quoted(self.near[0])} NEAR({self.within}) {_quoted(self.near[1])}")
        if self.any_of:
            either = " OR ".join(map(_quoted, self.any_of))
            some.append(f"({either})" if len(self.any_of) > 1 and (some or self.none_of) else either)
        return " ".join([*some, *(f"NOT {_quoted(one)}" for one in self.none_of)])


def parted(told: str) -> tuple[str, ...]:
    """What somebody wrote into a field, parted by commas."""
    parts = (" ".join(part.replace('"', " ").split()) for part in _PARTED.split(told))
    return tuple(part for part in parts if part)


def shown(text: str) -> Simple | None:
    """The form of a question; None where a form cannot show it. Unclear: what is no question. Nothing is an empty form."""
    if not text.strip():
        return Simple()
    tree, names = read(text), iter(spelled(text))
    found: dict[str, tuple[str, ...]] = {}
    all_of, none_of, within = list[str](), list[str](), NEAR
    for part in tree.parts if isinstance(tree, Both) else (tree,):
        kind, several = _kind(part)
        names_of = tuple(next(names).strip(".,;") for _ in several)
        if not kind or (kind in ("any_of", "near") and kind in found) or any(_PARTED.search(one) for one in names_of):
            return None
        if kind == "all_of":
            all_of += names_of
        elif kind == "none_of":
            none_of += names_of
        else:
            found[kind] = names_of
        within = part.within if isinstance(part, Near) else within
    return Simple(tuple(all_of), found.get("any_of", ()), tuple(none_of), found.get("near", ()), within)


def _kind(part: Node) -> tuple[str, Sequence[Phrase]]:
    """Which field shows a part, and its phrases in their order; no field where none can."""
    several = list(_phrases(part))
    if isinstance(part, Phrase):
        return "all_of", several
    if isinstance(part, Either) and all(isinstance(one, Phrase) for one in part.parts):
        return "any_of", several
    if isinstance(part, Near) and isinstance(part.one, Phrase) and isinstance(part.other, Phrase):
        return "near", several
    if isinstance(part, Not) and _kind(part.part)[0] in ("any_of", "all_of"):
        return "none_of", several
    return "", several


def _phrases(part: Node) -> Iterator[Phrase]:
    """All of them, those that must not be there too."""
    if isinstance(part, Phrase):
        yield part
    elif isinstance(part, Not):
        yield from _phrases(part.part)
    else:
        for one in (part.one, part.other) if isinstance(part, Near) else part.parts:
            yield from _phrases(one)


def _quoted(words: str) -> str:
    return words if _PLAIN.fullmatch(words) and words not in _SAID else f'"{words}"'

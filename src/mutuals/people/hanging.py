"""What hangs on people: the rooms above say how many of their things do, and how they go along when a person is split.

Whatever came in by a profile follows that profile by itself. Here are the things that hang on the person instead, or on the
person's own record: whoever splits is asked about them, or a rule says it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Ids = Sequence[int]


@dataclass(frozen=True, slots=True)
class Thing:
    """One row that may go along: on whom it hangs now (a person or an own record), and whether it goes without asking."""

    id: int
    words: str
    holder: int
    goes: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One row and between whom it goes; left where it is if it hangs on somebody else by then."""

    id: int
    holder: int
    to: int


@dataclass(frozen=True, slots=True)
class Hanging:
    """A kind of things of one room, such as "messages".

    `counts_for(person ids, profile ids)` says how many hang on any of these. `things` lists those that may go along with some
    profiles out of all profiles of some persons; `move` moves them and says which went. Both are None where all follow
    their profile.
    """

    name: str
    counts_for: Callable[[Ids, Ids], int]
    on: Literal["profile", "person", "own record"] = "profile"
    things: Callable[[Ids, Ids], list[Thing]] | None = None
    move: Callable[[Sequence[Move]], set[int]] | None = None


_kinds: dict[str, Hanging] = {}


def register(kind: Hanging) -> None:
    """Make a kind known, in the order in which they are shown; the same name again replaces it."""
    _kinds[kind.name] = kind


def kinds() -> Mapping[str, Hanging]:
    """All kinds by their names."""
    return _kinds


def counts_for(person_ids: Ids, profile_ids: Ids) -> dict[str, int]:
    """How many of each kind hang on these persons and profiles; kinds of which there is nothing are left out."""
    counted = ((name, kind.counts_for(person_ids, profile_ids)) for name, kind in _kinds.items())
    return {name: number for name, number in counted if number}

"""One person's way out, as the rooms take part in it: what they hand over, what they erase, and what staff typed in them.

A room registers a `Part` at start-up, in its module `leaving`; `mutuals.privacy` goes through them. Erasing goes by turns, so
that what is found by other rows goes while these are there. Everything is in one transaction, in which nobody else writes about
people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

WORDS = 40
"""The turn in which `history` deletes what was said. Before it, rows are found by what they are about; after it by `gone`."""
PROFILES = 100
"""The turn of `identity`; `people` comes after it, and deletes the persons and profiles by which all others find theirs."""


@dataclass(slots=True)
class Leaver:
    """Who leaves, as the rooms are told it.

    `who` is the `Holder` of `people`. For handing over, `history` leaves the ids of their messages in `said`; for erasing, what
    it deleted in `gone`. `seen` is what `capture` found in a search before.
    """

    who: Any
    now: datetime
    seen: Any = None
    gone: Any = None
    said: list[int] = field(default_factory=list)
    noted: dict[str, Any] = field(default_factory=dict)  # by a room for a later turn of its own


Counts = dict[str, int]
"""What was erased, by its name on the receipt."""


def _nothing(counts: Mapping[str, int]) -> str:
    del counts
    return ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one room does when a person leaves.

    `typed` is a statement for `capture.typed`, which looks for words of staff that name them; `typed_in` says on the receipt
    where that is ("quotes, products"). `kept` says of the counts what stays, and why, or "".
    """

    room: str
    export: Callable[[Leaver], dict[str, Any]] | None = None
    erase: Mapping[int, Callable[[Leaver], Counts]] = field(default_factory=dict)
    typed: str = ""
    typed_in: str = ""
    kept: Callable[[Mapping[str, int]], str] = _nothing


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Take part. The same room again replaces."""
    _parts[part.room] = part


def parts() -> list[Part]:
    """All parts in the order of their last turns, by which receipts list what staff typed and what stays."""
    return sorted(_parts.values(), key=lambda part: max(part.erase, default=0))


def exported(them: Leaver) -> dict[str, dict[str, Any]]:
    """What each room hands over, the lower rooms first: what `history` finds is known to those above."""
    return {part.room: part.export(them) for part in _parts.values() if part.export is not None}


def erased(them: Leaver) -> dict[str, Counts]:
    """Let all rooms erase, turn by turn; the counts by room."""
    told: dict[str, Counts] = {}
    for _, room, erase in sorted(_turns(), key=lambda one: one[0]):
        told.setdefault(room, {}).update(erase(them))
    return told


def _turns() -> Iterator[tuple[int, str, Callable[[Leaver], Counts]]]:
    for part in _parts.values():
        for turn, erase in part.erase.items():
            yield turn, part.room, erase

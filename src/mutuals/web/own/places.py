"""Where records of types are opened, told to lists whenever this process reads the types."""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.records import book
from mutuals.records.kinds import Kind
from mutuals.web.lists import places


def open_all() -> None:
    """Be told of all types from now on. Runs when the addresses are read."""
    places.opens("own", row="/own/{}/", right="own.view")
    book.told(_opened)


def _opened(kinds: Sequence[Kind]) -> None:
    for one in kinds:
        places.opens(one.record, row=f"/own/{one.key}/{{}}/", right="own.view", listed=f"/own/{one.key}/")

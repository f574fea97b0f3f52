"""How the records that imports write are taken back: each room declares it for its own (`undoes`). Values, one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from mutuals.base.filters import Refused
from mutuals.base.lists.listing import Listing
from mutuals.base.models import Batch
from mutuals.base.refusals import Refusal
from mutuals.base.undo import editing_of
from mutuals.capture.models import Import
from mutuals.staff.models import User

_NO = (Refusal, Refused, PermissionError)
Told = Mapping[int, Mapping[str, Any]]
"""Plain values of rows by their ids."""
Reasons = Mapping[int, str]
"""Why rows stay as they are, by their ids; a row that is not in it went back."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """One stretch of taking an import back, in one transaction."""

    of: Import
    batch: Batch
    by: User
    now: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """How rows of one record are taken back, many at once.

    `told(ids, names, undoing)`: what these fields are now, as the planner told them; rows that are gone are left out. It
    locks what it reads. `write(values, undoing)` writes older values back. `remove(ids, undoing)` takes away rows that the
    import made and nobody changed since. Both say of which rows they did not, and why ("An order stands on it.").
    """

    told: Callable[[Sequence[int], Collection[str], Undoing], Told]
    write: Callable[[Told, Undoing], Reasons]
    remove: Callable[[Sequence[int], Undoing], Reasons]


_ways: dict[str, Way] = {}
_along: dict[str, list[Callable[[Sequence[int]], None]]] = {"interaction": [], "person": []}
_prefixed: dict[str, Callable[[str], Way]] = {}


def undoes(record: str, way: Way) -> None:
    """Registry: records of this name ("deal" of "deal:12") are taken back this way. The same again replaces."""
    _ways[record] = way


def goes_along(record: str, drop: Callable[[Sequence[int]], None]) -> None:
    """Registry: where interactions or persons ("interaction", "person") are taken back, a room above drops what it made of
    them.
    """
    _along[record].append(drop)


def along_words(interaction_ids: Sequence[int]) -> None:
    """Let the rooms above drop what they made of interactions that go in a moment."""
    for drop in _along["interaction"]:
        drop(interaction_ids)


def along_people(person_ids: Sequence[int]) -> None:
    """Let the rooms above drop what they made of persons who go in a moment."""
    for drop in _along["person"]:
        drop(person_ids)


def undoes_more(prefix: str, way: Callable[[str], Way]) -> None:
    """The same for all records whose names begin so, each by its name: kinds of the house's own making."""
    _prefixed[prefix] = way


def way_of(record: str) -> Way | None:
    """How records of this name are taken back; None = nobody says how, so they stay."""
    return _ways.get(record) or next(
        (one(record) for prefix, one in _prefixed.items() if record.startswith(prefix)), None
    )


def of_listing(listing: Callable[[], Listing], remove: Callable[[Sequence[int], Undoing], Reasons]) -> Way:
    """The way of records with a list that can be written: their fields are those of its cells, row by row.

    `listing()` gives the list; `remove` is told only rows that are as the import wrote them.
    """

    def told(ids: Sequence[int], names: Collection[str], undoing: Undoing) -> Told:
        editing = editing_of(listing())
        found = {}
        for number in ids:
            try:
                with transaction.atomic():
                    row = editing.hold(number, undoing.by)
                    found[number] = {name: editing.told(row, name) for name in names}
            except _NO:
                continue
        return found

    def write(values: Told, undoing: Undoing) -> Reasons:
        editing = editing_of(listing())
        kept = {}
        for number, changes in values.items():
            try:
                with transaction.atomic():
                    row = editing.hold(number, undoing.by)
                    editing.write(row, changes, undoing.by, undoing.now, "Taken back.")
            except _NO as error:
                kept[number] = str(error)[:300]
        return kept

    return Way(told, write, remove)

"""The trash of the whole house: what is in it, who put it there, what comes back with it, and what goes for ever.

Each room tells its kinds in its module `trashed`, found by itself, as `TRASHED`. A record in the trash keeps all that it has:
it is only left out wherever records are shown, so that restoring is one column. Who put it there stands in the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from mutuals.base import filed, found, undo
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal

KEPT = timedelta(days=30)
BATCH = 500
"""Rows that are deleted in one transaction."""


def _named(row: Any, viewer: Any) -> str:
    del viewer
    return str(row)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record that can be in the trash.

    `rows(viewer)` are those in the trash and out of it that a viewer may see. `trash` and `restore` ask for the right, note the
    act, and are nothing the second time. `back` says in words what comes back with a row. `purge(now)` deletes some of what is
    older than thirty days and gives their keys, none at last; without it a kind stays until somebody erases it.
    """

    record: str
    words: str
    rows: Callable[[Any], QuerySet[Any]]
    trash: Callable[[Any, Any, datetime], Any]
    restore: Callable[[Any, Any, datetime], Any]
    back: Callable[[Any], str]
    purge: Callable[[datetime], Sequence[str]] | None = None
    call: Callable[[Any, Any], str] = _named
    stays: bool = False  # until somebody erases it


@dataclass(frozen=True, slots=True)
class Thrown:
    """A record in the trash as one viewer may see it. `by` is a text key, "" where the journal tells nobody."""

    key: str
    kind: Kind
    name: str
    at: datetime
    by: str
    back: str
    until: datetime | None  # None: nobody deletes it by the clock


Place = tuple[datetime, str, int]
"""Where a walk stands: when the last row was put there, its kind and its number."""


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by the word before the number of their keys."""
    rooms = [one.name for one in apps.get_app_configs() if one.name.startswith("mutuals.")]
    return {one.record: one for room in found.parts(rooms, "trashed") for one in room.TRASHED}


def listed(
    viewer: Any, *, record: str = "", after: Place | None = None, limit: int = 50
) -> tuple[list[Thrown], Place | None]:
    """What is in the trash, the newest first, a statement a kind and one for who did it; and where the next page begins."""
    asked = [one for one in kinds().values() if record in ("", one.record)]
    rows = [(row, kind) for kind in asked for row in _some(kind, viewer, after, limit + 1)]
    rows.sort(key=lambda one: (-one[0].trashed_at.timestamp(), one[1].record, -one[0].pk))
    shown = rows[:limit]
    who = _by([f"{kind.record}:{row.pk}" for row, kind in shown])
    last = shown[-1] if len(rows) > limit else None
    place = (last[0].trashed_at, last[1].record, last[0].pk) if last else None
    return [_thrown(row, kind, viewer, who) for row, kind in shown], place


def put(key: str, *, by: Any, now: datetime) -> None:
    """Put a record into the trash. Twice is once. Refused: a kind that has none, a record that `by` does not see."""
    row, kind = _one(key, by)
    kind.trash(row, by, now)


def restore(key: str, *, by: Any, now: datetime) -> None:
    """Take a record out of the trash with all that it has. Twice is once. Refused: as `put`, and as the room's act says."""
    row, kind = _one(key, by)
    kind.restore(row, by, now)


def purge(*, now: datetime, between: Callable[[], None] = lambda: None) -> int:
    """Delete for ever what has been there for thirty days, in batches, with its files; says how many."""
    many = 0
    for kind in kinds().values():
        while kind.purge is not None and (keys := kind.purge(now)):
            many += len(keys)
            between()
    return many


def forget(keys: Sequence[str]) -> None:
    """What the floor keeps of records that are deleted: files, changes for undoing, and what the journal tells of them."""
    filed.forget(keys)
    undo.forget(keys)
    Entry.objects.filter(about__in=list(keys)).update(data={})


def old(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    """Those that have been in the trash for thirty days, the oldest first, as many as go in one transaction."""
    return rows.select_for_update(of=("self",)).filter(trashed_at__lt=now - KEPT).order_by("trashed_at")[:BATCH]


def _some(kind: Kind, viewer: Any, after: Place | None, limit: int) -> list[Any]:
    rows = kind.rows(viewer).filter(trashed_at__isnull=False)
    if after is not None:
        at, record, number = after
        same = Q(trashed_at=at) if kind.record > record else Q(trashed_at=at, pk__lt=number)
        rows = rows.filter(Q(trashed_at__lt=at) | same if kind.record >= record else Q(trashed_at__lt=at))
    return list(rows.order_by("-trashed_at", "-pk")[:limit])


def _by(keys: Sequence[str]) -> dict[str, str]:
    rows = Entry.objects.filter(about__in=keys, kind__endswith=".trashed").order_by("id")
    return dict(rows.values_list("about", "by"))


def _thrown(row: Any, kind: Kind, viewer: Any, who: dict[str, str]) -> Thrown:
    key = f"{kind.record}:{row.pk}"
    until = None if kind.stays else row.trashed_at + KEPT
    return Thrown(key, kind, kind.call(row, viewer), row.trashed_at, who.get(key, ""), kind.back(row), until)


def _one(key: str, viewer: Any) -> tuple[Any, Kind]:
    record, _, number = key.partition(":")
    kind = kinds().get(record)
    row = None
    if kind is not None and number.isascii() and number.isdecimal() and 0 < int(number) < 2**63:
        row = kind.rows(viewer).filter(pk=int(number)).first()
    if row is None or kind is None:
        raise Refusal(
            f"There is no such record that could be in the trash, or it is not yours to see. Kinds: {', '.join(kinds())}.",
            fields={"key": "Not known."},
        )
    return row, kind

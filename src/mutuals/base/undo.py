"""Many rows written as one batch, with what they were before; and the batch taken back (decision 0020).

A batch is begun in the transaction of its first rows and written a stretch at a time, each stretch in one transaction with its
changes. Undoing goes the other way, newest first: a field is written back only where it is still what the batch made of it.
What somebody changed since stays, and is told. Both may be killed at any moment and begun again: what is done has its row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from mutuals.base import journal
from mutuals.base.filters import Refused
from mutuals.base.lists.editing import Editing
from mutuals.base.lists.listing import Listing
from mutuals.base.models import Batch, BatchState, Change
from mutuals.base.refusals import Refusal

STRETCH = 100
"""Rows of one transaction."""
MOST = 10_000
"""Rows of one batch that a list makes."""
_NO = (Refusal, Refused, PermissionError)


def editing_of(of: Listing) -> Editing:
    """How the rows of a list are written. Refused: a list that only shows."""
    if of.editing is None:
        raise Refusal(f"{of.words[1].capitalize()} are not edited in their list.")
    return of.editing


@transaction.atomic
def begin(
    of: Listing, ids: Sequence[int], changes: Mapping[str, Any], *, words: str, by: Any, kind: str = "edit", because: str = ""
) -> Batch:  # fmt: skip
    """A batch that is to write plain `changes` into the rows `ids`. Refused: more than 10,000, none, unknown fields."""
    editing = editing_of(of)
    numbers = sorted(set(ids))
    if not numbers:
        raise Refusal("No row was chosen.")
    if len(numbers) > MOST:
        raise Refusal(f"At most {MOST:,} rows at once. Narrow the list, or do it in parts.")
    for name in changes:
        editing.entry(name)
    row = Batch.objects.create(
        kind=kind, record=of.record, words=words[:300], by=journal.key_of(by) if isinstance(by, str) else f"staff:{by.pk}",
        total=len(numbers), todo={"ids": numbers, "changes": dict(changes), "because": because[:500]},
    )  # fmt: skip
    journal.note("batch.begun", f"batch:{row.pk}", by=by, record=of.record, rows=len(numbers), words=row.words)
    return row


def work(
    batch: Batch,
    of: Listing,
    *,
    by: Any,
    now: datetime,
    between: Callable[[], None] = lambda: None,
    seen: int | None = None,
) -> Batch:
    """Write all that is left of a batch, a stretch a transaction; `between` is asked between two. Twice is once.

    A row that is refused stays as it is; why stands with it.
    """
    while True:
        with transaction.atomic():
            row = Batch.objects.select_for_update().get(pk=batch.pk)
            ids = list(row.todo.get("ids", ()))
            if row.state != BatchState.RUNNING:
                return row
            _stretch(row, of, ids[:STRETCH], by=by, now=now)
            left = ids[STRETCH:]
            row.todo = {**row.todo, "ids": left} if left else {}
            row.state = BatchState.RUNNING if left else BatchState.DONE
            row.save(update_fields=["done", "refused", "todo", "state"])
            if not left:
                return row
        between()


def _stretch(row: Batch, of: Listing, ids: Sequence[int], *, by: Any, now: datetime) -> None:
    editing, changes, because = editing_of(of), row.todo["changes"], row.todo.get("because", "")
    found = []
    for number in ids:
        about = f"{of.record}:{number}"
        try:
            with transaction.atomic():
                before, after = _written(editing, number, changes, by=by, now=now, because=because)
            if before != after:
                found.append(Change(batch=row, about=about, before=before, after=after))
        except _NO as error:
            found.append(Change(batch=row, about=about, said=str(error)[:300]))
            row.refused += 1
    Change.objects.bulk_create(found)
    row.done += len(ids)


@transaction.atomic
def one(
    of: Listing, number: int, changes: Mapping[str, Any], *, by: Any, now: datetime, words: str, kind: str = "edit",
    was: Mapping[str, Any] | None = None, because: str = "",
) -> Batch | None:  # fmt: skip
    """Write one row, as a batch that can be taken back; None where it is so already. `was` is what was shown of each field.

    Meanwhile: somebody changed a field since to something else than this. Refused: as the act behind it says.
    """
    editing = editing_of(of)
    before, after = _written(editing, number, changes, by=by, now=now, because=because, was=was)
    if before == after:
        return None
    row = Batch.objects.create(
        kind=kind, record=of.record, words=words[:300], by=f"staff:{by.pk}", state=BatchState.DONE, total=1, done=1
    )
    Change.objects.create(batch=row, about=f"{of.record}:{number}", before=before, after=after)
    return row


def write(
    of: Listing, number: int, changes: Mapping[str, Any], *, by: Any, now: datetime, because: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write plain values into one row, and tell what it was and is: for whoever keeps that in a batch of their own."""
    return _written(editing_of(of), number, changes, by=by, now=now, because=because)


def _written(
    editing: Editing, number: int, changes: Mapping[str, Any], *, by: Any, now: datetime, because: str,
    was: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:  # fmt: skip
    held = editing.hold(number, by)
    before = {name: editing.told(held, name) for name in changes}
    wanted = {name: _resolved(before[name], value) for name, value in changes.items()}
    for name, value in wanted.items():
        if was is not None and name in was and before[name] not in (was[name], value):
            raise editing.meanwhile(held, name, by)
    if before != wanted:
        editing.write(held, wanted, by, now, because)
        held = editing.hold(number, by)
    return before, {name: editing.told(held, name) for name in changes}


def _resolved(before: Any, told: Any) -> Any:
    """A value for one row: words that are added to a list or taken out of it depend on what the row has."""
    if not isinstance(told, dict):
        return told
    gone, more = set(told.get("remove", ())), list(told.get("add", ()))
    return sorted({*(one for one in before if one not in gone), *more})


def now_or_later(row: Batch) -> bool:
    """Whether a batch is small enough to be written while somebody waits."""
    return row.total <= STRETCH


@transaction.atomic
def begin_undo(batch: Batch, *, by: Any, now: datetime) -> Batch:
    """Say that a batch is to be taken back. Twice is once. Refused: one that is still being written."""
    row = Batch.objects.select_for_update().get(pk=batch.pk)
    if row.state in (BatchState.UNDOING, BatchState.UNDONE):
        return row
    if row.state != BatchState.DONE:
        raise Refusal("This is still being done; undo it when it is finished.")
    row.state, row.undone_at, row.undone_by = BatchState.UNDOING, now, f"staff:{by.pk}"
    row.save(update_fields=["state", "undone_at", "undone_by"])
    journal.note("batch.undone", f"batch:{row.pk}", by=by, record=row.record)
    return row


def take_back(
    batch: Batch, of: Listing, *, by: Any, now: datetime, between: Callable[[], None] = lambda: None
) -> Batch:
    """Write back what a batch changed where it still stands, newest first; the rest is kept and listed. Twice is once."""
    while True:
        with transaction.atomic():
            row = Batch.objects.select_for_update().get(pk=batch.pk)
            if row.state != BatchState.UNDOING:
                return row
            left = list(row.changes.filter(kept__isnull=True, said="").order_by("-id")[:STRETCH])
            for one in left:
                one.kept = _back(editing_of(of), one, by=by, now=now)
            Change.objects.bulk_update(left, ["kept"])
            if len(left) < STRETCH:
                row.state = BatchState.UNDONE
                row.save(update_fields=["state"])
                return row
        between()


def _back(editing: Editing, one: Change, *, by: Any, now: datetime) -> dict[str, Any]:
    """Write one row back; the fields that stay, and what they are. {"": words} where the row as a whole is refused."""
    try:
        with transaction.atomic():
            held = editing.hold(int(one.about.partition(":")[2]), by)
            kept = {name: told for name, after in one.after.items() if (told := editing.told(held, name)) != after}
            changes = {
                name: value for name, value in one.before.items() if name not in kept and value != one.after[name]
            }
            if changes:
                editing.write(held, changes, by, now, "Taken back.")
            return kept
    except _NO as error:
        return {"": str(error)[:300]}


def kept(batch: Batch, *, limit: int = 200) -> list[Change]:
    """What undoing left as it is, oldest first."""
    return list(batch.changes.filter(kept__isnull=False).exclude(kept={}).order_by("id")[:limit])


def refused(batch: Batch, *, limit: int = 200) -> list[Change]:
    """The rows that were not changed, and why."""
    return list(batch.changes.exclude(said="").order_by("id")[:limit])


def forget(abouts: Sequence[str]) -> int:
    """Erase what batches keep of these records: for the room whose records are erased."""
    return int(Change.objects.filter(about__in=list(abouts)).delete()[0])

"""Many rows of a list written at once, by somebody of staff, now or by a worker; and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mutuals.base import clock, jobs, lists, undo
from mutuals.base.lists import Asked, Listing
from mutuals.base.models import Batch
from mutuals.base.patience import within
from mutuals.base.refusals import Refusal
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

WRITE, TAKE_BACK = "lists.write", "lists.take_back"


def visible_to(viewer: Any) -> QuerySet[Batch]:
    """The batches of one's own, newest first; all of them for who sees the journal."""
    if not isinstance(viewer, User) or not viewer.is_active:
        return Batch.objects.none()
    rows = Batch.objects.order_by("-pk")
    return rows if may(viewer, "journal.view") else rows.filter(by=f"staff:{viewer.pk}")


def matching(of: Listing, asked: Asked) -> list[int]:
    """The ids of all rows of a list as it is asked now. Refused: more than a batch takes. TooSlow: not found in time."""
    with within(None, lists.TOO_SLOW):
        found = list(lists.rows_of(of, asked).order_by("pk").values_list("pk", flat=True)[: undo.MOST + 1])
    if len(found) > undo.MOST:
        raise Refusal(f"More than {undo.MOST:,} fit. Narrow the list, or do it in parts.")
    return found


def write(
    of: Listing, ids: Sequence[int], changes: Mapping[str, Any], *, by: User, now: datetime, because: str = ""
) -> Batch:  # fmt: skip
    """Write plain `changes` into many rows, as `Entry.read` gives them; {"add": [..], "remove": [..]} for words of a list.

    A hundred rows are written at once; more by a worker, which `Batch.done` follows. Refused: as `undo.begin`, and who may not.
    """
    editing = undo.editing_of(of)
    require(by, editing.right)
    batch = undo.begin(of, ids, changes, words=_words(of, len(set(ids)), changes, by), by=by, because=because)
    if undo.now_or_later(batch):
        return undo.work(batch, of, by=by, now=now)
    jobs.later(WRITE, lock=f"batch {batch.pk}", batch=batch.pk)
    return batch


def take_back(batch: Batch, *, by: User, now: datetime) -> Batch:
    """Undo a batch, where its rows are still as it made them; the rest is listed by `undo.kept`. Twice is once.

    Refused: somebody else's, for those who do not see the journal; one that is still being written.
    """
    if not visible_to(by).filter(pk=batch.pk).exists():
        raise Refusal("This is not yours to undo.")
    of = lists.listing(batch.record)
    require(by, undo.editing_of(of).right)
    row = undo.begin_undo(batch, by=by, now=now)
    if undo.now_or_later(row):
        return undo.take_back(row, of, by=by, now=now)
    jobs.later(TAKE_BACK, lock=f"batch {row.pk}", batch=row.pk)
    return row


def write_job(batch: int) -> None:
    """What a worker does of a batch that is to be written."""
    row = Batch.objects.get(pk=batch)
    undo.work(row, lists.listing(row.record), by=_by(row.by), now=clock.now(), between=jobs.may_go_on)


def take_back_job(batch: int) -> None:
    """What a worker does of a batch that is to be undone."""
    row = Batch.objects.get(pk=batch)
    undo.take_back(row, lists.listing(row.record), by=_by(row.undone_by), now=clock.now(), between=jobs.may_go_on)


def _by(key: str) -> User:
    return User.objects.get(pk=int(key.partition(":")[2]))


def _words(of: Listing, many: int, changes: Mapping[str, Any], by: User) -> str:
    editing = undo.editing_of(of)
    told = []
    for name, value in changes.items():
        entry = editing.entry(name)
        if isinstance(value, dict):
            told += [
                f"{label} {', '.join(value[key])}"
                for key, label in (("add", "with"), ("remove", "without"))
                if value.get(key)
            ]
        else:
            told.append(f"{entry.label.lower()}: {entry.words(value, by)}")
    return f"{many:,} {of.words[0] if many == 1 else of.words[1]}, {'; '.join(told)}"

"""Acts on files of records: put, list, take out, put back. Who sees a record sees its files; merged records have them all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import filed, files, gate, journal
from mutuals.base.leaving import Leaver
from mutuals.base.models import Filed
from mutuals.base.refusals import Refusal
from mutuals.staff import named
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

MOST = 200  # files on one record
CHUNK = 1 << 16  # bytes
BATCH = 500
TYPED = "SELECT 'filed:' || id, 'name of a file', nullif(split_part(by, ':', 2), '')::bigint, name FROM base_filed"


class Gone(Refusal):
    """The file is not there any more."""


def put(key: str, stream: BinaryIO, *, name: str, by: User, now: datetime) -> tuple[Filed, bool]:
    """Keep a file on a record, and whether it was kept now: the same bytes under the same name are there once.

    `stream` can be read twice. Refused: a record that `by` does not see, programs, more than 25 MB, empty files.
    """
    require(by, "filed.edit")
    about = named.one(by, key).key
    name = filed.plain(name)
    kind = filed.media_type(stream, name)
    blob = files.keep(iter(lambda: stream.read(CHUNK), b""), media_type=kind, limit=filed.LIMIT)
    with transaction.atomic():
        gate.enter()
        named.one(by, about)  # it may have been erased while the bytes came in
        there = Filed.objects.filter(about=about, blob=blob, name=name, trashed_at=None).first()
        if there is not None:
            return there, False
        if Filed.objects.filter(about=about, trashed_at=None).count() >= MOST:
            raise Refusal(f"{MOST} files are on this record already. Take some out first.")
        row = Filed.objects.create(
            about=about, blob=blob, name=name, media_type=kind, size=blob.size, by=f"staff:{by.pk}", at=now
        )
        journal.note("file.added", about, by=by, file=row.pk, size=row.size)
    return row, True


def listed(viewer: User, key: str) -> list[Filed]:
    """The files of a record that the viewer sees, and of all that were merged into it; newest first. Refused: not theirs."""
    require(viewer, "filed.view")
    named.one(viewer, key)
    return of(key)


def of(key: str, *, same: QuerySet[Any] | None = None) -> list[Filed]:
    """The same where the caller showed the record to the viewer already. `same`: the keys of all that were merged into it,
    where the caller can ask for them in the same statement.
    """
    keys = same if same is not None else named.alike([key]).get(key, [key])
    rows = Filed.objects.filter(about__in=keys, trashed_at=None)
    return list(rows.order_by("-pk")[: 2 * MOST])


def one(viewer: User, number: int, *, trashed: bool | None = False) -> Filed | None:
    """A file on a record that the viewer sees. `trashed` None: wherever it is."""
    if not may(viewer, "filed.view") or not 0 < number < 2**63:
        return None
    row = Filed.objects.filter(pk=number).first()
    if row is None or (trashed is not None and (row.trashed_at is not None) != trashed):
        return None
    return row if named.seen(viewer, [row.about]) else None


def by_bytes(viewer: User, sha256: str) -> Filed | None:
    """A file of these bytes on some record that the viewer sees: they may have it."""
    if not may(viewer, "filed.view"):
        return None
    rows = list(Filed.objects.filter(blob_id=sha256).order_by("trashed_at", "-pk")[:BATCH])
    seen = named.seen(viewer, {row.about for row in rows})
    return next((row for row in rows if row.about in seen), None)


def take_out(row: Filed, *, by: User, now: datetime) -> Filed:
    """Put a file into the trash, where it stays for thirty days. Twice is once."""
    return _trash(row, by=by, at=now)


def put_back(row: Filed, *, by: User) -> Filed:
    """Out of the trash again. Twice is once. Refused: the same file was put there anew."""
    return _trash(row, by=by, at=None)


@transaction.atomic
def _trash(row: Filed, *, by: User, at: datetime | None) -> Filed:
    require(by, "filed.edit")
    gate.enter()
    found = Filed.objects.select_for_update().filter(pk=row.pk).first()
    if found is None or not named.seen(by, [found.about]):
        raise Gone("This file is not there any more, or its record is not yours to see.")
    if (found.trashed_at is None) == (at is None):
        return found
    same = Filed.objects.filter(about=found.about, blob=found.blob_id, name=found.name, trashed_at=None)
    if at is None and same.exclude(pk=found.pk).exists():
        raise Refusal("The same file was put there again meanwhile, so nothing needs to come back.")
    found.trashed_at = at
    found.save(update_fields=["trashed_at"])
    journal.note("file.trashed" if at else "file.restored", found.about, by=by, file=found.pk)
    return found


def visible_to(viewer: Any) -> QuerySet[Filed]:
    """The files, in the trash too, of records that the viewer sees: of the newest five hundred in the trash, and the rest."""
    rows = Filed.objects.all()
    if not may(viewer, "filed.view"):
        return rows.none()
    newest = rows.filter(trashed_at__isnull=False).order_by("-trashed_at").values_list("about", flat=True)[:BATCH]
    return rows.filter(about__in=named.seen(viewer, set(newest)))


@transaction.atomic
def purge(*, now: datetime) -> list[str]:
    """Delete for ever what has been in the trash for thirty days, some at once; the keys of what went."""
    rows = list(
        Filed.objects.select_for_update().filter(trashed_at__lt=now - filed.KEPT).order_by("trashed_at")[:BATCH]
    )
    Filed.objects.filter(pk__in=[row.pk for row in rows]).delete()
    files.drop_unused(row.blob_id for row in rows)
    return [f"filed:{row.pk}" for row in rows]


def export(them: Leaver) -> dict[str, Any]:
    """The files on records of one person, those in the trash too."""
    rows = Filed.objects.filter(about__in=_theirs(them)).order_by("pk")
    return {"files": list(rows.values("id", "about", "blob_id", "name", "media_type", "size", "at"))}


def erase(them: Leaver) -> dict[str, int]:
    """They go with whom they were about."""
    return {"files on records": filed.forget(sorted(_theirs(them)))}


def _theirs(them: Leaver) -> set[str]:
    people = list(them.who.person_ids)
    return {f"{of.kind}:{number}" for of in named.kinds().values() for number in of.theirs(people)}


def names(rows: Iterable[Filed]) -> dict[str, str]:
    """Who put some files there, by their keys."""
    keys = {row.by for row in rows}
    numbers = [int(key.partition(":")[2]) for key in keys if key.startswith("staff:")]
    return {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=numbers)}

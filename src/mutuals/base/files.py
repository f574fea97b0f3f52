"""Content-addressed files: kept once by SHA-256, with size limits, served only as attachments.

Whoever keeps a file shares a lock on its name until the end of the transaction, and whoever drops it holds that lock
alone: so a row that is just being written never points at bytes that are just being deleted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import ManyToOneRel

from mutuals.base.models import Blob

LIMIT = 2 * 1024**3
SPARE = 200 * 1024**2  # bytes to leave free for the database
_SPACE = 0x46696C65  # first half of the keys of our advisory locks; the second is the first byte of the file's name
_carriers: list[Callable[[Sequence[str]], set[str]]] = []


class TooBig(ValueError):
    """The file is over the limit; nothing of it was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {limit // 1024**2} MiB. Nothing was kept; split it and try again.")


class DiskFull(OSError):
    """No room is left; nothing was kept. The message names the folder and the remedy."""


def keep(chunks: Iterable[bytes], *, media_type: str, limit: int = LIMIT) -> Blob:
    """Store a stream of bytes and return its Blob. Refuses more than `limit` bytes and a disk that is nearly full."""
    folder = _folder()
    digest, size = hashlib.sha256(), 0
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooBig(limit)
                digest.update(chunk)
                out.write(chunk)
        blob = _place(Path(draft), digest.hexdigest(), size, media_type)
    except OSError as error:
        Path(draft).unlink(missing_ok=True)
        raise told(error, folder) from error
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return blob


@contextmanager
def draft() -> Iterator[Path]:
    """A new empty file beside the kept ones, to be written over a long time and then `adopt`ed; else it is gone at the end.

    Refused (DiskFull) at once where the disk is nearly full.
    """
    handle, name = tempfile.mkstemp(dir=_folder(), prefix=".draft-")
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def adopt(written: Path, *, media_type: str) -> Blob:
    """Keep a draft that is whole as it lies there, however large; in the transaction of the row that points at it."""
    with written.open("rb") as told:
        digest = hashlib.file_digest(told, "sha256").hexdigest()
    return _place(written, digest, written.stat().st_size, media_type)


def path(sha256: str) -> Path:
    """Where the bytes of a Blob lie."""
    if len(sha256) != 64 or not all(letter in "0123456789abcdef" for letter in sha256):
        raise ValueError("That is not the name of a file.")
    return Path(settings.FILES) / sha256[:2] / sha256


def carried_by(which: Callable[[Sequence[str]], set[str]]) -> None:
    """Register a room that names files elsewhere than in a foreign key; it says which of some names it still needs."""
    if which not in _carriers:
        _carriers.append(which)


def drop_unused(names: Iterable[str]) -> None:
    """Once the caller's transaction is committed, delete those of the files that nothing points at any more.

    What a crash leaves undone then is found by the nightly look, as a row that nothing points at.
    """
    told = sorted(set(names))
    if told:
        transaction.on_commit(partial(drop_unused_now, told), robust=True)


@transaction.atomic
def drop_unused_now(names: Sequence[str]) -> int:
    """Delete those of the files that nothing points at, rows first; says how many. For callers outside of transactions.

    One that somebody is just keeping again stays.
    """
    mine = [name for name in names if _lock(name, "pg_try_advisory_xact_lock")]
    unused = _pointless(mine)
    for still_used in _carriers:
        unused -= still_used(sorted(unused)) if unused else set()
    with connection.cursor() as cursor:  # not by the ORM, which would ask every table once more
        cursor.execute("DELETE FROM base_blob WHERE sha256 = ANY(%s)", [sorted(unused)])
    for name in unused:
        path(name).unlink(missing_ok=True)
    return len(unused)


def drop_drafts(*, before: datetime) -> int:
    """Delete what was being written or sent to us when a process was killed before a time; says how many."""
    drafts = [*Path(settings.FILES).glob(".draft-*"), *Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*")]
    old = [one for one in drafts if one.stat().st_mtime < before.timestamp()]
    for draft in old:
        draft.unlink(missing_ok=True)
    return len(old)


def _place(draft: Path, name: str, size: int, media_type: str) -> Blob:
    target = path(name)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    with transaction.atomic():
        _lock(name, "pg_advisory_xact_lock_shared")
        os.replace(draft, target)
        blob, _ = Blob.objects.get_or_create(sha256=name, defaults={"size": size, "media_type": media_type[:100]})
    return blob


def _lock(name: str, how: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s, %s)", [_SPACE, int(name[:2], 16)])
        return cursor.fetchone()[0] is not False


def _pointless(names: Sequence[str]) -> set[str]:
    """Those that no row of any table points at."""
    rows = Blob.objects.filter(pk__in=names)
    for relation in Blob._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel):
            column = relation.field.name
            held = relation.field.model._default_manager.filter(**{f"{column}__in": names})
            rows = rows.exclude(pk__in=held.values(column))
    return set(rows.values_list("pk", flat=True))


def _folder() -> Path:
    folder = Path(settings.FILES)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < SPARE:
        raise DiskFull(
            f"The disk that holds {folder} is nearly full (less than {SPARE // 1024**2} MiB left). Nothing was kept: "
            "free some room, or point MUTUALS_STATE at a larger disk, and try again."
        )
    return folder


def told(error: OSError, folder: Path) -> OSError:
    """The same error, or DiskFull where that is what it says."""
    if error.errno in (28, 122):  # ENOSPC, EDQUOT
        return DiskFull(f"The disk that holds {folder} is full. Nothing was kept: free some room and try again.")
    return error

"""Content-addressed files: kept once by SHA-256, with size limits, served only as attachments."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from mutuals.base.models import Blob

LIMIT = 2 * 1024**3
SPARE = 200 * 1024**2  # bytes to leave free for the database


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
        name = digest.hexdigest()
        target = path(name)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(draft, target)
    except OSError as error:
        Path(draft).unlink(missing_ok=True)
        raise _told(error, folder) from error
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    blob, _ = Blob.objects.get_or_create(sha256=name, defaults={"size": size, "media_type": media_type[:100]})
    return blob


def path(sha256: str) -> Path:
    """Where the bytes of a Blob lie."""
    if len(sha256) != 64 or not all(letter in "0123456789abcdef" for letter in sha256):
        raise ValueError("That is not the name of a file.")
    return Path(settings.FILES) / sha256[:2] / sha256


def drop(sha256: str) -> None:
    """Remove a file and its row. The caller knows that nobody else points at it."""
    path(sha256).unlink(missing_ok=True)
    Blob.objects.filter(pk=sha256).delete()


def _folder() -> Path:
    folder = Path(settings.FILES)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < SPARE:
        raise DiskFull(
            f"The disk that holds {folder} is nearly full (less than {SPARE // 1024**2} MiB left). Nothing was kept: "
            "free some room, or point MUTUALS_STATE at a larger disk, and try again."
        )
    return folder


def _told(error: OSError, folder: Path) -> OSError:
    if error.errno in (28, 122):  # ENOSPC, EDQUOT
        return DiskFull(f"The disk that holds {folder} is full. Nothing was kept: free some room and try again.")
    return error

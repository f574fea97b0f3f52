"""Whether the database has no room to write: as it says itself, or as its disk stands when it says nothing more."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from django.conf import settings
from django.db import OperationalError
from psycopg.errors import DiskFull

LOW = 64 * 1024**2  # bytes: below that PostgreSQL cannot begin another segment of its log, and gives up connections
REMEDY = "The disk of the database is full. Nothing was kept: free some room on it, then send this again."


def is_out_of_room(error: Exception, *, free: int | None = None) -> bool:
    """Whether a full disk is the reason of an error. `free` bytes are asked of the disk where they are not given."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not isinstance(error, OperationalError):
        return False
    if isinstance(error.__cause__, DiskFull):
        return True
    if getattr(error.__cause__, "sqlstate", None) is not None:
        return False
    left = shutil.disk_usage(Path(settings.FILE_UPLOAD_TEMP_DIR).parent).free if free is None else free
    return left < LOW  # a connection that broke or was not given tells no reason

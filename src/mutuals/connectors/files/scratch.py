"""A folder for what a command works on, gone when it ends: also when it was killed, as soon as somebody looks."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "mutuals-files-"


@contextmanager
def scratch(place: Path | None = None) -> Iterator[Path]:
    """An empty folder that only this user may read. It is locked while it is used; those that nobody holds go first.

    `place` is where it lies, else where the machine keeps what is temporary.
    """
    clear(place)
    held, folder = _held(place)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def clear(place: Path | None = None) -> None:
    """Take away what processes that are no more left behind. The kernel gives up the lock of whoever is killed."""
    for folder in (place or Path(tempfile.gettempdir())).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # a link, a file, gone by now, or in use
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(held).st_uid == os.geteuid():
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
            finally:
                os.close(held)


def half_written(path: Path, pid: int) -> Path:
    """Where that process writes what becomes `path` when it is whole."""
    return path.with_name(f".{path.name}.{pid}")


def _held(place: Path | None) -> tuple[int, Path]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        with suppress(FileNotFoundError):  # cleared by another before it was locked
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(held, fcntl.LOCK_EX)
            if folder.is_dir():
                return held, folder
            os.close(held)

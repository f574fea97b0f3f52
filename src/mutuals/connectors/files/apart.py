"""Files from outside are read in a process of their own, so that none takes more memory or time than a file may.

A file of two kilobytes can unpack to gigabytes in a single call of a library. So the reading is left to a child that
the kernel holds to its limits, and that hands rows over as plain text.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore
from types import TracebackType
from typing import Any

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files import _wire
from mutuals.connectors.files.shapes import How, Item, Sniffed

_log = logging.getLogger(__name__)
_PROGRAM = "mutuals.connectors.files._child"
_ENVIRON = {  # no secret of ours; one thread and one heap, so that little address space is taken for nothing
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUTF8": "1",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may take.

    `memory` is bytes of address space beyond those that Python and the library take before they read anything (about
    290 MiB with Arrow, which differs between machines). `seconds` of the processor are had at once, and more with each
    MiB of the file (`most_for_size` at most) and each MiB of rows handed over. `patience` is how many seconds of the
    clock the next rows may take.
    """

    memory: int
    seconds: float
    seconds_a_mib: float
    most_for_size: float
    patience: float


SNIFF = Limits(memory=640 << 20, seconds=10, seconds_a_mib=2, most_for_size=60, patience=60)
ROWS = Limits(memory=640 << 20, seconds=60, seconds_a_mib=10, most_for_size=3600, patience=600)
_SNIFFS, _READINGS = BoundedSemaphore(2), BoundedSemaphore(4)  # children of this process at once
_BUSY = "Too many files are being read just now. Try again in some minutes."
_SMALLER = "Open it where it was made and save it as CSV, or in smaller pieces, and bring that in."


class Ended(Unreadable):
    """The reading was ended before the file was: by a limit, or from outside."""


def sniff(reader: str, path: Path, how: How, *, limits: Limits = SNIFF) -> Sniffed:
    """What a file seems to be. `reader` is the module that knows it. Raises Unreadable, Ended when a limit was met."""
    if not _SNIFFS.acquire(timeout=limits.patience):
        raise Unreadable("Too many files are being looked at just now. Try again in a minute.")
    try:
        with _Child(reader, {"path": str(path), "how": asdict(how)}, limits) as child:
            for message in child.messages():
                return _wire.sniffed_in(message["sniffed"])
    finally:
        _SNIFFS.release()
    raise Ended("The file was not read to its end. Try again.")


def rows(reader: str, path: Path, sniffed: Sniffed, sheet: str, *, limits: Limits = ROWS) -> Iterator[Item]:
    """Every record of a file. Raises Unreadable, or Ended after the last row that was read before a limit was met."""
    if not _READINGS.acquire(timeout=limits.patience):
        raise Unreadable(_BUSY)
    number = 0
    told = {**_wire.sniffed_out(sniffed), "sample_rows": []}
    try:
        with _Child(reader, {"path": str(path), "sniffed": told, "sheet": sheet}, limits) as child:
            for message in child.messages():
                for one in message["items"]:
                    item = _wire.item_in(one, sniffed.columns)
                    number = item.number
                    yield item
    except Ended as error:
        where = f"Reading stopped after row {number:,}. " if number else ""
        raise Ended(f"{where}{error}") from error
    finally:
        _READINGS.release()


def tables(reader: str, path: Path, *, limits: Limits = ROWS) -> Iterator[bytes]:
    """Every row of a file as columns: streams of Arrow, each of one batch of texts. Raises Unreadable, Ended."""
    if not _READINGS.acquire(timeout=limits.patience):
        raise Unreadable(_BUSY)
    try:
        with _Child(reader, {"path": str(path), "columns": True}, limits) as child:
            yield from child.messages()
    finally:
        _READINGS.release()


class _Child:
    """The process that reads one file; use as a context manager, which ends it however it is left."""

    def __init__(self, reader: str, asked: Mapping[str, Any], limits: Limits) -> None:
        self._limits = limits
        self._asked = _wire.packed({**asked, "parent": os.getpid(), **_allowed(Path(asked["path"]), limits)})
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _PROGRAM, reader],
            env={**_ENVIRON, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )

    def __enter__(self) -> _Child:
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(BrokenPipeError), stdin:  # that it is gone is told by its silence
            stdin.write(self._asked)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def messages(self) -> Iterator[Any]:
        """What it says until it says that this is the end; Arrow as it is. Raises Unreadable (its words), Ended (ours)."""
        while True:
            until = time.monotonic() + self._limits.patience
            length = int.from_bytes(self._take(_wire.HEAD, until), "big")
            if length > _wire.LONGEST:
                raise Ended(f"A row holds more than {_wire.LONGEST >> 20} MiB. {_SMALLER}")
            body = self._take(length, until)
            if not body.startswith(b"{"):
                yield bytes(body)
                continue
            message = _wire.unpacked(body)
            if "end" in message:
                return
            if "unreadable" in message:
                raise Unreadable(message["unreadable"])
            if "memory" in message:
                raise Ended(self._too_much_memory())
            if "fault" in message:
                _log.warning("A file could not be read: %s", message["fault"])
                raise Ended(f"The file holds something that cannot be read here ({message['fault']}). {_SMALLER}")
            yield message

    def _take(self, size: int, until: float) -> bytearray:
        pipe, found = self._process.stdout, bytearray()
        assert pipe is not None
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while len(found) < size:
            if not poll.poll(max(until - time.monotonic(), 0) * 1000):
                raise Ended(
                    f"Reading took longer than {self._limits.patience:g} seconds to come to the next rows. {_SMALLER}"
                )
            more = os.read(pipe.fileno(), min(size - len(found), 1 << 20))
            if not more:
                raise Ended(self._words_for(self._process.wait()))
            found += more
        return found

    def _too_much_memory(self) -> str:
        return (
            f"The file takes more than {self._limits.memory >> 20} MiB of memory to read, as a file does that was made to do "
            f"harm. If it is genuine: {_SMALLER[0].lower()}{_SMALLER[1:]}"
        )

    def _words_for(self, code: int) -> str:
        if code == -signal.SIGXCPU:
            return (
                "The file takes far more time to read than a file of its size, as one does that was made to do harm. "
                f"If it is genuine: {_SMALLER[0].lower()}{_SMALLER[1:]}"
            )
        if code == -signal.SIGKILL:
            return "The process that read it was ended from outside; perhaps the machine is short of memory. Try again."
        return self._too_much_memory()  # a library that gets no memory gives up in many ways


def _allowed(path: Path, limits: Limits) -> dict[str, Any]:
    size = path.stat().st_size / (1 << 20)
    return {
        "memory": limits.memory,
        "seconds": limits.seconds + min(size * limits.seconds_a_mib, limits.most_for_size),
        "seconds_a_mib": limits.seconds_a_mib,
    }

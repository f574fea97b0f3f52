"""The program that reads one file: `python -m mutuals.connectors.files._child READER`, asked and answering by pipe.

It confines itself before it opens the file: memory, processor time, no new files, no core, and it dies with its parent.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files import _wire
from mutuals.connectors.files.shapes import BadRow, How, Item, MailRow, Sniffed, start_of

_PR_SET_PDEATHSIG = 1
_ROWS, _BYTES, _SECONDS = 500, 1 << 20, 1.0  # whichever comes first ends a batch


class Reader(Protocol):
    """What each of the modules `texts`, `sheets` and `parquet` offers; `tables` is only of the last."""

    def recognised(self, path: Path, how: How) -> Sniffed:
        """What the file seems to be, with its first rows."""

    def read(self, path: Path, sniffed: Sniffed, sheet: str) -> Iterator[Item]:
        """Every record in its order."""


class _Out:
    """The pipe to who asked, and the processor time that grows with what was handed over."""

    def __init__(self, pipe: int, seconds: float, seconds_a_mib: float) -> None:
        self._pipe = pipe
        self._seconds = seconds
        self._seconds_a_mib = seconds_a_mib

    def tell(self, **message: Any) -> None:
        """One message."""
        self.send(_wire.packed(message))

    def send(self, body: bytes) -> None:
        """One message that is packed already; what it is long is time earned."""
        whole = memoryview(len(body).to_bytes(_wire.HEAD, "big") + body)
        while whole:
            whole = whole[os.write(self._pipe, whole) :]
        self._seconds += len(body) / (1 << 20) * self._seconds_a_mib
        resource.setrlimit(resource.RLIMIT_CPU, (int(self._seconds) + 1, resource.RLIM_INFINITY))


def main() -> None:
    """Read what is asked on the standard input, do it, and end. A signal to stop is left to the parent to follow."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    pipe = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints does not get between our messages
    reader: Any = import_module(f"{__package__}.{sys.argv[1]}")
    asked = _wire.unpacked(sys.stdin.buffer.read())
    _confine(asked)
    out = _Out(pipe, asked["seconds"], asked["seconds_a_mib"])
    try:
        if "how" in asked:
            _sniff(reader, asked, out)
        elif "columns" in asked:
            for body in reader.tables(Path(asked["path"])):
                out.send(body)
        else:
            _hand_over(reader, asked, out)
        last: dict[str, Any] = {"end": True}
    except Unreadable as error:
        last = {"unreadable": str(error)}
    except MemoryError:
        last = {"memory": True}
    except OSError as error:
        last = {"unreadable": f"The file cannot be read ({error.strerror})."}
    except (
        Exception
    ) as error:  # a fault of ours that only this file shows; its words may be the file's, so only the place
        place = traceback.extract_tb(error.__traceback__)[-1]
        last = {"fault": f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"}
    out.tell(**last)
    os._exit(0)  # taking a large heap apart could take longer than reading did


def _confine(asked: dict[str, Any]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != asked["parent"]:
        os._exit(1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    asked["seconds"] += used.ru_utime + used.ru_stime
    for limit, most in (
        (resource.RLIMIT_AS, _taken() + asked["memory"]),
        (resource.RLIMIT_CPU, int(asked["seconds"]) + 1),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.RLIM_INFINITY if limit == resource.RLIMIT_CPU else most
        resource.setrlimit(limit, (most, hard))


def _taken() -> int:
    """Bytes of address space that this process has before it reads."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:  # not Linux, which alone holds a process to its address space
        return 300 << 20
    return pages * resource.getpagesize()


def _sniff(reader: Reader, asked: dict[str, Any], out: _Out) -> None:
    found = reader.recognised(Path(asked["path"]), _wire.how_in(asked["how"]))
    body = _wire.packed({"sniffed": _wire.sniffed_out(found)})
    if len(body) > _wire.LONGEST_ROW:
        raise Unreadable(f"The first rows hold {len(body) >> 20:,} MiB. Leave out the columns with such long texts.")
    out.send(body)


def _hand_over(reader: Reader, asked: dict[str, Any], out: _Out) -> None:
    sniffed = _wire.sniffed_in(asked["sniffed"])
    batch, size, since = list[bytes](), 0, time.monotonic()
    try:
        for item in reader.read(Path(asked["path"]), sniffed, asked["sheet"]):
            body = _packed(item, sniffed.columns)
            batch.append(body)
            size += len(body)
            if len(batch) >= _ROWS or size >= _BYTES or time.monotonic() - since >= _SECONDS:
                _send(batch, out)
                batch, size, since = [], 0, time.monotonic()
    finally:
        _send(batch, out)  # what was read before it broke off


def _packed(item: Item, columns: tuple[str, ...]) -> bytes:
    body = _wire.packed(_wire.item_out(item, columns))
    if len(body) <= _wire.LONGEST_ROW or isinstance(item, MailRow):
        return body
    reason = f"The row holds more than {_wire.LONGEST_ROW >> 20} MiB"
    begun = body[:1000].decode("utf-8", "replace").partition("[")[2].partition("[")[2]
    return _wire.packed(_wire.item_out(BadRow(item.number, reason, start_of(begun)), ()))


def _send(batch: list[bytes], out: _Out) -> None:
    if batch:
        out.send(b'{"items":[' + b",".join(batch) + b"]}")


if __name__ == "__main__":
    main()

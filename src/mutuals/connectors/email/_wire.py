"""A mail server's connection, of which only so much is read and for so long.

The mail libraries take any number of lines as one answer, and their own waiting time begins anew with every byte. So
both limits lie below them, on the socket: bytes since we last said something, and seconds given for the conversation.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

TIMEOUT = 30.0  # seconds for one read or write


class Wire:
    """What the mail libraries take for a socket. Reading raises OSError past `most` bytes an answer, and TimeoutError
    once the seconds given last are over; writing begins a new answer.
    """

    def __init__(self, raw: socket.socket, *, now: Callable[[], datetime], seconds: float, most: int) -> None:
        self.raw, self._now, self._most = raw, now, most
        self._left = most
        self._wait = TIMEOUT
        self.give(seconds)

    def give(self, seconds: float) -> None:
        """From now on the conversation may take so long."""
        self._seconds = seconds
        self._until = self._now() + timedelta(seconds=seconds)

    def wait(self, seconds: float) -> None:
        """One read may take so long from now on."""
        self._wait = seconds

    @property
    def left(self) -> int:
        """Bytes of the present answer that may still be taken from the server."""
        return self._left

    def sendall(self, data: bytes) -> None:
        """All of it, or OSError."""
        self._left = self._most
        self.raw.settimeout(self._patience())
        self.raw.sendall(data)

    def receive(self, into: Any) -> int:
        """Bytes put into the buffer, 0 at the end."""
        self.raw.settimeout(self._patience())
        got = self.raw.recv_into(into, min(len(into), self._left + 1))
        self._left -= got
        if self._left < 0:
            raise OSError(f"the server's answer is longer than {self._most:,} bytes")
        return got

    def makefile(self, _mode: str) -> io.BufferedReader:
        """For the libraries: what is read, in lines."""
        return io.BufferedReader(_Reader(self))

    def fileno(self) -> int:
        """For select."""
        return self.raw.fileno()

    def shutdown(self, how: int) -> None:
        """As a socket's."""
        self.raw.shutdown(how)

    def close(self) -> None:
        """As a socket's."""
        self.raw.close()

    def _patience(self) -> float:
        left = (self._until - self._now()).total_seconds()
        if left <= 0:
            raise TimeoutError(f"the conversation took longer than {self._seconds:g} s")
        return min(self._wait, left)


class _Reader(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        return self._wire.receive(into)

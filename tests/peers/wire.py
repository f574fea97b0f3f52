"""A wire to a peer that can be cut: what is asked gets there, what is answered does not come back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PATIENCE = 30.0  # seconds


@dataclass
class Wire:
    """A port of loopback that leads to a server. A request that holds `cut_at` is answered by silence, once."""

    port: int
    cut_at: bytes = b""
    lost: list[bytes] = field(default_factory=list)  # the answers that did not come back

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def allow(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def leading_to(host: str, port: int) -> Iterator[Wire]:
    """The wire, for as long as the block lasts. One request a connection is enough for what we ask."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        wire = Wire(door.getsockname()[1])
        threading.Thread(target=_serve, args=(door, host, port, wire), daemon=True).start()
        try:
            yield wire
        finally:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)  # wakes the one that waits in accept


def _serve(door: socket.socket, host: str, port: int, wire: Wire) -> None:
    while True:
        try:
            near = door.accept()[0]
        except OSError:  # the block has ended
            return
        threading.Thread(target=_carry, args=(near, host, port, wire), daemon=True).start()


def _carry(near: socket.socket, host: str, port: int, wire: Wire) -> None:
    with near, socket.create_connection((host, port), PATIENCE) as far:
        near.settimeout(PATIENCE)
        asked = bytearray()
        there = threading.Thread(target=_forth, args=(near, far, asked), daemon=True)
        there.start()
        with suppress(OSError):
            while answer := far.recv(65536):
                if wire.cut_at and wire.cut_at in asked:
                    wire.cut_at = b""
                    wire.lost.append(answer)
                    break
                near.sendall(answer)
        for end in (near, far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        there.join(PATIENCE)


def _forth(near: socket.socket, far: socket.socket, asked: bytearray) -> None:
    with suppress(OSError):
        while data := near.recv(65536):
            asked += data
            far.sendall(data)

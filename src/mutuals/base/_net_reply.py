"""What a server answered, as a frozen value; and unpacking that cannot be blown up."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

LONGEST_TYPE = 500  # characters: the library takes quadratic time in the parameters


class BadlyPacked(Exception):
    """The answer says that it is packed, and is not, or not wholly."""


class Headers(Mapping[str, str]):
    """Header fields, found in any case; a repeated field is joined with a comma."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            self._fields[key] = f"{self._fields[key]}, {value}" if key in self._fields else value

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({list(self._fields)})"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, any status; `url` is where it came from after redirects."""

    status: int
    headers: Headers
    body: bytes
    url: str

    def json(self) -> Any:
        """The body as JSON; raises ValueError when it is none."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("The answer is nested too deeply.") from error

    def text(self) -> str:
        """The body in the named charset, else UTF-8; what cannot be read becomes a replacement mark."""
        head = Message()
        head["content-type"] = self.headers.get("content-type", "")[:LONGEST_TYPE]
        try:
            return self.body.decode(head.get_content_charset("utf-8"), "replace")
        except (LookupError, ValueError):
            return self.body.decode("utf-8", "replace")


def inflate(stream: Iterable[bytes], *, at_most: int) -> Iterator[bytes]:
    """gzip or deflate (with or without zlib's frame) unpacked in pieces, never more than `at_most` bytes in all.

    A broken stream raises BadlyPacked. The caller sees that a limit was passed by counting what it got.
    """
    unpack: Any = None
    room = at_most
    for part in stream:
        if unpack is None:
            if not part:
                continue
            framed = part[:2] == b"\x1f\x8b" or part[0] & 0x0F == 8
            unpack = zlib.decompressobj(47 if framed else -15)
        try:
            piece = unpack.decompress(part, room)
        except zlib.error as error:
            raise BadlyPacked(f"The packed answer is broken: {error}.") from error
        room -= len(piece)
        yield piece
        if room <= 0:
            return
    if unpack is not None and not unpack.eof:
        raise BadlyPacked("The packed answer ends too early.")

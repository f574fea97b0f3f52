"""Bytes to the parts of a mail by the library's parser, with a bound on all that its time or its room grows with.

Measured: every line is held against the boundary of every open level, parameters take quadratic time in their number,
a part of one line takes a kilobyte, and folding the fields of an attached mail takes quadratic time in their length.
"""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from typing import Any

MOST_LINES = 600_000  # of one mail; an encoded attachment of 25 MB has 350,000
MOST_PARTS = 5000  # of one mail, with the recipients of a delivery report
MOST_FIELDS = 1000  # of one part; the others are left out
DEEPEST = 25
LONGEST_CONTENT_FIELD = 4000  # characters of a field that has parameters
MOST_PARAMETERS = 50


class _Part(Message):
    """A part that knows how deep it lies, and of how many."""

    def __init__(self, policy: Any) -> None:
        super().__init__(policy)
        self.depth = 0
        self.counted = [1]

    def attach(self, payload: Any) -> None:
        """As the library does it; raises ValueError beyond the bounds."""
        payload.depth, payload.counted = self.depth + 1, self.counted
        self.counted[0] += 1
        if payload.depth > DEEPEST:
            raise ValueError("The mail is nested too deeply.")
        if self.counted[0] > MOST_PARTS:
            raise ValueError(f"The mail has more than {MOST_PARTS:,} parts.")
        super().attach(payload)

    def set_raw(self, name: str, value: Any) -> None:
        """As the library does it, up to `MOST_FIELDS`."""
        if len(self) < MOST_FIELDS:
            super().set_raw(name, value)


class _Fields(Compat32):
    """The library's oldest reading of fields, which leaves them as they stand."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Fields with parameters end at the bounds."""
        name, value = super().header_source_parse(sourcelines)
        if name.lower().startswith("content-"):
            value = ";".join(value[:LONGEST_CONTENT_FIELD].split(";")[: MOST_PARAMETERS + 1])
        return name, value

    def fold_binary(self, name: str, value: Any) -> bytes:
        """A field of an attached mail as it came, not folded anew."""
        return f"{name}: {value}{self.linesep}".encode("utf-8", "surrogateescape")


_FIELDS: Any = _Fields(message_factory=_Part)


def read(data: bytes) -> Message:
    """All parts. Raises ValueError for too many lines or parts, and for parts within too many others."""
    if data.count(b"\n") > MOST_LINES or data.count(b"\r") - data.count(b"\r\n") > MOST_LINES:
        raise ValueError(f"The mail has more than {MOST_LINES:,} lines.")
    message: Message = BytesParser(policy=_FIELDS).parsebytes(data)
    return message


def head(data: bytes) -> Message:
    """Only the header fields, for those who sort mails."""
    message: Message = BytesParser(policy=_FIELDS).parsebytes(data, headersonly=True)
    return message

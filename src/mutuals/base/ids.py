"""Keys that we make ourselves: sortable by time, impossible to guess."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from datetime import datetime
from typing import Any

_ID = re.compile(r"(?:[a-z_]{1,30}:)?([0-9]{1,18})")


def new_key(at: datetime) -> uuid.UUID:
    """A UUID of version 7 (RFC 9562, 5.7): 48 bits of milliseconds since 1970, then 74 random bits."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    value = (milliseconds << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return uuid.UUID(int=value)


def read_key(text: str) -> uuid.UUID | None:
    """A key that a form or a program sends back; None for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def new_token() -> str:
    """256 random bits in 43 letters that are safe in an address."""
    return secrets.token_urlsafe(32)


def fit(key: str, longest: int = 512) -> str:
    """A network's key as a column holds it: without NUL, and where too long, its start and its hash, so it stays unique."""
    if len(key) <= longest and key.isascii() and "\0" not in key:
        return key
    key = key.replace("\0", "").encode("utf-8", "replace").decode()
    if len(key) <= longest:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: longest - 65]}#{digest}"


def named(value: Any) -> set[int]:
    """The ids that JSON may name, whatever its fields are called: whole numbers, and texts such as "12" and "person:12"."""
    found, left = set[int](), [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            if told := _ID.fullmatch(one):
                found.add(int(told[1]))
        elif isinstance(one, int) and not isinstance(one, bool):
            found.add(one)
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, (list, tuple)):
            left += one
    return found

"""Locks that die with the process that holds them, so nothing has to be cleaned up after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from django.db import Error, connection


class Space(IntEnum):
    """What is locked. The number goes into the upper 16 bits of PostgreSQL's 64-bit advisory key."""

    DRAW = 0x4D01
    SEND = 0x4D02
    OPEN = 0x4D03


def in_turn(space: Space, number: int) -> None:
    """Wait until nobody else is at it; the lock goes with the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [(space << 48) | (number & 0xFFFF_FFFF_FFFF)])


@contextmanager
def held(space: Space, number: int) -> Iterator[bool]:
    """True inside while this connection alone holds the lock; False, at once, where another holds it."""
    key = (space << 48) | (number & 0xFFFF_FFFF_FFFF)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])

"""Locks that die with the process that holds them, so nothing has to be cleaned up after a kill.

All keys of ours stand in one table, so that no two of them are one by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum, unique

from django.db import Error, connection


@unique
class Space(IntEnum):
    """What is locked. The number goes into the upper 16 bits of PostgreSQL's 64-bit advisory key."""

    DRAW = 0x4D01
    SEND = 0x4D02
    OPEN = 0x4D03
    GATE = 0x4D04
    LIVE = 0x4D05
    FOREST = 0x4D06
    BACKLOG = 0x4D07
    EARS = 0x4D08
    RENEWING = 0x4D09
    IMPORTS = 0x4D0A
    FIRST_ACCOUNT = 0x4D0B
    FOLD = 0x4D0C
    LESSONS = 0x4D0D
    RULE = 0x4D0E
    IDEA = 0x4D0F
    CASES = 0x4D10
    SEGMENTS = 0x4D18
    EXPORT = 0x4D1E
    FAMILY = 0x4D12

    def key(self, number: int = 0) -> int:
        """The advisory key of one thing in this space; of the space as a whole without a number. 64 bits."""
        return (self << 48) | (number & 0xFFFF_FFFF_FFFF)


def in_turn(space: Space, number: int = 0) -> None:
    """Wait until nobody else is at it; the lock goes with the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [space.key(number)])


@contextmanager
def held(space: Space, number: int) -> Iterator[bool]:
    """True inside while this connection alone holds the lock; False, at once, where another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [space.key(number)])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [space.key(number)])

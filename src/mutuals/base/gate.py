"""Erasing goes alone. Whoever writes about people goes through the gate; it is shut while somebody is erased.

So nothing that was on its way in, or was read before and is written after, brings somebody back who is gone. Go through
before the first row is locked, never after: else two may wait for each other.
"""

from __future__ import annotations

from django.db import connection

_KEY = 0x4D04 << 48  # of PostgreSQL's 64-bit advisory keys; the spaces below it are in capture

ENTER = f"pg_advisory_xact_lock_shared({_KEY})"
"""What `enter` does, for a statement that does more."""


def enter() -> None:
    """Wait until nobody is being erased; from then to the end of the caller's transaction nobody will be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_KEY])


def shut() -> None:
    """Wait until all who entered are through, and let nobody in before the end of the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])

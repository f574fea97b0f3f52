"""Erasing goes alone. Whoever writes about people goes through the gate; it is shut while somebody is erased.

So nothing that was on its way in, or was read before and is written after, brings somebody back who is gone. Go through
before the first row is locked, never after: else two may wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from mutuals.base.locks import Space

_KEY = Space.GATE.key()

ENTER = f"pg_advisory_xact_lock_shared({_KEY})"
"""What `enter` does, for a statement that does more."""
GIVE_WAY = "set_config('lock_timeout', '300ms', true)"
"""For the rest of a transaction no lock is waited for any longer. PostgreSQL looks for circles after a second: so a machine
that says this first is the one who goes back, never the member of staff who met it."""
P = ParamSpec("P")
R = TypeVar("R")
_TRIES = 100
_PAUSE = 0.05  # seconds


def enter() -> None:
    """Wait until nobody is being erased; from then to the end of the caller's transaction nobody will be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_KEY])


def shut() -> None:
    """Wait until all who entered are through, and let nobody in before the end of the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])


def giving_way(act: Callable[P, R]) -> Callable[P, R]:
    """An act in a transaction of its own: where it met somebody it goes back, lets them through and starts again.

    Nothing but the database may be changed by it; within another act that one starts again. OperationalError where they are in
    its way a hundred times.
    """

    @wraps(act)
    def run(*args: P.args, **more: P.kwargs) -> R:
        for _ in range(0 if connection.in_atomic_block else _TRIES):
            try:
                return act(*args, **more)
            except OperationalError as error:
                if not has_met(error):
                    raise
            time.sleep(_PAUSE)
        return act(*args, **more)

    return run


def has_met(error: BaseException) -> bool:
    """Whether the database sent an act back because it met another one: the same, begun again, may well be done."""
    return isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected, SerializationFailure))

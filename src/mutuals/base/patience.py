"""How long one question may take. What is given up after that ends in words, not in a page that never comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from mutuals.base.refusals import Refusal

_STEP = 0.05  # seconds that pass before the database is told anew how many are left


class TooSlow(Refusal):
    """The question was given up, and nothing was changed. The message says how to ask for less."""


@contextmanager
def within(seconds: float | None, words: str) -> Iterator[None]:
    """All statements inside together have that many seconds (None: as long as `PATIENCE` says), in a transaction of theirs.

    TooSlow(words) where that is not enough; 0 gives up at once.
    """
    until = time.monotonic() + (settings.PATIENCE if seconds is None else seconds)
    is_within = connection.in_atomic_block
    try:
        with transaction.atomic():
            before = _limit() if is_within else ""
            with connection.execute_wrapper(_Limited(until, words)):
                yield
            if is_within:  # what is set for a transaction outlives its savepoints
                _set_limit(before)
    except OperationalError as error:
        if was_cancelled(error):
            raise TooSlow(words) from error
        raise


def was_cancelled(error: BaseException) -> bool:
    """Whether the database gave a statement up, by a time limit or because somebody asked it to."""
    return isinstance(error.__cause__, QueryCanceled)


class _Limited:
    """Around every statement: the database hears how long it may take."""

    def __init__(self, until: float, words: str) -> None:
        self._until, self._words, self._told = until, words, float("inf")

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TooSlow(self._words)
        if left < self._told - _STEP:
            self._told = left
            context["cursor"].cursor.execute(
                "SELECT set_config('statement_timeout', %s, true)", [str(max(1, int(left * 1000)))]
            )
        return execute(sql, params, many, context)


def _limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        return str(cursor.fetchone()[0])


def _set_limit(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [value])

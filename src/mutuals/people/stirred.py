"""Who changed, for whoever keeps groups of people up to date: told by triggers, or by hand, taken away in batches.

A row is seen once its transaction has ended, whatever its number, and goes in the transaction that acts on it: who changes
meanwhile is told again. While nobody watches, nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from mutuals.base import bulk
from mutuals.people.models import Stirred, Stirring

_TAKE = """
WITH taken AS (
    DELETE FROM people_stirred WHERE id IN (SELECT id FROM people_stirred ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING person_id
), told AS (
    SELECT DISTINCT person_id FROM taken
)
SELECT person_id FROM told
UNION SELECT p.canonical_id FROM people_person p JOIN told ON told.person_id = p.id
"""


def watch() -> None:
    """From now on changes are written down. What changed before, by transactions that have ended, is not.

    Waits for those that are writing about people just now: a trigger that found nobody watching holds its share of the table
    until its transaction ends. So whoever looks at everybody after this misses nobody.
    """
    if is_watched():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE people_stirring IN ACCESS EXCLUSIVE MODE")
        Stirring.objects.get_or_create(pk=1)


def is_watched() -> bool:
    """Whether changes are written down."""
    return Stirring.objects.exists()


def stirred(person_ids: Iterable[int]) -> None:
    """Tell that something changed about these people that no table shows which tells it itself. Part of the caller's act."""
    wanted = sorted(set(person_ids))
    if wanted and is_watched():
        Stirred.objects.bulk_create([Stirred(person_id=number) for number in wanted], batch_size=5_000)


def take(*, most: int) -> list[int]:
    """The people of the next notes, at most so many, and whom they became; the notes go with the caller's transaction.

    Numbers of people who were erased are among them, and of those who were merged into another.
    """
    return sorted(int(row[0]) for row in bulk.execute(_TAKE, [most]))


def waiting(*, most: int = 100_000) -> int:
    """How many notes wait, counted up to `most`."""
    return Stirred.objects.values("pk")[:most].count()

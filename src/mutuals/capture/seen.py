"""What is looked through before erasing goes alone, so that nobody waits at the gate while large tables and files are read.

Inside the gate only the rows that were found, and those that are newer than the search, are looked at again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import sleep
from typing import Any

from django.db import connection, models

from mutuals.people.privacy import Holder

_SECONDS = 0.05
_WRITING = """
SELECT virtualtransaction FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
WHERE locktype = 'relation' AND relation = %s::regclass AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Looked:
    """Which rows of a table are still to be looked at: those that were found, and all above `upto`. At first: all."""

    ids: Sequence[int] = ()
    upto: int = 0

    @property
    def where(self) -> str:
        """The condition in SQL; its parameters are `values`."""
        return "(id = ANY(%s) OR id > %s)"

    @property
    def values(self) -> list[Any]:
        """For the placeholders of `where`."""
        return [list(self.ids), self.upto]

    @property
    def q(self) -> models.Q:
        """The same for a queryset."""
        return models.Q(pk__in=self.ids) | models.Q(pk__gt=self.upto)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a search for one person found; by default it has looked at nothing."""

    who: Holder | None = None
    raws: Looked = Looked()
    troubles: Looked = Looked()
    answers: Looked = Looked()
    imports: dict[int, tuple[Any, bool]] = field(default_factory=dict)
    """By import: what was asked (its file and how that is read), and whether it names them."""

    def of(self, who: Holder) -> Seen:
        """This, if they are found by the same as then; else nothing is known."""
        return self if self.who is not None and _found_by(self.who) == _found_by(who) else Seen()


def _found_by(who: Holder) -> tuple[set[int], set[int], set[tuple[str, str]]]:
    return set(who.person_ids), set(who.profile_ids), set(who.handles)


def settled(model: type[models.Model]) -> int:
    """The highest id of a table, below which nothing appears any more: waits for those who write into it just now.

    Numbers are given before a row is committed. So whoever holds a lower one that is not to be seen yet is among those
    who have the table open for writing; later ones get higher numbers. Nobody waits for us.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608  the name is Django's
        top = int(cursor.fetchone()[0])
        cursor.execute(_WRITING, [table])
        writing = set(cursor.fetchall())
        while writing:
            sleep(_SECONDS)
            cursor.execute(_WRITING, [table])
            writing &= set(cursor.fetchall())
    return top

"""Merges as a forest: who stands under whom, read from the rows that are live."""

from __future__ import annotations

from django.db import connection

from mutuals.base import gate, locks
from mutuals.identity.models import Merge

_ALL = 2**63 - 1
_UNDER = """
WITH RECURSIVE under (id) AS (
    SELECT %s::bigint
    UNION SELECT m.gone_id FROM under u JOIN identity_merge m ON m.kept_id = u.id AND m.undone_at IS NULL
        AND m.id < %s AND m.id <> %s
) SELECT id FROM under ORDER BY id
"""
_ABOVE = """
WITH RECURSIVE above (id, gone_id, kept_id) AS (
    SELECT m.id, m.gone_id, m.kept_id FROM identity_merge m WHERE m.gone_id = %s AND m.undone_at IS NULL
    UNION
    SELECT m.id, m.gone_id, m.kept_id FROM above a
    JOIN identity_merge m ON m.gone_id = a.kept_id AND m.undone_at IS NULL
) SELECT id FROM above
"""


def alone() -> None:
    """Whoever joins or parts people does so alone, to the end of the transaction, and while nobody is erased.

    Every merge locks rows of persons that only its own reading of the forest tells, so two at once would wait for each other.
    To be called before the first row is locked.
    """
    gate.enter()
    locks.in_turn(locks.Space.FOREST)


def under(person_id: int, *, before: Merge | None = None, without: Merge | None = None) -> list[int]:
    """A person and all who were merged into them, directly or by others, by the live merges `before` one and `without` one."""
    return _ids(_UNDER, person_id, before.pk if before else _ALL, without.pk if without else 0)


def after(row: Merge) -> list[Merge]:
    """The live merges that came after this one, into the same person and into whom that one became; oldest first."""
    above = {merge.kept_id: merge.pk for merge in Merge.objects.filter(pk__in=_ids(_ABOVE, row.kept_id))}
    since = {row.kept_id: row.pk + 1, **above}
    rows = Merge.objects.filter(kept__in=since, undone_at=None, pk__gt=row.pk).order_by("pk")
    return [merge for merge in rows if merge.pk >= since[merge.kept_id]]


def joined_by(one: int, other: int) -> Merge | None:
    """The live merge by which two persons of one cluster came together."""
    apart = set(_ids(_ABOVE, one)) ^ set(_ids(_ABOVE, other))
    return Merge.objects.filter(pk__in=apart).order_by("-pk").first()


def into(person_id: int) -> list[Merge]:
    """The live merges straight into a person, oldest first."""
    return list(Merge.objects.filter(kept=person_id, undone_at=None).select_related("gone").order_by("pk"))


def _ids(sql: str, *told: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        return [int(row[0]) for row in cursor.fetchall()]

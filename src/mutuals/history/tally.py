"""Counters of people, kept on the canonical person so that a million of them sort and filter."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from mutuals.history.keep import Kept

_COUNT = """
UPDATE people_person p SET interaction_count = p.interaction_count + g.n, last_at = greatest(p.last_at, g.last_at)
FROM (
    SELECT own.canonical_id AS id, sum(k.n) AS n, max(k.last_at) AS last_at
    FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[]) AS k(profile_id, n, last_at)
    JOIN people_profile f ON f.id = k.profile_id JOIN people_person own ON own.id = f.person_id
    GROUP BY 1
) g WHERE p.id = g.id
"""

_RECOUNT = """
UPDATE people_person p SET interaction_count = coalesce(g.n, 0), last_at = g.last_at
FROM (
    SELECT c.id, sum(t.n) AS n, max(t.last_at) AS last_at
    FROM people_person c
    LEFT JOIN people_person own ON own.canonical_id = c.id
    LEFT JOIN people_profile f ON f.person_id = own.id
    LEFT JOIN LATERAL (
        SELECT count(*) AS n, max(occurred_at) AS last_at FROM history_interaction i WHERE i.profile_id = f.id
    ) t ON true
    WHERE c.id IN (SELECT canonical_id FROM people_person WHERE id = ANY(%s))
    GROUP BY c.id
) g WHERE p.id = g.id AND (p.interaction_count, p.last_at) IS DISTINCT FROM (coalesce(g.n, 0), g.last_at)
"""


def count(kept: Sequence[Kept]) -> None:
    """Add the new interactions of a batch to the counters of their people."""
    sums: dict[int, tuple[int, object]] = {}
    for one in kept:
        number = one.placed.profile_id
        if one.is_new and number is not None:
            times, last_at = sums.get(number, (0, one.occurred_at))
            sums[number] = (times + 1, max(last_at, one.occurred_at))  # type: ignore[call-overload]
    if sums:
        with connection.cursor() as cursor:
            rows = sorted(sums.items())
            cursor.execute(_COUNT, [[k for k, _ in rows], [v[0] for _, v in rows], [v[1] for _, v in rows]])


def recount(person_ids: Sequence[int]) -> None:
    """Count anew for people whose profiles changed hands."""
    if person_ids:
        with connection.cursor() as cursor:
            cursor.execute(_RECOUNT, [list(person_ids)])

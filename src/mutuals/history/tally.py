"""Counters of people, kept on the canonical person so that a million of them sort and filter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mutuals.base import bulk
from mutuals.history.keep import Kept

_COUNT = """
WITH heard AS (
    SELECT own.canonical_id AS id, sum(g.n) AS n, max(g.last_at) AS last_at
    FROM {g} JOIN people_profile f ON f.id = g.profile_id JOIN people_person own ON own.id = f.person_id
    GROUP BY 1
), later AS (
    UPDATE people_heard o SET last_at = h.last_at FROM heard h
    WHERE o.person_id = h.id AND (o.last_at IS NULL OR o.last_at < h.last_at)
)
UPDATE people_person p SET interaction_count = p.interaction_count + h.n, last_at = greatest(p.last_at, h.last_at),
    trashed_at = CASE WHEN h.last_at > p.trashed_at THEN NULL ELSE p.trashed_at END,
    trashed_by_id = CASE WHEN h.last_at > p.trashed_at THEN NULL ELSE p.trashed_by_id END
FROM heard h WHERE p.id = h.id
"""
"""Who speaks again after they were put into the trash comes back."""

_RECOUNT = """
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT canonical_id AS id FROM people_person WHERE id = ANY(%s::bigint[])
), heard AS (
    SELECT w.id, t.n, t.last_at FROM wanted w CROSS JOIN LATERAL (
        SELECT coalesce(sum(i.n), 0) AS n, max(i.last_at) AS last_at
        FROM people_person own JOIN people_profile f ON f.person_id = own.id CROSS JOIN LATERAL (
            SELECT count(*) AS n, (
                SELECT occurred_at FROM history_interaction WHERE profile_id = f.id AND (direction <> 'note' OR kind = 'call')
                ORDER BY occurred_at DESC, id DESC LIMIT 1
            ) AS last_at FROM history_interaction WHERE profile_id = f.id
        ) i WHERE own.canonical_id = w.id
    ) t
), later AS (
    UPDATE people_heard o SET last_at = h.last_at FROM heard h WHERE o.person_id = h.id AND o.last_at IS DISTINCT FROM h.last_at
)
UPDATE people_person p SET interaction_count = h.n, last_at = h.last_at
FROM heard h WHERE p.id = h.id AND (p.interaction_count, p.last_at) IS DISTINCT FROM (h.n, h.last_at)
"""


def count(kept: Sequence[Kept]) -> None:
    """Add the new interactions of a batch to the counters of their people, and those whose author is known only now."""
    sums: dict[int, tuple[int, datetime]] = {}
    for one in kept:
        number = one.placed.profile_id
        if (one.is_new or one.is_named) and number is not None:
            times, last_at = sums.get(number, (0, one.occurred_at))
            sums[number] = (times + 1, max(last_at, one.occurred_at))
    rows = [(number, *told) for number, told in sorted(sums.items())]
    bulk.run(_COUNT, {"profile_id": "bigint", "n": "int", "last_at": "timestamptz"}, rows)


def recount(person_ids: Sequence[int]) -> None:
    """Count anew for people whose profiles changed hands, or of whom something was noted: a note of ours is nothing heard."""
    if person_ids:
        bulk.execute(_RECOUNT, [bulk.numbers(person_ids)])

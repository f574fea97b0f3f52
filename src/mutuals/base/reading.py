"""The journal read on by those who act on it later: each reader keeps its place, and is told each entry once.

Entries are numbered before their transactions end, so a number is no place to go on from. What is read each time are entries of
transactions that ended since, by the oldest one of this database that still ran at the reading before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

LATE = 100_000
"""Numbers that an entry may come behind others, because its transaction took longer."""

_HORIZON = """
SELECT CASE WHEN o.is_hidden THEN now.oldest ELSE least(o.oldest, now.next) END, now.next,
    coalesce((SELECT max(id) FROM base_entry), 0)
FROM (
    SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s
) now (oldest, next), LATERAL (
    SELECT bool_or(a.backend_start IS NULL), min(CASE
        WHEN x.low < now.next - 2147483648 THEN x.low + 4294967296
        WHEN x.low > now.next + 2147483648 THEN x.low - 4294967296 ELSE x.low END)
    FROM pg_stat_activity a, LATERAL (SELECT (now.next & ~4294967295::bigint) | a.backend_xid::text::bigint) x (low)
    WHERE a.datname = current_database() AND a.backend_type IS DISTINCT FROM 'autovacuum worker'
) o (is_hidden, oldest)
"""
"""Before which transaction none of this database still writes: the others on the server are nothing to us. Sessions of another
role may be hidden from us; then it is the oldest of the whole server."""
_READ = """
SELECT e.id, e.kind, e.about, e.at, e.data FROM base_entry e,
    LATERAL (SELECT (%(now)s::bigint & ~4294967295::bigint) | e.xmin::text::bigint AS told) one,
    LATERAL (SELECT CASE WHEN one.told > %(now)s THEN one.told - 4294967296 ELSE one.told END AS xid) x
WHERE e.kind = ANY(%(kinds)s) AND e.id > %(entry)s AND x.xid >= %(from)s AND x.xid < %(to)s
ORDER BY e.id
"""
Told = tuple[int, str, str, datetime, dict[str, Any]]
"""An entry: its number, kind, what it is about, when, and its data."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader came: entries of transactions before `horizon` were read; `entry` is the newest number there was."""

    horizon: int = 0
    entry: int = 0

    @property
    def is_first(self) -> bool:
        """Whether nothing was read yet."""
        return self.horizon == 0


def entries(place: Place, kinds: Sequence[str]) -> tuple[list[Told], Place]:
    """Entries of these kinds that are new since a place, by their numbers, and the place from which to go on.

    The caller holds its place alone, and keeps the new one in the transaction in which it acts on the entries.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        horizon, now, newest = cursor.fetchone()
        is_moved = place.horizon > now  # a restore on another server, whose transactions count from elsewhere
        since, after = (0, place.entry) if is_moved else (place.horizon, place.entry - LATE)
        asked = {"now": now, "kinds": list(kinds), "entry": after, "from": since, "to": horizon}
        cursor.execute(_READ, asked)
        told = [(*row, json.loads(data)) for *row, data in cursor.fetchall()]
    return told, Place(int(horizon), max(place.entry, int(newest)))

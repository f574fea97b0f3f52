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
_PIECE = """
WITH next AS MATERIALIZED (
    SELECT id, kind, about, at, data, by, xmin::text::bigint AS low FROM base_entry
    WHERE id > %(entry)s ORDER BY id LIMIT %(most)s
), all_of AS (
    SELECT coalesce(max(id), 0) AS last, count(*) AS many FROM next
)
SELECT a.last, a.many, e.id, e.kind, e.about, e.at, e.data, e.by FROM all_of a LEFT JOIN (
    SELECT n.*, CASE WHEN x.told > %(now)s THEN x.told - 4294967296 ELSE x.told END AS xid
    FROM next n, LATERAL (SELECT (%(now)s::bigint & ~4294967295::bigint) | n.low AS told) x
) e ON e.xid >= %(from)s AND e.xid < %(to)s
ORDER BY e.id
"""
"""The next entries by their numbers, however many transactions they are of, and of these the ones that are told."""
Told = tuple[int, str, str, datetime, dict[str, Any]]
"""An entry: its number, kind, what it is about, when, and its data."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An entry of the journal with who wrote it."""

    id: int
    kind: str
    about: str
    at: datetime
    data: dict[str, Any]
    by: str


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader came: entries of transactions before `horizon` were read; `entry` is the newest number there was.

    Who reads by pieces is within a stretch while `until` is not 0: it goes to the transactions before `until`, whose entries
    are all there, and of these it read those up to the number `after`.
    """

    horizon: int = 0
    entry: int = 0
    until: int = 0
    after: int = 0

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


def piece(place: Place, *, most: int) -> tuple[list[Piece], Place]:
    """The next entries of all kinds, at most so many, and the place from which to go on: there is more while `until` is not 0.

    For a reader that may be far behind: memory stays flat however many there are. At the first reading nothing is told: what
    happened before anybody asked is no news. The caller holds its place as with `entries`.
    """
    if place.is_first:
        return [], entries(place, [])[1]
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        horizon, now, newest = cursor.fetchone()
        is_moved = max(place.horizon, place.until) > now
        is_within = place.until > 0 and not is_moved
        until, since = (place.until if is_within else int(horizon)), (1 if is_moved else place.horizon)
        after = place.after if place.until else place.entry if is_moved else max(0, place.entry - LATE)
        newest = place.entry if is_within else max(place.entry, int(newest))  # of when the stretch began
        while True:
            cursor.execute(_PIECE, {"now": now, "entry": after, "from": since, "to": until, "most": most})
            rows = cursor.fetchall()
            told = [_read(*row[2:]) for row in rows if row[2] is not None]
            after, many = rows[0][:2]
            if many < most:
                return told, Place(until, newest)
            if told:
                return told, Place(since, newest, until, after)


def _read(number: int, kind: str, about: str, at: datetime, data: str, by: str) -> Piece:
    return Piece(number, kind, about, at, json.loads(data), by)

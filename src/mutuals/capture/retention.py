"""What is not kept for ever: looked through every night, in small batches so that nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from mutuals.base import clock, files
from mutuals.base.models import Blob
from mutuals.capture.imports import forget
from mutuals.channels.models import Source
from mutuals.history import own

BATCH = 2000
ONCE_DAYS = 1
ORPHAN_DAYS = 1
PACE_DAYS = 30
JOURNAL_DAYS = {
    "who looked": (365, "kind LIKE '%%.viewed'"),
    "machines": (90, "by LIKE 'machine:%%' AND kind NOT LIKE 'outgoing.%%' AND kind NOT LIKE 'person.%%'"),
    "people's acts": (1826, "by NOT LIKE 'machine:%%' AND kind NOT LIKE 'person.eras%%'"),
}
"""Days by class of entry. Receipts of erasures stay: they prove that nothing else does."""
_log = logging.getLogger(__name__)


def nightly(now: Callable[[], datetime] = clock.now) -> dict[str, int]:
    """Job: everything that is due; returns how much of each. Run twice, the second finds nothing."""
    moment = now()
    counts = {"raws": 0, "interactions": 0}
    for source in Source.objects.order_by("pk"):
        counts["raws"] += blank_raws(source, now=moment)
        counts["interactions"] += expire(source, now=moment)
    counts["journal"] = trim_journal(now=moment)
    counts["once"] = _delete("base_once", "at < %s", [moment - timedelta(days=ONCE_DAYS)])
    counts["pace"] = _delete("capture_pace", "slot < %s", [moment - timedelta(days=PACE_DAYS)])
    counts["imports"] = forget.old(now=moment)
    counts["files"] = drop_orphans(now=moment)
    counts["drafts"] = files.drop_drafts(before=moment - timedelta(days=ORPHAN_DAYS))
    _log.info("retention: %s", counts)
    return counts


def blank_raws(source: Source, *, now: datetime) -> int:
    """Empty the bytes of events that are older than the source's raw_days. The keys stay, so that nothing comes twice.

    Never later than what was said in them. What still waits is not touched; what was parked for so long is given up.
    """
    total, last = 0, 0
    days = min(source.raw_days, source.retention_days or source.raw_days)
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "WITH old AS (SELECT id FROM capture_rawevent WHERE source_id = %s AND id > %s AND received_at < %s"
                " AND state <> 'received' AND body <> ''::bytea ORDER BY id LIMIT %s FOR UPDATE)"
                " UPDATE capture_rawevent r SET body = ''::bytea,"
                " state = CASE r.state WHEN 'parked' THEN 'dropped' ELSE r.state END FROM old WHERE r.id = old.id"
                " RETURNING r.id",
                [source.pk, last, now - timedelta(days=days), BATCH],
            )
            ids = [int(row[0]) for row in cursor.fetchall()]
        total += len(ids)
        if len(ids) < BATCH:
            return total
        last = max(ids)


def expire(source: Source, *, now: datetime) -> int:
    """Blank what the source's retention no longer covers; 0 days = nothing was agreed, so nothing goes by itself."""
    if not source.retention_days:
        return 0
    total, before = 0, now - timedelta(days=source.retention_days)
    while True:
        with transaction.atomic():
            gone = own.expire(source.pk, before=before, limit=BATCH, now=now)
        total += len(gone)
        if len(gone) < BATCH:
            return total


def trim_journal(*, now: datetime) -> int:
    """Delete entries that are older than their class allows."""
    return sum(
        _delete("base_entry", f"at < %s AND {which}", [now - timedelta(days=days)])
        for days, which in JOURNAL_DAYS.values()
    )


def drop_orphans(*, now: datetime) -> int:
    """Delete stored files that nothing points at any more; those of today are left."""
    before = now - timedelta(days=ORPHAN_DAYS)
    total, last = 0, ""
    while True:
        old = Blob.objects.filter(created_at__lt=before, pk__gt=last).order_by("pk")
        names = list(old.values_list("pk", flat=True)[:BATCH])
        total += files.drop_unused_now(names)
        if len(names) < BATCH:
            return total
        last = names[-1]


def carried(names: Sequence[str]) -> set[str]:
    """Those of the files that a message carries which has not left: they stand in its action, not in a foreign key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT one->>'sha256' FROM capture_outgoing,"
            " jsonb_array_elements(coalesce(action->'media', '[]')) AS one"
            " WHERE (state IN ('queued', 'sending') OR state IN ('failed', 'unknown')) AND one->>'sha256' = ANY(%s)",
            [list(names)],
        )
        return {row[0] for row in cursor.fetchall()}


def _delete(table: str, which: str, values: list[Any]) -> int:
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            sql = f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {which} LIMIT {BATCH})"  # noqa: S608
            cursor.execute(sql, values)
            count = int(cursor.rowcount)
        total += count
        if count < BATCH:
            return total

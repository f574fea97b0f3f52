"""Receiving: bytes are kept as they came, once, before anything else happens to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from mutuals.base import gate, jobs
from mutuals.base.bulk import insert
from mutuals.base.ids import fit
from mutuals.capture.models import RawEvent
from mutuals.channels.models import Source
from mutuals.connectors.contract import Raw
from mutuals.people import erased

ADVANCE = "flow.advance"


class Overtaken(Exception):
    """Somebody was erased since a draw began: what it remembers may name them, so it has to begin again."""


def keep(
    source: Source,
    raws: Sequence[Raw],
    *,
    cursor: tuple[str, Mapping[str, Any]] | None,
    now: datetime,
    is_history: bool = False,
    since: int | None = None,
) -> int:
    """Store raws, the cursor that follows them and the job that opens them in one transaction; returns how many are new.

    A doubled delivery (same source and key) is stored once. `cursor` is (stream, value), None where nothing is counted.
    `is_history`: these were said long ago, and are nobody's turn. `since`: what `erased.last` said before the cursor was
    read that this one follows. Refused (Overtaken), with nothing kept, where somebody was erased after that: the new
    cursor goes on from the old one, which names posts and presences that are remembered no more.
    """
    with transaction.atomic():
        if since is not None:
            gate.enter()
            if erased.last() != since:
                raise Overtaken
        rows = {
            fit(raw.key, 600): (source.pk, fit(raw.key, 600), raw.kind[:60], raw.body, now, is_history) for raw in raws
        }
        columns = ("source_id", "key", "kind", "body", "received_at", "is_history")
        new = insert(RawEvent, columns, list(rows.values()), conflict="(source_id, key) DO NOTHING", returning="id")
        if cursor is not None:
            _move(source, *cursor, now=now)
        if new:
            wake(source.pk)
    return len(new)


def wake(source_id: int) -> None:
    """See to it that the waiting raws of a source are opened; one job a source waits at most."""
    jobs.later(ADVANCE, once=f"advance:{source_id}", lock=f"advance:{source_id}", source_id=source_id)


def cursor_of(source: Source, stream: str) -> dict[str, Any]:
    """How far a stream was read; {} when it never was."""
    row = source.cursors.filter(stream=stream).first()
    return dict(row.value) if row else {}


def _move(source: Source, stream: str, value: Mapping[str, Any], *, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO capture_cursor (source_id, stream, value, changed_at) VALUES (%s, %s, %s::jsonb, %s)"
            " ON CONFLICT (source_id, stream) DO UPDATE SET value = EXCLUDED.value, changed_at = EXCLUDED.changed_at",
            [source.pk, stream[:60], json.dumps(dict(value)), now],
        )

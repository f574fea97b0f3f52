"""A timeline of many profiles, each for its own time: what was said for an organisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from mutuals.history.models import Interaction
from mutuals.history.queries import ALL, Place, Walk, Wanted

Span = tuple[int, datetime | None, datetime | None]
"""A profile, the first moment that counts and the first that no longer does (None = open)."""


def timeline(spans: Sequence[Span], *, wanted: Wanted = ALL, after: Place | None = None, limit: int = 50) -> Walk:
    """The newest interactions within the spans, newest first; as `queries.timeline`, one index scan a span, merged."""
    if not spans:
        return Walk()
    where, values = wanted.where()
    past = " AND (i.occurred_at, i.id) < (%s, %s)" if after else ""
    sql = f"""
        SELECT DISTINCT t.id, t.occurred_at
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS p(id, since, until) CROSS JOIN LATERAL (
            SELECT i.id, i.occurred_at FROM history_interaction i
            WHERE i.profile_id = p.id AND (p.since IS NULL OR i.occurred_at >= p.since)
              AND (p.until IS NULL OR i.occurred_at < p.until){past}{where}
            ORDER BY i.occurred_at DESC, i.id DESC LIMIT %s
        ) t ORDER BY t.occurred_at DESC, t.id DESC LIMIT %s
    """  # noqa: S608  the parts are ours, the values are parameters
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*spans, strict=True)]
        cursor.execute(sql, [*columns, *(after or ()), *values, limit + 1, limit + 1])
        ids = [int(row[0]) for row in cursor.fetchall()]
    return _walk(ids, limit)


def _walk(ids: list[int], limit: int) -> Walk:
    rows = Interaction.objects.filter(pk__in=ids[:limit]).select_related("profile__person__canonical", "by", "channel")
    by_id = {row.pk: row for row in rows}
    ordered = [by_id[number] for number in ids[:limit] if number in by_id]
    after = (ordered[-1].occurred_at, ordered[-1].pk) if len(ids) > limit and ordered else None
    return Walk(ordered, after)

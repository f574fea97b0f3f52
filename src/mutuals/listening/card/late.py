"""Mentions of hours that had been looked at when they came: the early warning rings for them no more, looking back finds them.

An import brings them, a reading of history, and whoever is heard with a delay. What is older than the weeks from which a watch
learns at first was never looked at, and counts as late from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mutuals.base import bulk
from mutuals.listening.models import Topic, Watching

SOON = timedelta(days=1)
"""What comes within a day of its hour is heard as usual, and nothing that one has to look back for."""
_OLDER = (
    "SELECT coalesce(sum(n + aside), 0), min(hour), max(hour) FROM listening_count WHERE version_id = %s AND hour < %s"
)
_CAME = """
SELECT count(*), min(occurred_at), max(occurred_at) FROM listening_mention
WHERE id > %s AND version_id = %s AND occurred_at < %s
"""
_NEWEST = "SELECT coalesce(max(id), 0) FROM listening_mention"
_WAITING = """
SELECT w.late + c.n, least(w.late_since, c.since), greatest(w.late_until, c.until)
FROM listening_watching w JOIN listening_topic t ON t.id = w.topic_id AND t.version_id = w.version_id
LEFT JOIN LATERAL (
    SELECT count(*) AS n, min(m.occurred_at) AS since, max(m.occurred_at) AS until FROM listening_mention m
    WHERE m.id > w.seen_id AND m.version_id = w.version_id AND m.occurred_at < w.until - interval '1 day') c ON true
WHERE w.topic_id = %s
"""


@dataclass(frozen=True, slots=True)
class Late:
    """How many mentions nobody has looked at for bursts, and when the first and the last of them were said."""

    n: int
    since: datetime
    until: datetime


def waiting(topic: Topic) -> Late | None:
    """Those of a topic by now; None of none, and of a topic that is not watched yet."""
    rows = bulk.execute(_WAITING, [topic.pk])
    if not rows or not rows[0][0]:
        return None
    n, since, until = rows[0]
    return Late(int(n), since, until)


def newest() -> int:
    """The number of the newest mention. One that is being written by somebody else may come with a smaller one."""
    return int(bulk.execute(_NEWEST, [])[0][0])


def begin(held: Watching) -> None:
    """A watch begins: what is older than the weeks that it learns from is late."""
    n, since, until = bulk.execute(_OLDER, [held.version_id, held.until])[0]
    held.seen_id, held.late, held.late_since, held.late_until = newest(), int(n), since, until


def note(held: Watching) -> None:
    """Before a watch goes on: add what came since, of hours that it had looked at by then."""
    top = newest()
    if held.seen_id is not None:
        n, since, until = bulk.execute(_CAME, [held.seen_id, held.version_id, held.until - SOON])[0]
        if n:
            held.late += int(n)
            held.late_since = min(filter(None, (held.late_since, since)))
            held.late_until = max(filter(None, (held.late_until, until)))
    held.seen_id = top

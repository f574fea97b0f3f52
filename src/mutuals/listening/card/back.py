"""Looking back: history that came late is watched as it would have been, in the background, and what would have rung is kept.

Nobody is called for what is over: there are no cards of it. What is usual is learned anew where late mentions are of the weeks
that it is learned from, so that the next quiet day is none and the next loud one is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from mutuals.base import bulk, clock, jobs, journal, wake
from mutuals.base.refusals import Refusal
from mutuals.listening.alarm.watch import Marks, Watch
from mutuals.listening.card import late, warn
from mutuals.listening.models import Lookback, State, Topic, Watching
from mutuals.staff.models import User
from mutuals.staff.permissions import require

JOB = "listening.back"
USUAL, LONGEST = timedelta(days=90), timedelta(days=3_650)
"""How far is looked back where nothing came late, and at most."""
KEPT = 200
"""Alarms of one look back that are kept, the newest."""
_PART = timedelta(days=28)
_POSTS = "SELECT coalesce(sum(n + aside), 0) FROM listening_count WHERE version_id = %s AND hour >= %s AND hour < %s"


def begin(topic: Topic, *, by: User, now: datetime, days: int | None = None) -> Lookback:
    """Look back over so many days, else over all that came late; a worker does it. The one that goes on is given back.

    Refused: a topic that is reading history, and more than ten years.
    """
    require(by, "listening.judge", topic)
    if days is not None and not 1 <= days <= LONGEST.days:
        raise Refusal(
            f"From 1 to {LONGEST.days:,} days can be looked back over.",
            fields={"days": f"From 1 to {LONGEST.days:,}."},
        )
    with transaction.atomic():
        row = Topic.objects.select_for_update(no_key=True, of=("self",)).select_related("version").get(pk=topic.pk)
        if row.version is None or row.version.state != State.LIVE:
            raise Refusal("This topic is still reading history. Look back when that is done.")
        held = Lookback.objects.filter(topic=row).first()
        if held is not None and held.ended_at is None and held.version_id == row.version.pk:
            return held
        until = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        since = _since(row, until, days)
        made, _ = Lookback.objects.update_or_create(
            topic=row,
            defaults={
                "version_id": row.version.pk, "since": since, "until": until, "at": since, "read": 0, "rings": [],
                "posts": _posts(row.version.pk, since, until), "allowed": row.budget, "began_at": now, "ended_at": None,
                "by": by,
            },
        )  # fmt: skip
        journal.note("topic.looked_back", row, by=by, since=since.isoformat(), until=until.isoformat())
        jobs.later(JOB, topic_id=row.pk, lock=f"{JOB}:{row.pk}")
        wake.changed("topic", [row.pk])
    return made


def last(topic: Topic) -> Lookback | None:
    """The look back that goes on, or the last one; None where the topic asks otherwise since."""
    rows = Lookback.objects.filter(topic=topic, version_id=topic.version_id or 0)
    return rows.select_related("by").first()


def run(topic_id: int, *, told: Callable[[str, int, int], None] = lambda _step, _done, _of: None) -> None:
    """Job: look back; begun again it begins at the beginning. Four weeks at a time; `told` hears how many posts of how many."""
    row = Lookback.objects.select_related("topic").filter(pk=topic_id, ended_at=None).first()
    if row is None:
        return
    top, at = late.newest(), row.since - warn.BEFORE
    watching, parts = Watch(1, warn.HOUR.total_seconds()), list[Marks]()
    while at < row.until:
        end = min(at + _PART, row.until)
        parts.append(watching.take(warn.counted(row.version_id, at, end), began=at.timestamp()))
        at = end
        read = _posts(row.version_id, row.since, at)
        if not _own(row).update(
            at=max(at, row.since), read=read
        ):  # the topic asks otherwise by now, and somebody began anew
            return
        told("Looking back", read, row.posts)
        wake.changed("topic", [topic_id])
    _, rings = warn.ringing(row.topic, _together(parts), row.allowed, since=row.since)
    with transaction.atomic():
        _own(row).update(rings=[_told(ring) for ring in rings[-KEPT:]], read=row.posts, ended_at=clock.now())
        _looked(row, top)
        wake.changed("topic", [topic_id])


def _own(row: Lookback) -> Any:
    return Lookback.objects.filter(pk=row.pk, ended_at=None, began_at=row.began_at, version_id=row.version_id)


def _since(topic: Topic, until: datetime, days: int | None) -> datetime:
    """From which hour on; of what came late from the midnight (UTC) before the first of it."""
    if days is not None:
        return until - timedelta(days=days)
    came = late.waiting(topic)
    if came is None:
        return until - USUAL
    first = came.since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(min(first, until - timedelta(days=1)), until - LONGEST)


def _posts(version_id: int, since: datetime, until: datetime) -> int:
    return int(bulk.execute(_POSTS, [version_id, since, until])[0][0])


def _told(ring: warn.Ring) -> dict[str, Any]:
    return {
        "since": ring.since.isoformat(),
        "until": ring.until.isoformat(),
        "level": ring.level,
        "words": ring.words,
    }


def _looked(row: Lookback, top: int) -> None:
    """What was late is late no more, but for what is older than was looked at, and for what came meanwhile."""
    held = Watching.objects.select_for_update().filter(topic=row.topic_id, version_id=row.version_id).first()
    if held is None:
        return
    came = late.waiting(row.topic)
    if came is not None and came.until >= row.until - warn.LEARN:
        held.until, held.usual, held.standing, held.strictness = row.until - warn.LEARN, {}, {}, 0.0
        jobs.later(warn.JOB, once=warn.JOB)
    older = came is not None and came.since < row.since
    held.late = min(came.n, _posts(row.version_id, came.since - warn.HOUR, row.since)) if came and older else 0
    held.late_since, held.late_until = (came.since, row.since) if came and held.late else (None, None)
    held.seen_id = top
    held.save()


def _together(parts: list[Marks]) -> Marks:
    """Marks of stretches that follow upon each other as one; there is one at least, as the weeks before are read too."""
    by_stream = {
        name: np.concatenate([getattr(one, name) for one in parts], axis=1)
        for name in ("marks", "values", "expected", "chances")
    }
    by_step = {
        name: np.concatenate([getattr(one, name) for one in parts]) for name in ("times", "doubled", "parts", "known")
    }
    return Marks(step=parts[0].step, **by_stream, **by_step)

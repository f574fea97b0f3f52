"""Early warning over the counts of each topic, hour by hour: what is unusual becomes a card. A job, once an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import transaction

from mutuals.base import bulk
from mutuals.listening import cards
from mutuals.listening.alarm import budget
from mutuals.listening.alarm.verdict import Incident, Level, judge
from mutuals.listening.alarm.watch import Counts, Stream, Watch
from mutuals.listening.models import CardKind, State, Topic, Watching

JOB = "listening.warn"
HOUR = timedelta(hours=1)
LEARN = timedelta(weeks=12)
"""How much history is read when a topic is watched for the first time."""
OLD = timedelta(days=1)
"""Bursts that ended longer ago are history, and nobody's card."""
_WORDS = {
    Stream.VOLUME: "{value:,.0f} mentions in an hour, usually {expected:,.1f}",
    Stream.NEGATIVE: "{percent:.0f} % of mentions are negative, usually {usual:.0f} %",
    Stream.SPREAD: "{value:,.0f} people pass negative mentions on, usually {expected:,.1f}",
    Stream.REACH: "Negative mentions reach {value:,.0f} times an average author, usually {expected:,.1f}",
}


def watch_all(*, now: datetime) -> int:
    """Job: look at all topics up to the last whole hour; returns how many cards stand for what goes on."""
    rows = Topic.objects.filter(archived_at=None, version__state=State.LIVE).select_related("version")
    return sum(watch(topic, now=now) for topic in rows)


@transaction.atomic
def watch(topic: Topic, *, now: datetime) -> int:
    """The same of one topic. Hours that were looked at are not looked at again; a new version is learned anew."""
    if topic.version is None:
        return 0
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    held = Watching.objects.select_for_update().filter(topic=topic).first()
    if held is None or held.version_id != topic.version.pk:
        held = Watching(
            topic=topic, version_id=topic.version.pk, until=end - LEARN, strictness=0.0, usual={}, standing={}
        )
    if held.until >= end:
        return 0
    watching = Watch.restored(held.usual) if held.usual else Watch(1, HOUR.total_seconds())
    counts = _counts(topic.version.pk, held.until, end)
    marks = watching.take(counts, began=held.until.timestamp())
    if not held.strictness:
        held.strictness = float(budget.replay(marks, budget.read(topic.budget)).strictness[0])
    standing = {int(key): Incident.restored(one) for key, one in held.standing.items()}
    ended = judge(marks, np.array([held.strictness]), standing)
    made = sum(_card(topic, one, now=now) for one in [*ended, *standing.values()])
    held.usual, held.until = watching.saved(), end
    held.standing = {str(key): one.saved() for key, one in standing.items()}
    held.save()
    return made


_COUNTED = """
SELECT extract(epoch FROM hour)::bigint, sum(n), coalesce(sum(n) FILTER (WHERE mood = 'negative'), 0)
FROM listening_count WHERE version_id = %s AND hour >= %s AND hour < %s GROUP BY hour
"""


def _counts(version_id: int, since: datetime, until: datetime) -> Counts:
    """Posts and negatives hour by hour; before the first mention that is known nothing is, so those hours are unknown."""
    steps = int((until - since) / HOUR)
    posts, negatives = np.zeros((steps, 1)), np.zeros((steps, 1))
    rows = bulk.execute(_COUNTED, [version_id, since, until])
    for at, n, bad in rows:
        place = int(at - since.timestamp()) // 3_600
        posts[place, 0], negatives[place, 0] = n, bad
    first = bulk.execute("SELECT min(hour) FROM listening_count WHERE version_id = %s", [version_id])[0][0]
    unknown = steps if first is None else max(0, int((first - since) / HOUR))
    posts[:unknown], negatives[:unknown] = np.nan, np.nan
    return Counts(posts, negatives)


def _card(topic: Topic, one: Incident, *, now: datetime) -> int:
    since, last = (datetime.fromtimestamp(at, UTC) for at in (one.began, one.last))
    if last + OLD < now or topic.version is None:
        return 0
    until = last + HOUR
    told = {"value": one.value, "expected": one.expected, "percent": 100 * one.value, "usual": 100 * one.expected}
    words = f"{topic.name}: {_WORDS[one.stream].format(**told)}."
    evidence = {
        "stream": one.stream.name.lower(),
        "value": one.value,
        "expected": one.expected,
        "chance": one.chance,
        "peak": one.peak_at,
        "level": Level(one.level).name.lower(),
    }
    card = cards.raise_(
        CardKind.ALARM,
        f"alarm:{one.began:.0f}",
        topic,
        topic=topic,
        level=int(one.level),
        words=words,
        since=since,
        until=until,
        evidence=evidence,
        touched=cards.touched_between(topic.version.pk, since, until),
        now=now,
    )
    return int(card is not None)

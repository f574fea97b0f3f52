"""Early warning over the counts of each topic, hour by hour: what is unusual becomes a card. A job, once an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import transaction

from mutuals.base import bulk, journal
from mutuals.base.refusals import Refusal
from mutuals.listening.alarm import budget
from mutuals.listening.alarm.chance import in_words
from mutuals.listening.alarm.verdict import Incident, Level, judge
from mutuals.listening.alarm.watch import Counts, Marks, Stream, Watch
from mutuals.listening.card import cards, late
from mutuals.listening.models import CardKind, CardState, State, Topic, Watching
from mutuals.staff.models import User
from mutuals.staff.permissions import require

JOB = "listening.warn"
HOUR = timedelta(hours=1)
LEARN = timedelta(weeks=12)
"""How much history is read when a topic is watched for the first time."""
BEFORE = timedelta(weeks=3)
"""How much of what was before is read to rehearse a stretch of time."""
WEEK = 604_800.0
OLD = timedelta(days=1)
"""Bursts that ended longer ago are history, and nobody's card."""
_WORDS = {
    Stream.VOLUME: "{value:,.0f} mentions in an hour, usually {often}",
    Stream.NEGATIVE: "{percent:.0f} % of mentions are negative, usually {usual:.0f} %",
    Stream.SPREAD: "{value:,.0f} people who said nothing bad for a week do so in an hour, usually {often}",
    Stream.REACH: "{value:,.0f} conversations with negative mentions in an hour, usually {often}",
}
Spans = tuple[tuple[datetime, datetime], ...]
_DAY = 24  # hours that are looked at where nothing is known
_WEEKS, _LEAST_WEEK = 4, 20
"""A topic fell away when the last week has less than half of the least of four before, each of at least twenty mentions."""


def watch_all(*, now: datetime) -> int:
    """Job: look at all topics up to the last whole hour; returns how many cards stand for what goes on."""
    rows = Topic.objects.filter(archived_at=None, version__state=State.LIVE).select_related("version")
    return sum(watch(topic, now=now) for topic in rows)


@transaction.atomic
def watch(topic: Topic, *, now: datetime) -> int:
    """The same of one topic. Hours that were looked at are not looked at again; a new version is learned anew.

    How strict it is follows from the topic's budget, by replay of its own history: at first, when the budget was changed, and
    each week, as there is more history then and people said which alarms were right.
    """
    if topic.version is None:
        return 0
    end = _whole_hour(now)
    held = Watching.objects.select_for_update().filter(topic=topic).first()
    if held is None or held.version_id != topic.version.pk:
        held = Watching(
            topic=topic, version_id=topic.version.pk, until=end - LEARN, strictness=0.0, usual={}, standing={}
        )
        late.begin(held)
    if held.until >= end:
        return 0
    late.note(held)
    is_due = held.allowed != topic.budget or int(held.until.timestamp() // WEEK) != int(end.timestamp() // WEEK)
    watching = Watch.restored(held.usual) if held.usual else Watch(1, HOUR.total_seconds())
    marks = watching.take(counted(topic.version.pk, held.until, end), began=held.until.timestamp())
    if not held.strictness:
        held.strictness, held.allowed = _strictness(topic, marks, topic.budget), topic.budget
    elif is_due:
        history = _marks(topic.version.pk, end - LEARN, end)
        held.strictness, held.allowed = _strictness(topic, history, topic.budget), topic.budget
    standing = {int(key): Incident.restored(one) for key, one in held.standing.items()}
    ended = judge(marks, np.array([held.strictness]), standing)
    made = sum(_card(topic, one, now=now) for one in [*ended, *standing.values()])
    if held.until.date() != end.date():
        made += _drop(topic, end, now=now)
    held.usual, held.until = watching.saved(), end
    held.standing = {str(key): one.saved() for key, one in standing.items()}
    held.save()
    return made


@dataclass(frozen=True, slots=True)
class Ring:
    """An alarm that would have rung: from when until when, how grave, and why in one sentence."""

    since: datetime
    until: datetime
    level: int
    words: str
    peak: datetime


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The last days as they would have been watched with some budget. `steps`: hour, mentions, and negatives among them."""

    allowed: str
    strictness: float
    a_week: float
    weeks: float
    rings: tuple[Ring, ...]
    steps: tuple[tuple[datetime, int, int], ...]


def rehearse(topic: Topic, *, now: datetime, allowed: str = "", days: int = 90) -> Rehearsal:
    """What would have rung in the last days with a budget in words ("" = the topic's own). Nothing is written.

    The weeks before are read too, so that it is known what was usual. What was counted is kept in this process, for each
    version, stretch of hours and budget, until another hour passes or the counts of these hours change. Refused: words that
    say no budget.
    """
    wanted = _read(allowed or topic.budget)
    end = _whole_hour(now)
    since = end - timedelta(days=days)
    if topic.version is None:
        return Rehearsal(wanted.words, 0.0, wanted.a_week, 0.0, (), ())
    stretch = _Stretch(
        topic.version.pk, since, end, tuple(bulk.execute(_STAMP, [topic.version.pk, since - BEFORE, end])[0])
    )
    return _rehearsed(stretch, wanted.words, _acted(topic))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Hours of a version, with what tells that their counts are still the same."""

    version_id: int
    since: datetime
    until: datetime
    stamp: tuple[Any, ...]


@lru_cache(maxsize=64)
def _rehearsed(stretch: _Stretch, allowed: str, acted: Spans) -> Rehearsal:
    marks, steps = _looked_at(stretch)
    strictness, rings = _rung(marks, allowed, acted, since=stretch.since)
    weeks = float(marks.known.sum() * HOUR.total_seconds() / WEEK)
    return Rehearsal(allowed, strictness, budget.read(allowed).a_week, weeks, rings, steps)


@lru_cache(maxsize=16)
def _looked_at(stretch: _Stretch) -> tuple[Marks, tuple[tuple[datetime, int, int], ...]]:
    """How unusual each hour was, and its mentions: the same for every budget, and most of the work."""
    first = stretch.since - BEFORE
    counts = counted(stretch.version_id, first, stretch.until)
    begun = min(_unknown(counts), len(counts.posts) - _DAY)
    marks = Watch(1, HOUR.total_seconds()).take(_from(counts, begun), began=(first + begun * HOUR).timestamp())
    posts, bad = np.nan_to_num(counts.posts[:, 0]), np.nan_to_num(np.asarray(counts.negatives)[:, 0])
    steps = tuple(
        (first + place * HOUR, int(posts[place]), int(bad[place])) for place in range(int(BEFORE / HOUR), len(posts))
    )
    return marks, steps


def ringing(topic: Topic, marks: Marks, allowed: str, *, since: datetime) -> tuple[float, tuple[Ring, ...]]:
    """How strict a budget in words is over these marks, and what would have rung since then; one hour each at least."""
    return _rung(marks, allowed, _acted(topic), since=since)


def _rung(marks: Marks, allowed: str, acted: Spans, *, since: datetime) -> tuple[float, tuple[Ring, ...]]:
    strictness = _strict(marks, allowed, acted)
    standing = dict[int, Incident]()
    found = [*judge(marks, np.array([strictness]), standing), *standing.values()]
    rings = (
        Ring(_at(one.began), _at(one.last) + HOUR, int(one.level), sentence(one), _at(one.peak_at))
        for one in sorted(found, key=lambda one: one.began)
        if one.last >= since.timestamp()
    )
    return strictness, tuple(rings)


def allow(topic: Topic, allowed: str, *, by: User, now: datetime, seen: int | None = None) -> Topic:
    """Bear so many false alarms, in words; from the next hour on it is as strict as that asks.

    Refused: words that say none; and `seen`, the edition of the topic that the writer saw, where somebody changed it since.
    """
    require(by, "topic.edit", topic)
    wanted = _read(allowed)
    with transaction.atomic():
        row = Topic.objects.select_for_update().get(pk=topic.pk)
        if row.budget == wanted.words:
            return row
        if seen is not None and seen != row.edition:
            raise Refusal(f"A colleague changed this topic since you opened it: false alarms are “{row.budget}” now.")
        row.budget, row.changed_at, row.edition = wanted.words, now, row.edition + 1
        row.save(update_fields=["budget", "changed_at", "edition"])
        journal.note("topic.budget", row, by=by, budget=wanted.words)
    return row


def _read(allowed: str) -> budget.Budget:
    try:
        return budget.read(allowed)
    except ValueError as error:
        raise Refusal(str(error), fields={"budget": "Such as: one a month."}) from error


def sentence(one: Incident) -> str:
    """Why it rings, of its least usual hour."""
    often = f"{one.expected:,.1f}" if one.expected >= 1 else "less than one"
    told = {"value": one.value, "often": often, "percent": 100 * one.value, "usual": 100 * one.expected}
    return _WORDS[one.stream].format(**told)


def _whole_hour(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _marks(version_id: int, since: datetime, until: datetime) -> Marks:
    return Watch(1, HOUR.total_seconds()).take(counted(version_id, since, until), began=since.timestamp())


def _strictness(topic: Topic, marks: Marks, allowed: str) -> float:
    """The least strict setting that keeps the budget; what people acted on was no false alarm."""
    return _strict(marks, allowed, _acted(topic))


def _strict(marks: Marks, allowed: str, acted: Spans) -> float:
    real = np.zeros((len(marks.times), 1))
    for since, until in acted:
        real[(marks.times >= since.timestamp()) & (marks.times < until.timestamp())] = 1
    return float(budget.replay(marks, budget.read(allowed), real=real).strictness[0])


def _acted(topic: Topic) -> Spans:
    """When it rang and people acted on it."""
    acted = topic.cards.filter(kind=CardKind.ALARM, state__in=[CardState.ACTED, CardState.DELEGATED])
    return tuple(acted.order_by("pk").values_list("since", "until"))


_STAMP = """
SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE mood = 'negative'), 0), count(*), min(hour)
FROM listening_count WHERE version_id = %s AND hour >= %s AND hour < %s
"""
_COUNTED = """
SELECT extract(epoch FROM hour)::bigint, sum(n), coalesce(sum(n) FILTER (WHERE mood = 'negative'), 0)
FROM listening_count WHERE version_id = %s AND hour >= %s AND hour < %s GROUP BY hour
"""
_SPREAD = """
SELECT extract(epoch FROM date_trunc('hour', b.occurred_at, 'UTC'))::bigint,
    count(*) FILTER (WHERE b.profile_id IS NOT NULL AND (b.before IS NULL OR b.before < b.occurred_at - interval '7 days')),
    count(DISTINCT i.conversation_id)
FROM (
    SELECT interaction_id, profile_id, occurred_at,
        lag(occurred_at) OVER (PARTITION BY profile_id ORDER BY occurred_at, interaction_id) AS before
    FROM listening_mention WHERE version_id = %s AND mood = 'negative' AND aside IN ('', 'copy')
        AND occurred_at >= %s::timestamptz - interval '7 days' AND occurred_at < %s
) b LEFT JOIN history_interaction i ON i.id = b.interaction_id
WHERE b.occurred_at >= %s GROUP BY 1
"""
"""Copies count here: who passes on what others said spreads it. Communities are not known yet: conversations are."""


def _unknown(counts: Counts) -> int:
    """How many steps come before the first that is known; nothing is learned from them, and they take as long as others."""
    return int(np.argmax(np.append(np.isfinite(counts.posts[:, 0]), True)))


def _from(counts: Counts, step: int) -> Counts:
    """The steps from there on."""
    told = (counts.posts, counts.negatives, counts.spread, counts.reach)
    return Counts(*(None if one is None else one[step:] for one in told))  # type: ignore[arg-type]


def counted(version_id: int, since: datetime, until: datetime) -> Counts:
    """What is watched, hour by hour; before the first mention that is known nothing is, so those hours are unknown."""
    steps = int((until - since) / HOUR)
    posts, negatives, spread, reach = (np.zeros((steps, 1)) for _ in range(4))
    for at, n, bad in bulk.execute(_COUNTED, [version_id, since, until]):
        place = int(at - since.timestamp()) // 3_600
        posts[place, 0], negatives[place, 0] = n, bad
    for at, people, talks in bulk.execute(_SPREAD, [version_id, since, until, since]):
        place = int(at - since.timestamp()) // 3_600
        spread[place, 0], reach[place, 0] = people, talks
    first = bulk.execute("SELECT min(hour) FROM listening_count WHERE version_id = %s", [version_id])[0][0]
    unknown = steps if first is None else max(0, int((first - since) / HOUR))
    for one in (posts, negatives, spread, reach):
        one[:unknown] = np.nan
    return Counts(posts, negatives, spread, reach)


_WEEKLY = """
SELECT floor(extract(epoch FROM %s - hour - interval '1 second') / 604800)::int, sum(n) FROM listening_count
WHERE version_id = %s AND hour >= %s::timestamptz - interval '35 days' AND hour < %s GROUP BY 1
"""


def _drop(topic: Topic, end: datetime, *, now: datetime) -> int:
    """A card where people stop speaking of a topic: how many there are now."""
    if topic.version is None:
        return 0
    weeks = dict(bulk.execute(_WEEKLY, [end, topic.version.pk, end, end]))
    least = min(int(weeks.get(number, 0)) for number in range(1, _WEEKS + 1))
    week = int(weeks.get(0, 0))
    if least < _LEAST_WEEK or 2 * week >= least:
        return 0
    year, number, _ = end.isocalendar()
    card = cards.raise_(
        CardKind.DROP,
        f"drop:{year}-{number}",
        topic,
        topic=topic,
        words=f"{topic.name}: {week:,} mentions in seven days, at least {least:,} in each of the four weeks before.",
        since=end - timedelta(days=7),
        until=end,
        evidence={"week": week, "least": least},
        now=now,
    )
    return int(card is not None)


def _card(topic: Topic, one: Incident, *, now: datetime) -> int:
    since, last = (datetime.fromtimestamp(at, UTC) for at in (one.began, one.last))
    if last + OLD < now or topic.version is None:
        return 0
    until = last + HOUR
    words = f"{topic.name}: {sentence(one)}."
    evidence = {
        "stream": one.stream.name.lower(),
        "value": one.value,
        "expected": one.expected,
        "chance": in_words(one.chance, step=HOUR.total_seconds()),
        "streams": [stream.name.lower() for stream in Stream if one.raised[stream] is not None],
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

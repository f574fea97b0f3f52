"""What stands still now: each source against its own habit, each stage against its own queue. Questions only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db.models import Min

from mutuals import connectors
from mutuals.base import bulk
from mutuals.channels.models import Health, Source, SourceState
from mutuals.identity.models import Touched
from mutuals.insights import habit, waits
from mutuals.insights.stages import Stage, Still, lasting
from mutuals.listening.alarm.baseline import HOURS
from mutuals.listening.alarm.chance import Floats
from mutuals.listening.models import Watching

PATIENCE = timedelta(minutes=10)
"""How long events may wait to be opened, and a source that is due to be asked."""
UNSURE = timedelta(hours=1)
"""How long tries of a source may fail, and presences wait to be compared."""
BEHIND = timedelta(hours=3)
"""How far the early warning, which looks once an hour, may be behind."""
_MANY, _SHARE = (
    5,
    0.05,
)  # events put aside on one day from which on a source is said to be misunderstood, and of how many
_LOST, _LOST_SHARE = 10, 0.01
_MOST, _SOME = 10_001, 1_000
_HOUR = timedelta(hours=1)
_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
_WAITING = """
SELECT s.id, w.n, w.since FROM channels_source s, LATERAL (
    SELECT count(*), min(received_at) FROM (
        SELECT received_at FROM capture_rawevent r WHERE r.source_id = s.id AND r.state = 'received' ORDER BY r.id LIMIT %s
    ) r
) w (n, since) WHERE w.n > 0
"""
_ASIDE = """
SELECT source_id, count(*), min(received_at) FROM (
    SELECT source_id, received_at FROM capture_rawevent WHERE state = 'parked' ORDER BY id DESC LIMIT %s
) r WHERE received_at > %s GROUP BY 1
"""
_BY_HOUR = """
SELECT source_id, date_trunc('hour', slot, 'UTC'), sum(arrived - quiet)::bigint, sum(arrived)::bigint, sum(said)::bigint,
    sum(read)::bigint
FROM insights_passage WHERE slot >= %s AND slot <= %s GROUP BY 1, 2 ORDER BY 1, 2
"""
By = Mapping[int, tuple[int, datetime]]
Hours = Mapping[int, list[tuple[datetime, int, int, int, int]]]


def all_still(*, now: datetime) -> list[Still]:
    """All that stands still, one for each source (the earliest stage: what follows from it is not said), then what holds
    up everybody; the oldest first.
    """
    sources = list(Source.objects.exclude(state__in=[SourceState.DRAFT, SourceState.PAUSED]).order_by("pk"))
    hours, queue, aside = by_hour(now=now), waiting(), put_aside(now=now)
    found = [still for source in sources if (still := _first(source, hours, queue, aside, now))]
    return sorted([*found, *_of_all(now)], key=lambda one: (one.since, one.source_id))


def waiting() -> dict[int, tuple[int, datetime]]:
    """By source: how many events wait to be opened (at most 10,001 are counted), and since when the oldest."""
    return {int(pk): (int(many), since) for pk, many, since in bulk.execute(_WAITING, [_MOST])}


def put_aside(*, now: datetime) -> dict[int, tuple[int, datetime]]:
    """By source: how many of the last 24 hours were put aside and still are, among the newest 10,001, and the first."""
    rows = bulk.execute(_ASIDE, [_MOST, now - timedelta(days=1)])
    return {int(pk): (int(many), since) for pk, many, since in rows}


def by_hour(*, now: datetime) -> Hours:
    """By source: hour, messages that brought something, all that arrived, what was said, and what of it was read."""
    found: dict[int, list[tuple[datetime, int, int, int, int]]] = {}
    for pk, *told in bulk.execute(_BY_HOUR, [now - timedelta(weeks=habit.WEEKS), now]):
        found.setdefault(int(pk), []).append((told[0], *(int(one) for one in told[1:])))
    return found


def _first(source: Source, hours: Hours, queue: By, aside: By, now: datetime) -> Still | None:
    """The earliest stage at which this source stands still."""
    mine = hours.get(source.pk, [])
    asked = (
        _refused(source, now),
        _unasked(source, now),
        _silent(source, mine, now),
        _unopened(source, queue, now),
        _misunderstood(source, mine, aside, now),
        _unread(source, mine, now),
    )
    return next((one for one in asked if one is not None), None)


def _refused(source: Source, now: datetime) -> Still | None:
    since = source.last_success_at or source.created_at
    error = f": {source.last_error}" if source.last_error else ""
    if source.state == SourceState.NEEDS_AUTH or source.health == Health.NEEDS_AUTH:
        words = f"{source.name} refuses our sign-in; nothing came since {_clock(since)}{error}"
        return Still(source.pk, Stage.SOURCE, since, words, "Sign in again on the page of the source.")
    if source.health in (Health.DOWN, Health.DEGRADED) and now - since > UNSURE:
        words = f"{source.name} has not answered for {_span(now - since)}{error}"
        to_do = "It is tried again by itself. Look whether its server and our network are up, and whether its address is right."
        return Still(source.pk, Stage.SOURCE, since, words, to_do)
    return None


def _unasked(source: Source, now: datetime) -> Still | None:
    """A source that is drawn, is well as far as is known, and was due long ago."""
    connector = connectors.all_connectors().get(source.connector)
    due = source.next_try_at
    if connector is None or connector.fetch is None or due is None or now - due <= PATIENCE:
        return None
    words = f"{source.name} was to be asked {_span(now - due)} ago, and was not"
    return Still(source.pk, Stage.SOURCE, due, words, "The scheduler or the worker does not run: start Mutuals anew.")


def _silent(source: Source, mine: Sequence[tuple[datetime, int, int, int, int]], now: datetime) -> Still | None:
    if not mine or source.connector == "files":
        return None
    counts, began = counted(mine, now)
    past = (now - now.replace(minute=0, second=0, microsecond=0)) / _HOUR
    found = habit.silence(counts, first=int((began - _MONDAY) / _HOUR) % HOURS, past=past)
    if found is None:
        return None
    since = began + (int(np.flatnonzero(counts)[-1]) + 1) * _HOUR
    words = (
        f"{source.name} has been silent for {lasting(found.hours * 3_600)}, in which about {round(found.usual)} messages "
        "come otherwise"
    )
    connector = connectors.all_connectors().get(source.connector)
    if connector is not None and connector.fetch is None:
        to_do = (
            "Look whether the program that sends to us still runs and has the address and the secret of this source."
        )
        to_do += f" {source.refused_hooks:,} deliveries were refused so far." if source.refused_hooks else ""
    else:
        to_do = (
            "We ask and are answered, without news. Look there whether anything was said, and by which account we look."
        )
    return Still(source.pk, Stage.SOURCE, since, words, to_do)


def counted(mine: Sequence[tuple[datetime, int, int, int, int]], now: datetime) -> tuple[Floats, datetime]:
    """Messages of each hour from the first one on, to the hour that runs; and when the first one began."""
    began = mine[0][0]
    counts = np.zeros(int((now - began) / _HOUR) + 1)
    for hour, many, *_ in mine:
        counts[int((hour - began) / _HOUR)] += many
    return counts, began


def _unopened(source: Source, queue: By, now: datetime) -> Still | None:
    many, since = queue.get(source.pk, (0, now))
    if now - since <= PATIENCE:
        return None
    shown = "more than 10,000" if many >= _MOST else f"{many:,}"
    words = f"{shown} event{'s' * (many != 1)} of {source.name} wait to be opened, the oldest for {_span(now - since)}"
    return Still(
        source.pk, Stage.STORED, since, words, "Look whether a worker runs: “mutuals doctor” says what waits and why."
    )


def _misunderstood(
    source: Source, mine: Sequence[tuple[datetime, int, int, int, int]], aside: By, now: datetime
) -> Still | None:
    many, since = aside.get(source.pk, (0, now))
    came = many + sum(arrived for hour, _, arrived, *_ in mine if hour > now - timedelta(days=1))
    if many < _MANY or many < _SHARE * came:
        return None
    words = f"{many:,} of {came:,} events of {source.name} in 24 hours could not be opened and are put aside"
    to_do = "Read the reasons under Parked events; when the cause is mended, let them be opened again there."
    return Still(source.pk, Stage.STORED, since, words, to_do)


def _unread(source: Source, mine: Sequence[tuple[datetime, int, int, int, int]], now: datetime) -> Still | None:
    lately = [one for one in mine if one[0] > now - timedelta(days=1)]
    said, read = sum(one[3] for one in lately), sum(one[4] for one in lately)
    if said - read < max(_LOST, _LOST_SHARE * said):
        return None
    since = next(one[0] for one in lately if one[3] > one[4])
    words = f"{said - read:,} of {said:,} messages of {source.name} in 24 hours have no reading"
    return Still(source.pk, Stage.READ, since, words, "The log of the worker says why.")


def _of_all(now: datetime) -> Iterator[Still]:
    """What holds up every source."""
    late = {one.stage: one for one in reversed(waits.long(now=now)) if one.stage in (Stage.RULED, Stage.READ)}
    oldest = Touched.objects.order_by("pk").values("at")[:_SOME]  # the newest are compared first
    since = Touched.objects.filter(pk__in=oldest.values("pk")).aggregate(since=Min("at"))["since"]
    if since and now - since > UNSURE:
        words = f"Presences wait to be compared for {_span(now - since)}"
        yield Still(
            0, Stage.LINKED, since, words, "Look whether a worker runs: “mutuals doctor” says what waits and why."
        )
    for stage, wait in sorted(late.items()):
        words = f"{wait.what.capitalize()} ({wait.many}) wait for {_span(now - wait.since)}"
        yield Still(0, stage, wait.since, words, wait.to_do)
    behind = Watching.objects.filter(topic__archived_at=None).aggregate(until=Min("until"))["until"]
    if behind and now - behind > BEHIND:
        words = f"The early warning has read the counts of topics only up to {_clock(behind)}"
        yield Still(0, Stage.REPORTED, behind, words, "Look whether a worker runs; “mutuals topics look” does it now.")


def _span(passed: timedelta) -> str:
    return lasting(passed.total_seconds())


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b, %H:%M} UTC"

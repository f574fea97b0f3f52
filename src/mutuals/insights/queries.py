"""Questions about the way of messages: counts and lags of each source at each stage, by the hour, and what stands still."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta

from mutuals.base import bulk
from mutuals.capture import pace
from mutuals.channels import queries as channels
from mutuals.channels.models import Source, SourceState
from mutuals.identity.models import Touched
from mutuals.insights import still, waits
from mutuals.insights.stages import Stage, Still
from mutuals.insights.waits import Wait
from mutuals.staff.models import User
from mutuals.staff.permissions import require

DAYS = (1, 7)
"""Stretches that can be asked for."""
_MANY = 10_000
_SUMS = """
SELECT source_id, sum(arrived)::bigint, sum(quiet)::bigint, sum(known)::bigint, sum(stored)::bigint, sum(said)::bigint,
    sum(linked)::bigint, sum(read)::bigint, sum(ruled)::bigint, sum(fired)::bigint, sum(met)::bigint, sum(waited)::bigint,
    max(slowest), max(slot)
FROM insights_passage WHERE slot > %s AND slot <= %s GROUP BY 1
"""
_HOURS = """
SELECT date_trunc('hour', slot, 'UTC'), sum(arrived)::bigint, sum(stored)::bigint, sum(read)::bigint, sum(waited)::bigint,
    max(slowest)
FROM insights_passage WHERE slot > %s AND slot <= %s GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many came how far; see `Passage`. `waiting` to be opened and `aside` are those of now, not of the stretch."""

    arrived: int = 0
    quiet: int = 0
    known: int = 0
    stored: int = 0
    said: int = 0
    linked: int = 0
    read: int = 0
    ruled: int = 0
    fired: int = 0
    met: int = 0
    waited: int = 0
    slowest: int = 0

    def __add__(self, other: Counts) -> Counts:
        *sums, _ = (a + b for a, b in zip(astuple(self), astuple(other), strict=True))
        return Counts(*[*sums, max(self.slowest, other.slowest)])

    @property
    def seconds(self) -> float:
        """The longest way of one message."""
        return self.slowest / 1_000

    @property
    def mean(self) -> float | None:
        """Seconds from arrival to the end of the walk; None where nothing came."""
        return self.waited / self.arrived / 1_000 if self.arrived else None


@dataclass(frozen=True, slots=True)
class Line:
    """One source: its counts, what waits now and since when, what was put aside today, the last good look and message."""

    source: Source
    counts: Counts
    waiting: int
    waiting_since: datetime | None
    aside: int
    last_look: datetime | None
    last_message: datetime | None
    still: Still | None


@dataclass(frozen=True, slots=True)
class Hour:
    """What arrived in an hour, and how long it took in the mean and at most (seconds)."""

    at: datetime
    arrived: int
    stored: int
    read: int
    mean: float | None
    slowest: float


@dataclass(frozen=True, slots=True)
class Lineage:
    """The whole page: lines of sources, all together, hours, what stands still, jobs that wait, and who is to be compared."""

    since: datetime
    until: datetime
    lines: list[Line]
    total: Counts
    hours: list[Hour]
    still: list[Still]
    waits: list[Wait]
    touched: int
    touched_since: datetime | None

    @property
    def waiting(self) -> int:
        """Events of all sources that wait to be opened."""
        return sum(line.waiting for line in self.lines)

    @property
    def aside(self) -> int:
        """Events of all sources that were put aside in the last 24 hours."""
        return sum(line.aside for line in self.lines)

    def at(self, stage: Stage) -> int:
        """How many came so far."""
        counts = self.total
        arrived = counts.arrived + self.waiting + self.aside
        return (arrived, counts.stored, counts.linked, counts.read, counts.ruled, counts.met)[stage]


def lineage(viewer: User, *, now: datetime, days: int = 1) -> Lineage:
    """Everything of the last `days` days (1 or 7), counted by the quarter of an hour. Refused to who may not see sources."""
    require(viewer, "source.view")
    since = now - timedelta(days=days if days in DAYS else DAYS[0])
    slots = [pace.slot(since), now]
    sums = {int(row[0]): row[1:] for row in bulk.execute(_SUMS, slots)}
    standing, queue, aside = still.all_still(now=now), still.waiting(), still.put_aside(now=now)
    mine = {one.source_id: one for one in standing}
    lines = []
    for source in channels.visible_to(viewer).exclude(state=SourceState.DRAFT):
        *numbers, last = sums.get(source.pk, ()) or (None,)
        many, waiting_since = queue.get(source.pk, (0, None))
        line = Line(
            source, Counts(*numbers), many, waiting_since, aside.get(source.pk, (0, now))[0], source.last_success_at,
            source.last_item_at or last, mine.get(source.pk),
        )  # fmt: skip
        lines.append(line)
    touched = list(Touched.objects.order_by("pk").values_list("at", flat=True)[: _MANY + 1])
    return Lineage(
        since, now, lines, sum((line.counts for line in lines), Counts()), _hours(since, now, slots), standing,
        waits.long(now=now), len(touched), min(touched, default=None),
    )  # fmt: skip


def _hours(since: datetime, now: datetime, slots: list[datetime]) -> list[Hour]:
    """Each hour of the stretch, those without a message too."""
    told = {row[0]: row[1:] for row in bulk.execute(_HOURS, slots)}
    first = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    found = []
    for step in range(int((now - first) / timedelta(hours=1)) + 1):
        at = first + timedelta(hours=step)
        arrived, stored, read, waited, slowest = told.get(at, (0, 0, 0, 0, 0))
        mean = waited / arrived / 1_000 if arrived else None
        found.append(Hour(at, arrived, stored, read, mean, slowest / 1_000))
    return found

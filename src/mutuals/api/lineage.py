"""From source to report: how far everything came, what stands still, and where jobs wait for long."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._types import Out, Ref
from mutuals.base import clock
from mutuals.insights import queries
from mutuals.insights.queries import Counts, Hour, Line
from mutuals.insights.stages import Stage, Still
from mutuals.insights.waits import Wait

router = Resource("lineage")


class CountsOut(Out):
    """Events that were opened (`arrived`: `quiet` of them with nothing in them, `known` already), new interactions (`stored`).
    Of what others `said` in words: `linked` to somebody we know, `read`, `ruled`, `fired` a rule, `met` a topic. Seconds: the
    whole way."""

    arrived: int
    quiet: int
    known: int
    stored: int
    said: int
    linked: int
    read: int
    ruled: int
    fired: int
    met: int
    seconds_mean: float | None
    seconds_longest: float

    @classmethod
    def of(cls, row: Counts) -> CountsOut:
        """Counts of the stretch."""
        return cls(
            arrived=row.arrived, quiet=row.quiet, known=row.known, stored=row.stored, said=row.said, linked=row.linked,
            read=row.read, ruled=row.ruled, fired=row.fired, met=row.met, seconds_mean=row.mean, seconds_longest=row.seconds,
        )  # fmt: skip


class SourceLineOut(Out):
    """One source. `waiting` to be opened (at most 10,001 are counted) and `aside`, put aside in 24 hours, are of now."""

    source: Ref | None
    counts: CountsOut
    waiting: int
    waiting_since: datetime | None
    aside: int
    last_look: datetime | None
    last_message: datetime | None
    still: bool

    @classmethod
    def of(cls, row: Line) -> SourceLineOut:
        """One line."""
        return cls(
            source=Ref.of(row.source), counts=CountsOut.of(row.counts), waiting=row.waiting, waiting_since=row.waiting_since,
            aside=row.aside, last_look=row.last_look, last_message=row.last_message, still=row.still is not None,
        )  # fmt: skip


class StageHourOut(Out):
    """An hour: what arrived, was stored and read."""

    at: datetime
    arrived: int
    stored: int
    read: int
    seconds_mean: float | None
    seconds_longest: float

    @classmethod
    def of(cls, row: Hour) -> StageHourOut:
        """One hour."""
        return cls(
            at=row.at, arrived=row.arrived, stored=row.stored, read=row.read, seconds_mean=row.mean,
            seconds_longest=row.slowest,
        )  # fmt: skip


class StillOut(Out):
    """What stands still: of a source (null = of all) at a stage, since when, why, and what to do."""

    source_id: int | None
    stage: str
    since: datetime
    words: str
    to_do: str

    @classmethod
    def of(cls, row: Still) -> StillOut:
        """One of them."""
        stage = row.stage.words.lower()
        return cls(source_id=row.source_id or None, stage=stage, since=row.since, words=row.words, to_do=row.to_do)


class WaitOut(Out):
    """Jobs of one kind that wait for long."""

    job: str
    what: str
    many: int
    since: datetime
    to_do: str

    @classmethod
    def of(cls, row: Wait) -> WaitOut:
        """One kind."""
        return cls(job=row.job, what=row.what, many=row.many, since=row.since, to_do=row.to_do)


class LineageOut(Out):
    """All of it. `stages` says how many came so far: source, stored, linked, read, ruled, reported."""

    since: datetime
    until: datetime
    stages: dict[str, int]
    total: CountsOut
    sources: list[SourceLineOut]
    hours: list[StageHourOut]
    still: list[StillOut]
    waits: list[WaitOut]
    to_compare: int
    to_compare_since: datetime | None


@router.read("/lineage", act="source.view", out=LineageOut)
def shown(request: HttpRequest, days: Annotated[Literal[1, 7], Query()] = 1) -> LineageOut:
    """The last 24 hours or seven days, by stage, by source and by hour; what stands still, and where jobs wait."""
    found = queries.lineage(user_of(request), now=clock.now(), days=days)
    return LineageOut(
        since=found.since,
        until=found.until,
        stages={stage.words.lower(): found.at(stage) for stage in Stage},
        total=CountsOut.of(found.total),
        sources=[SourceLineOut.of(line) for line in found.lines],
        hours=[StageHourOut.of(hour) for hour in found.hours],
        still=[StillOut.of(one) for one in found.still],
        waits=[WaitOut.of(one) for one in found.waits],
        to_compare=found.touched,
        to_compare_since=found.touched_since,
    )

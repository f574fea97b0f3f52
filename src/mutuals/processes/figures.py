"""How a process goes: time, rework and drop-out of each step, for one version or for several side by side (C2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mutuals.base.bulk import execute, numbers
from mutuals.processes import steps
from mutuals.processes.models import Process, Version
from mutuals.processes.shape import Step

DAYS = 90
MOST_DAYS = 3_660
MOST = 50_000
"""Movements of one version that are looked at, the newest: more of them would change no median that anybody reads."""
_LEFT = """
WITH p AS (
    SELECT m.* FROM unnest(%s::bigint[]) AS v CROSS JOIN LATERAL (
        SELECT version_id, frm, "to", seconds, in_time, was_again, is_out FROM processes_passage
        WHERE version_id = v AND at >= %s AND at < %s AND frm <> '' ORDER BY at DESC LIMIT %s
    ) AS m
)
SELECT version_id, frm, NULL, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
    count(in_time), count(*) FILTER (WHERE in_time), count(*) FILTER (WHERE was_again), count(*) FILTER (WHERE is_out)
FROM p GROUP BY version_id, frm
UNION ALL SELECT version_id, frm, "to", count(*), NULL, 0, 0, 0, 0 FROM p GROUP BY version_id, frm, "to"
"""
_HERE = """
SELECT version_id, step, count(*), count(*) FILTER (WHERE due_at <= %s) FROM processes_item
WHERE process_id = %s AND state = 'running' AND version_id = ANY(%s::bigint[]) GROUP BY version_id, step
"""


@dataclass(slots=True)
class Line:
    """One step: `left` it in the span; `median` seconds there, as its limit counts; shares from 0 to 1, None = not known.

    `here` stand in it now, `late` of them are late; `ways`: to which step -> share of what went on.
    """

    step: Step
    left: int = 0
    median: float | None = None
    in_time: float | None = None
    rework: float | None = None
    dropped: float | None = None
    here: int = 0
    late: int = 0
    ways: dict[str, float] = field(default_factory=dict)

    @property
    def of_limit(self) -> float | None:
        """The median as a part of the limit."""
        if self.median is None or self.step.limit is None:
            return None
        return self.median / self.step.limit.seconds


@dataclass(frozen=True, slots=True)
class Measured:
    """One version with its steps, in the order in which they are written; ends are left out."""

    version: Version
    lines: list[Line]
    since: datetime
    until: datetime
    most: int = MOST

    @property
    def is_part(self) -> bool:
        """Whether there may be more movements in the span than were looked at."""
        return sum(one.left for one in self.lines) >= self.most

    def line(self, key: str) -> Line | None:
        """The line of a step."""
        return next((one for one in self.lines if one.step.key == key), None)

    @property
    def here(self) -> int:
        """How much runs in it now."""
        return sum(one.here for one in self.lines)


def measured(
    process: Process,
    versions: Sequence[Version],
    *,
    now: datetime,
    days: int = DAYS,
    until: datetime | None = None,
    most: int = MOST,
) -> list[Measured]:
    """Figures of versions of one process, side by side, in two statements; of the newest `most` movements of each."""
    end = until or now
    since = end - timedelta(days=min(max(days, 1), MOST_DAYS))
    keys = numbers({one.pk for one in versions})  # one beside itself is counted once
    found = {
        one.pk: Measured(one, [Line(step) for step in steps.shape_of(one).steps if not step.end], since, end, most)
        for one in versions
    }
    went: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for pk, frm, to, count, median, limited, in_time, again, out in execute(_LEFT, [keys, since, end, most]):
        if to is not None:
            went[pk, frm][to] = count
        elif (line := found[pk].line(frm)) is not None:
            line.left, line.median, line.rework, line.dropped = count, median, again / count, out / count
            line.in_time = in_time / limited if limited else None
    for (pk, frm), ways in went.items():
        if (line := found[pk].line(frm)) is not None:
            line.ways = {to: count / line.left for to, count in ways.items() if to and line.left}
    for pk, step, here, late in execute(_HERE, [now, process.pk, keys]):
        if (line := found[pk].line(step)) is not None:
            line.here, line.late = here, late
    return [found[one.pk] for one in versions]


def beside(first: Measured, second: Measured) -> list[tuple[str, Line | None, Line | None]]:
    """Two versions step by step: (name, before, after); a step that one of them does not have is None there."""
    keys = [one.step.key for one in second.lines] + [
        one.step.key for one in first.lines if not second.line(one.step.key)
    ]
    pairs = [(first.line(key), second.line(key)) for key in keys]
    return [((after or before).step.name, before, after) for before, after in pairs if after or before]  # type: ignore[union-attr]

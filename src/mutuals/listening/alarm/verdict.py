"""From marks to incidents: watch, act, crisis. One incident a burst, and six quiet hours end it.

WATCH: any stream. ACT: the negative share, and volume or spread beside it. CRISIS: ACT, and it doubles twice within three
hours or is at ACT in two communities by itself.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np

from mutuals.listening.alarm.chance import Floats
from mutuals.listening.alarm.watch import LEAST, Marks, Stream

_HOLD = 6 * 3_600
HIGHEST = 8.75
"""What the sum of the negative share can always reach; a stricter setting asks of it no more."""
_PARTS = 2  # communities


def hold(step: float) -> float:
    """Seconds that a stream counts as raised after it was, and that end an incident when nothing is: six hours, or a step."""
    return max(_HOLD, step)


class Level(IntEnum):
    """How grave it is."""

    WATCH = 1
    ACT = 2
    CRISIS = 3


@dataclass(frozen=True, slots=True)
class Incident:
    """One burst of one series. Times are seconds of 1970; `ended` is None while it may go on.

    `raised`: when each stream was last raised, None where never. `reached`: when it came to WATCH, ACT, CRISIS. The
    rest is of the step that was least usual: its stream, its count (or share), what was expected, and the chance.
    """

    series: int
    began: float
    last: float
    level: Level
    raised: tuple[float | None, ...]
    reached: tuple[float | None, ...]
    mark: float
    peak_at: float
    stream: Stream
    value: float
    expected: float
    chance: float
    ended: float | None = None

    def saved(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> Incident:
        """What `saved` gave."""
        lists = {name: tuple(saved[name]) for name in ("raised", "reached")}
        return cls(**{**saved, **lists, "level": Level(saved["level"]), "stream": Stream(saved["stream"])})


def judge(marks: Marks, strictness: Floats, standing: dict[int, Incident]) -> list[Incident]:
    """The incidents that ended in these steps; `standing` (series -> its open one) is brought to their end.

    `strictness` is one number a series. An incident that a caller had not seen before stands with `began` in these steps;
    one that grew has a later time in `reached`.
    """
    asked = np.maximum(np.asarray(strictness, np.float64), LEAST)
    limits = np.stack([np.minimum(asked, HIGHEST) if stream == Stream.NEGATIVE else asked for stream in Stream])
    lit = marks.marks >= limits[:, None, :]
    ended = list[Incident]()
    for place, series in np.argwhere(lit.any(axis=0)).tolist():
        now = float(marks.times[place])
        before = standing.pop(series, None)
        if before is not None and now - before.last > hold(marks.step):
            ended.append(replace(before, ended=before.last + marks.step))
            before = None
        standing[series] = _grown(before, marks, place, series, lit[:, place, series])
    if len(marks.times):
        now = float(marks.times[-1])
        for series in [series for series, one in standing.items() if now - one.last > hold(marks.step)]:
            one = standing.pop(series)
            ended.append(replace(one, ended=one.last + marks.step))
    return sorted(ended, key=lambda one: (one.began, one.series))


def _grown(before: Incident | None, marks: Marks, place: int, series: int, lit: Any) -> Incident:
    """The incident with one more raised step, or a new one."""
    now = float(marks.times[place])
    nothing: tuple[float | None, ...] = (None,) * len(Stream)
    was = before.raised if before else nothing
    raised = tuple(now if lit[stream] else was[stream] for stream in Stream)
    held = [at is not None and now - at <= hold(marks.step) for at in raised]
    level = Level.WATCH
    if held[Stream.NEGATIVE] and (held[Stream.VOLUME] or held[Stream.SPREAD]):
        grave = bool(marks.doubled[place, series]) or marks.parts[place, series] >= _PARTS
        level = Level.CRISIS if grave else Level.ACT
    old = before.reached if before else nothing[: len(Level)]
    reached = tuple(at if at is not None or level < step else now for step, at in zip(Level, old, strict=True))
    if before:
        level = max(level, before.level)
    stream = _of_peak(marks, place, series, lit)
    mark = float(marks.marks[stream, place, series])
    if before and (before.stream, -before.mark) <= (stream, -mark):
        return replace(before, last=now, level=level, raised=raised, reached=reached)
    found = (float(one[stream, place, series]) for one in (marks.values, marks.expected, marks.chances))
    value, expected, chance = found
    began = before.began if before else now
    return Incident(series, began, now, level, raised, reached, mark, now, stream, value, expected, chance)


def _of_peak(marks: Marks, place: int, series: int, lit: Any) -> Stream:
    """Volume says most to people, then share, spread and reach."""
    return next(stream for stream in Stream if lit[stream])

"""Counts of any regular step as even steps of time: the step is found out, finer ones are added up, gaps stay unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from mutuals.connectors.files.work import Refused
from mutuals.listening.alarm.baseline import Ints
from mutuals.listening.alarm.chance import Floats

MOST_STEPS, MOST_COUNTS = 2_000_000, 60_000_000
_MANY_STEPS, _LEAST_SHARE = 20_000, 0.01  # so many steps of which fewer than this share are there: a wrong date
FINEST, COARSEST = 60, 7 * 86_400
"""Seconds of a step that can be watched."""
_HOUR = 3_600
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of the file; empty or None: it is found out. `fields` is ours -> heading; `step` in seconds."""

    fields: Mapping[str, str] = field(default_factory=dict)
    zone: str = ""
    step: float | None = None
    empty_is_zero: bool = False
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class Even:
    """Counts in even steps: `at` and `value` of what is there, `of` the place of its series in `names`; sorted by both.

    `at` counts steps from `began` (seconds of 1970). What is not there is unknown. `brought` is the step of the file.
    """

    names: tuple[str, ...]
    began: float
    step: float
    brought: float
    of: Ints
    at: Ints
    value: Floats
    rows: int
    notes: tuple[str, ...]

    def blocks(self, *, most: int = 1_000_000) -> Iterator[tuple[int, Floats]]:
        """The first series of a block and its counts, steps x series, NaN where nothing is known."""
        steps = int(self.at.max()) + 1
        width = max(1, most // steps)
        for first in range(0, len(self.names), width):
            low, high = np.searchsorted(self.of, (first, first + width))
            block = np.full((steps, min(width, len(self.names) - first)), np.nan)
            block[self.at[low:high], self.of[low:high] - first] = self.value[low:high]
            yield first, block


def evened(
    names: tuple[str, ...], of: Ints, times: Floats, values: Floats, said: Said, rows: int, notes: list[str], name: str
) -> Even:
    """Sorted, added up where a step stands twice, summed into hours where steps are finer."""
    of, times, values = _sorted(of, times, values)
    if said.zone:
        times = _told_apart(of, times, ZoneInfo(said.zone))
        of, times, values = _sorted(of, times, values)
    same = _twice(of, times)
    same[1:] &= values[1:] == values[:-1]
    if same.any():
        notes.append(f"{int(same.sum()):,} rows stand there twice and count once.")
        of, times, values = of[~same], times[~same], values[~same]
    brought = _step(of, times, said, name)
    step = said.step or max(brought, _HOUR)
    if not FINEST <= step <= COARSEST:
        raise Refused(f"Steps of {spell(step)} cannot be watched, only a minute to a week. Say another: --step 1h.")
    origin = float(times.min()) % step if brought == step else 0.0
    place = (
        np.rint if brought == step else np.floor
    )  # a day that begins at midnight there begins at another hour in summer
    steps = place((times - origin) / step)
    first = float(steps.min())
    at = (steps - first).astype(np.int64)
    if at.max() >= MOST_STEPS:
        raise Refused(
            f"{name} goes from {shown(times.min())} to {shown(times.max())}: {int(at.max()):,} steps of {spell(step)}. "
            "One of these dates may be wrong; else say a longer step with --step."
        )
    found = len(np.unique(at))
    if at.max() >= _MANY_STEPS and found < _LEAST_SHARE * at.max() and not said.empty_is_zero:
        raise Refused(
            f"{name} goes from {shown(times.min())} to {shown(times.max())}, and of these {int(at.max()) + 1:,} steps of "
            f"{spell(step)} only {found:,} are there. One of these dates may be wrong; else say a longer step with --step."
        )
    twice = _twice(of, times)
    if twice.any():
        notes.append(f"{int(twice.sum()):,} rows name a time that their series has already; their counts are added.")
    if step != brought:
        notes.append(f"Counts of {spell(brought)} are watched as sums of {spell(step)}; --step chooses another.")
    starts = np.flatnonzero(np.concatenate(([True], (of[1:] != of[:-1]) | (at[1:] != at[:-1]))))
    parts = np.add.reduceat((~twice).astype(np.float64), starts)
    sums = np.add.reduceat(values, starts)
    whole = step / brought
    if whole > 1 and not said.empty_is_zero:  # an hour of which a part is missing
        sums = np.where(parts >= whole / 2, sums * np.maximum(whole / parts, 1), np.nan)
    of, at = of[starts], at[starts]
    of, at, sums = _filled(of, at, sums, said, notes)
    return Even(names, float(first * step + origin), step, brought, of, at, sums, rows, tuple(notes))


def _filled(of: Ints, at: Ints, sums: Floats, said: Said, notes: list[str]) -> tuple[Ints, Ints, Floats]:
    """What is missing between the first and the last of each series: unknown, or zero where somebody says so."""
    ends = np.flatnonzero(np.concatenate((of[1:] != of[:-1], [True])))
    starts = np.concatenate(([0], ends[:-1] + 1))
    spans = at[ends] - at[starts] + 1
    missing = int(spans.sum()) - len(of)
    if not missing:
        return of, at, sums
    share = missing / int(spans.sum())
    if not said.empty_is_zero:
        if share > 0.001:
            notes.append(
                f"{missing:,} steps ({share:.1%}) are missing and taken as unknown. "
                "If a missing row means a count of 0, say --empty zero."
            )
        return of, at, sums
    if int(spans.sum()) > MOST_COUNTS:
        raise Refused(
            f"With its empty steps there are more than {MOST_COUNTS:,} counts. Say a longer step with --step."
        )
    places = np.repeat(np.cumsum(spans) - spans - at[starts], np.diff(np.append(starts, len(of)))) + at
    full = np.zeros(int(spans.sum()))
    full[places] = sums
    whole = np.arange(len(full)) - np.repeat(np.cumsum(spans) - spans - at[starts], spans)
    return np.repeat(of[starts], spans), whole.astype(np.int64), full


def _step(of: Ints, times: Floats, said: Said, name: str) -> float:
    """The step that most neighbours keep; whole multiples of it are gaps."""
    apart = np.diff(times)[(of[1:] == of[:-1]) & (np.diff(times) > 0)]
    if not len(apart):
        if said.step:
            return said.step
        raise Refused(
            f"{name} has one time only, so nobody can tell what is usual. Bring three days of counts at least."
        )
    commonest, number = np.unique(np.round(apart), return_counts=True)
    step = float(commonest[number.argmax()])
    with np.errstate(divide="ignore"):
        even = np.abs(apart / max(step, 1) - np.round(apart / max(step, 1))) < 0.02
    clocks = np.isin(np.round(apart), (23 * _HOUR, 25 * _HOUR)) if step == 24 * _HOUR else np.zeros(len(apart), bool)
    share = float((even | clocks).mean())
    if share < 0.9:
        if said.step:
            return said.step
        raise Refused(
            f"The times of {name} keep no regular step: {share:.0%} follow one of {spell(step)}. "
            "Counts are wanted, one row a step. If each row is a part of one, say --step 1h and they are added up."
        )
    return min(step, said.step) if said.step else step


def spell(step: float) -> str:
    """A step in words: 5 minutes, 1 hour, 1 day."""
    for name, length in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if step >= length and step % length == 0:
            many = round(step / length)
            return f"{many} {name}{'s' if many > 1 else ''}"
    return f"{step:g} seconds"


def shown(moment: float) -> str:
    """A moment as ISO 8601 in UTC."""
    return datetime.fromtimestamp(float(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sorted(of: Ints, times: Floats, values: Floats) -> tuple[Ints, Floats, Floats]:
    order = np.lexsort((values, times, of))
    return of[order], times[order], values[order]


def _twice(of: Ints, times: Floats) -> Bools:
    """Rows whose series has a row of the same time before."""
    twice = np.zeros(len(of), bool)
    twice[1:] = (of[1:] == of[:-1]) & (times[1:] == times[:-1])
    return twice


def _told_apart(of: Ints, times: Floats, zone: ZoneInfo) -> Floats:
    """When clocks go back an hour comes twice under one name: the second row of it is the second hour."""
    twice = _twice(of, times)
    moments = np.unique(times[twice])
    again = [moment for moment in moments[:10_000].tolist() if _comes_twice(moment, zone)]
    return np.where(twice & np.isin(times, again), times + _HOUR, times)


def _comes_twice(moment: float, zone: ZoneInfo) -> bool:
    here = datetime.fromtimestamp(moment, UTC).astimezone(zone)
    later = (here.astimezone(UTC) + timedelta(hours=1)).astimezone(zone)
    return here.replace(tzinfo=None, fold=0) == later.replace(tzinfo=None, fold=0)

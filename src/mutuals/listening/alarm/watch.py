"""Four streams of one topic, each step of time: volume, negative share, spread, reach; how unlike the usual each is.

A mark is a strictness: the highest setting at which that step would still have been an alarm. So history is read once and
any budget is found afterwards (`budget`), and what is an alarm is decided by comparing (`verdict`). At strictness 6 a count
must have a chance below 1e-6, be three times the usual one and at least 10; at 3 below 1e-3, twice and 5; linear between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from mutuals.listening.alarm.baseline import HOURS, Baseline, Ints
from mutuals.listening.alarm.chance import Floats, plain, surprise
from mutuals.listening.alarm.share import Share

LEAST = 2.5
"""Below this strictness nothing is marked."""
_RATIO, _COUNT = (2.0, 3.0), (5.0, 10.0)  # asked at strictness 3 and at 6; beyond it the chance alone decides
_OF_SHARE = 1.8  # of the sum of the negative share is one of strictness: 9 at 5
_LOOK_BACK = 3 * 3_600  # seconds in which a burst that doubles twice is a crisis, and whose counts are read together


class Stream(IntEnum):
    """What is watched; the place of each in `Marks.marks`."""

    VOLUME = 0
    NEGATIVE = 1
    SPREAD = 2
    REACH = 3


@dataclass(frozen=True, slots=True)
class Counts:
    """Steps of time x series, all arrays of one shape; NaN is unknown, None is not watched.

    `posts`, and of them `negatives`; `spread`: who passed negative posts on for the first time; `reach`: the weight in the
    network of those who wrote negatively, in average authors, so that it scatters as a count does. `parts`: in how many
    communities this topic, watched there by itself, is at ACT.
    """

    posts: Floats
    negatives: Floats | None = None
    spread: Floats | None = None
    reach: Floats | None = None
    parts: Floats | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """What was found: stream x steps x series for `marks`, `values`, `expected` and `chances`; `times` begin the steps.

    `doubled`: posts are four times those of three hours before, and of what was usual then. `parts` as in Counts.
    `known`: whether there was a baseline.
    """

    times: Floats
    step: float
    marks: Floats
    values: Floats
    expected: Floats
    chances: Floats
    doubled: Any
    parts: Floats
    known: Any


@dataclass(slots=True)
class Watch:
    """What is usual for `size` series, one count each `step` seconds; goes on where it stopped (`saved`, `restored`).

    `zone` is that of the people who are watched: their week has an hour less in spring, and the watch knows.
    """

    size: int
    step: float
    zone: str = "UTC"
    streams: dict[str, Baseline] = field(default_factory=dict)
    share: Share | None = None
    past: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    sums: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= self.step <= 7 * 86_400:
            raise ValueError(f"Steps of {self.step:g} seconds cannot be watched; from a second to a week they can.")
        if not self.past.size:
            self.past = np.full((max(1, round(_LOOK_BACK / self.step)), self.size), np.nan)

    def take(self, counts: Counts, *, began: float) -> Marks:
        """Mark one step after another and learn from each. `began` is when the first of them began, in seconds of 1970.

        Steps follow upon those taken before; a pause is steps of NaN. One by one gives what all at once gives.
        """
        posts = tidy(counts.posts)
        length = len(posts)
        times = began + np.arange(length, dtype=np.float64) * self.step
        hours = hours_of_week(times, self.zone)
        shape = (len(Stream), length, self.size)
        marks, chances = np.zeros(shape), np.ones(shape)
        values, expected = np.full(shape, np.nan), np.full(shape, np.nan)
        for stream, told in ((Stream.VOLUME, posts), (Stream.SPREAD, counts.spread), (Stream.REACH, counts.reach)):
            if told is not None:
                given = tidy(told)
                mean, scatter, alike = self._usual(stream, given, hours)
                marks[stream], chances[stream] = _mark(given, mean, scatter)
                self._together(stream, given, mean, scatter, alike, marks[stream], chances[stream])
                values[stream], expected[stream] = given, mean
        if counts.negatives is not None:
            self._shares(posts, tidy(counts.negatives), marks, chances, values, expected)
        doubled = self._doubled(posts, expected[Stream.VOLUME])
        parts = np.zeros((length, self.size)) if counts.parts is None else np.nan_to_num(tidy(counts.parts))
        known = np.isfinite(expected[Stream.VOLUME])
        return Marks(times, self.step, marks, values, expected, chances, doubled, parts, known)

    def saved(self) -> dict[str, Any]:
        """The state as JSON takes it."""
        return {
            "size": self.size, "step": self.step, "zone": self.zone, "past": plain(self.past),
            "sums": {name: plain(one) for name, one in self.sums.items()},
            "streams": {name: one.saved() for name, one in self.streams.items()},
            "share": self.share.saved() if self.share else None,
        }  # fmt: skip

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> Watch:
        """What `saved` gave."""
        streams = {name: Baseline.restored(one) for name, one in saved["streams"].items()}
        share = Share.restored(saved["share"]) if saved["share"] else None
        past = np.array(saved["past"], np.float64)
        sums = {name: np.array(one, np.float64) for name, one in saved["sums"].items()}
        return cls(int(saved["size"]), float(saved["step"]), saved["zone"], streams, share, past, sums)

    def _usual(self, stream: Stream, counts: Floats, hours: Ints) -> tuple[Floats, Floats, Floats]:
        name = stream.name.lower()
        if name not in self.streams:
            self.streams[name] = Baseline.fresh(self.size, self.step)
        told = np.empty((3, *counts.shape))
        for place, hour in enumerate(hours.tolist()):
            told[0, place], told[1, place], told[2, place] = self.streams[name].take(counts[place], hour)
        return told[0], told[1], told[2]

    def _together(
        self,
        stream: Stream,
        counts: Floats,
        mean: Floats,
        scatter: Floats,
        alike: Floats,
        marks: Floats,
        chances: Floats,
    ) -> None:
        """Three hours of steps read as one count too, where the last of them is raised as well: a burst that grows slowly.

        Their sum scatters less, and the less so the more alike neighbours are (the variance of a mean of AR(1) steps).
        """
        many = len(self.past)
        if many == 1:
            return
        name = stream.name.lower()
        before = self.sums.get(name, np.full((2, many - 1, self.size), np.nan))
        whole = np.concatenate((before, np.stack((counts, mean))), axis=1)
        self.sums[name] = whole[:, len(counts) :].copy()
        total, usual = np.lib.stride_tricks.sliding_window_view(whole, many, axis=1).sum(axis=-1)
        grown = (1 + alike) / (1 - alike) - 2 * alike * (1 - alike**many) / (many * (1 - alike) ** 2)
        strict, chance = _mark(total, usual, scatter * grown / many)
        with np.errstate(invalid="ignore"):
            better = (strict > marks) & (counts >= _at(LEAST, _RATIO) * mean)
        marks[better], chances[better] = strict[better], chance[better]

    def _shares(self, posts: Floats, negatives: Floats, *into: Floats) -> None:
        marks, chances, values, expected = (one[Stream.NEGATIVE] for one in into)
        self.share = self.share or Share.fresh(self.size, self.step)
        added, total = np.empty_like(posts), np.empty_like(posts)
        for place in range(len(posts)):
            expected[place], added[place], total[place] = self.share.take(negatives[place], posts[place])
        marks[:] = np.where(added > 0, total / _OF_SHARE, 0.0)
        chances[:] = np.exp(-total)  # of one climb of such a sum (Wald 1944)
        values[:] = np.divide(negatives, posts, out=np.full_like(posts, np.nan), where=posts > 0)

    def _doubled(self, posts: Floats, expected: Floats) -> Any:
        """Compares with `past` and keeps its end for the next time."""
        before = np.concatenate((self.past, np.fmax(posts, expected)))
        self.past = before[len(posts) :].copy()
        with np.errstate(invalid="ignore"):
            return posts >= 4 * np.fmax(before[: len(posts)], 1)


def tidy(counts: Floats) -> Floats:
    """Steps x series of float64; what no count can be (negative, NaN, infinite) is unknown."""
    values = np.atleast_2d(np.asarray(counts, np.float64))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where((values >= 0) & (values < np.inf), values, np.nan), np.float64)


def hours_of_week(times: Floats, zone: str) -> Ints:
    """The hour of the week (0: Monday from midnight) in which each moment lies, by the clocks of that zone."""
    place = ZoneInfo(zone)
    hours = np.floor_divide(times, 3_600).astype(np.int64)
    which, back = np.unique(hours // 24, return_inverse=True)
    found = np.empty(len(hours), np.int64)
    shifts = [[_shift(int(day) * 24 + part, place) for part in (0, 12, 23)] for day in which.tolist()]
    steady = np.array([one[0] == one[1] == one[2] for one in shifts], bool)
    first = np.array([one[0] for one in shifts])
    found = np.floor_divide(times + first[back], 3_600).astype(np.int64)
    for index in np.flatnonzero(~steady[back]).tolist():  # the day on which the clocks are set
        found[index] = int((times[index] + _shift(int(hours[index]), place)) // 3_600)
    return np.asarray((found + 3 * 24) % HOURS, np.int64)  # 1970 began on a Thursday


def _shift(hour: int, place: ZoneInfo) -> float:
    """Seconds that the clocks there are ahead of UTC."""
    shift = datetime.fromtimestamp(hour * 3_600, UTC).astimezone(place).utcoffset()
    return shift.total_seconds() if shift else 0.0


def _mark(counts: Floats, mean: Floats, scatter: Floats) -> tuple[Floats, Floats]:
    """Marks and chances. Only what is well above the usual is reckoned."""
    marks, chances = np.zeros_like(counts), np.ones_like(counts)
    with np.errstate(invalid="ignore"):
        which = (counts >= _at(LEAST, _COUNT)) & (counts >= _at(LEAST, _RATIO) * mean)
    if which.any():
        found, usual = counts[which], mean[which]
        strength = surprise(found, usual, scatter[which])
        gates = np.minimum(_strictness(found / usual, _RATIO), _strictness(found, _COUNT))
        marks[which] = np.minimum(strength, gates)
        chances[which] = 10.0 ** -np.minimum(strength, 300)
    return marks, chances


def _at(strictness: float, asked: tuple[float, float]) -> float:
    return asked[0] + (asked[1] - asked[0]) * (strictness - 3) / 3


def _strictness(values: Floats, asked: tuple[float, float]) -> Floats:
    """The strictness at which that much is asked; without end from 6 on."""
    reached = 3 + 3 * (values - asked[0]) / (asked[1] - asked[0])
    return np.asarray(np.where(reached >= 6, np.inf, reached), np.float64)

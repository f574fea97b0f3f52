"""What is usual: a level, how much counts scatter about it, and after six weeks how the week runs. Learned as it goes.

All arrays stand for many series at once; the state is a few numbers each, so that work goes on where it stopped.
Updates are clipped at three standard deviations: a burst must not become the new normal, but what stays does within two
to three weeks. The first days are kept as they are and read together, so that no first value decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mutuals.listening.alarm.chance import LEAST_SCATTER, Floats, plain

Ints = npt.NDArray[np.int64]

WEEK = 7 * 86_400
HOURS = 168
"""Parts of a week that have an expectation of their own once there is a season."""
_FIRST = 3 * 86_400  # seconds that are read together
_FEWEST, _MOST_FIRST = 14, 1_000  # steps of them
_MEMORY = 14 * 86_400  # seconds that the level remembers
_SEASON = 6 * WEEK  # seconds of counts before the week is believed
_KEPT = 0.9  # of what is known of an hour of the week stays when it comes again
_CLIP = 3.0  # standard deviations
_FLOOR = 0.02  # least expected count of a step


@dataclass(slots=True)
class Baseline:
    """What is usual for `size` series of counts, one each `step` seconds. Make it by `fresh` or `restored`."""

    step: float
    first: int
    opening: Floats  # first x series: the counts of the first days, kept until there are enough
    numbers: Floats  # steps seen, level, two pairs for the scatter, three for how one step follows another
    week: Floats  # 2 x HOURS x series: counts and levels of each hour of the week, fading

    @classmethod
    def fresh(cls, size: int, step: float) -> Baseline:
        """Nothing is known yet. The first three days are listened to (14 to 1,000 counts)."""
        first = int(np.clip(_FIRST / step, _FEWEST, _MOST_FIRST))
        return cls(step, first, np.full((first, size), np.nan), np.zeros((9, size)), np.zeros((2, HOURS, size)))

    def take(self, counts: Floats, hour: int) -> tuple[Floats, Floats, Floats]:
        """What was expected in the step that begins in this hour of the week (0 to 167), the scatter, and how alike what
        is beyond the expected is to that of the step before (0 to 0.95); then learn.

        `counts` are those of the step, NaN where nobody knows. NaN comes back while the first days are not over.
        """
        seen, level, *_, product, power, _ = self.numbers
        alike = np.minimum(np.maximum(product / np.maximum(power, 1e-9), 0.0), 0.95)
        is_known, opening = np.isfinite(counts), seen < self.first
        has_season = seen * self.step >= _SEASON
        factor = self._factor(hour)
        mean = np.maximum(np.where(has_season, level * factor, level), _FLOOR)
        excess, square = np.where(has_season, self.numbers[4:6], self.numbers[2:4])
        scatter = np.maximum(excess / np.maximum(square, _FLOOR**2), LEAST_SCATTER)
        doubt = (1 / mean + scatter) / np.maximum(np.minimum(seen, _MEMORY / self.step), 1)
        if opening.any():
            told = np.where(opening, np.nan, mean), scatter + doubt, alike
            self._open(counts, is_known & opening)
            is_known &= ~opening
        else:
            told = mean, scatter + doubt, alike
        self._follow(counts, is_known, hour, mean, scatter, factor)
        return told

    def saved(self) -> dict[str, Any]:
        """The state as JSON takes it."""
        opening = self.opening if np.any(self.numbers[0] < self.first) else self.opening[:0]
        return {"step": self.step, "opening": plain(opening), "numbers": plain(self.numbers), "week": plain(self.week)}

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> Baseline:
        """What `saved` gave."""
        numbers = np.array(saved["numbers"], np.float64)
        made = cls.fresh(numbers.shape[1], float(saved["step"]))
        made.numbers = numbers
        made.week = np.array(saved["week"], np.float64)
        if saved["opening"]:
            made.opening = np.array(saved["opening"], np.float64)
        return made

    def _factor(self, hour: int) -> Floats:
        """How much this hour of the week has of the level, its neighbours counting half, drawn towards 1."""
        level = np.maximum(self.numbers[1], _FLOOR)
        around = self.week[:, hour - 1] + 2 * self.week[:, hour] + self.week[:, (hour + 1) % HOURS]
        return np.asarray((around[0] + level) / (around[1] + level), np.float64)

    def _open(self, counts: Floats, which: npt.NDArray[np.bool_]) -> None:
        """Keep the counts of the first days; where they are complete, read them without the largest."""
        place = self.numbers[0, which].astype(int)
        self.opening[place, np.flatnonzero(which)] = counts[which]
        self.numbers[0, which] += 1
        done = np.flatnonzero(which & (self.numbers[0] >= self.first))
        if not done.size:
            return
        kept = self.opening[:, done]
        high = 2 * np.quantile(kept, 0.8, axis=0) + 3
        kept = np.minimum(kept, high)
        level = np.maximum(kept.mean(axis=0), _FLOOR)
        excess = np.maximum(((kept - level) ** 2).mean(axis=0) - level, 0)
        half = np.full_like(level, 0.5)
        self.numbers[1:, done] = level, excess, level**2, excess, level**2, half, 2 * half, 0 * half

    def _follow(
        self, counts: Floats, which: npt.NDArray[np.bool_], hour: int, mean: Floats, scatter: Floats, factor: Floats
    ) -> None:
        """One step further: level and scatter fade with the memory, the hour of the week with each week."""
        seen, level = self.numbers[0], np.maximum(self.numbers[1], _FLOOR)
        spread = _CLIP * np.sqrt(mean + scatter * mean * mean)
        value = np.where(which, np.minimum(np.maximum(counts, mean - spread), mean + spread), mean)
        share = np.where(which, 1 / np.minimum(seen + 1, _MEMORY / self.step), 0.0)
        within, beyond = level * factor, (value - mean) / mean
        new = np.empty((7, len(seen)))
        new[0] = value - mean + self.numbers[1]
        new[1], new[2] = (value - level) ** 2 - level, level * level
        new[3], new[4] = (value - within) ** 2 - within, within * within
        new[5], new[6] = beyond * self.numbers[8], beyond * beyond
        self.numbers[1:8] += share * (new - self.numbers[1:8])
        self.numbers[8] = np.where(which, beyond, 0.0)
        fade = np.where(which, _KEPT ** min(self.step / 3_600, 1.0), 1.0)
        self.week[:, hour] = self.week[:, hour] * fade + np.where(which, (value, level), 0.0)
        self.numbers[0] += which

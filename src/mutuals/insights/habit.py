"""How a source usually speaks, and whether its silence is unlike it: counts by the hour in, silences out. Pure arithmetic.

A feed that speaks twice a week is not broken after an hour, and a hook that closes at night is not broken at four. So a
silence is weighed by how many messages usually come in its hours of the week, and is told when two things hold: it weighs half
as much again as any other of the eight weeks before it, and chance gives one like it at most once a year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mutuals.listening.alarm import budget
from mutuals.listening.alarm.baseline import HOURS
from mutuals.listening.alarm.chance import LEAST_SCATTER, Floats

WEEKS = 8
"""That are looked back."""
FEWEST, DAYS = 8, 3
"""Messages, and days from the first to the last of them, below which nothing is known of a source."""
FALSE = budget.read("one a year").a_week
_LONGER = 1.5
_BEFORE = 2.0  # weeks that the level is worth beside what an hour of the week brought
_SHORTEST = 1.0  # hours of silence below which nothing is said


@dataclass(frozen=True, slots=True)
class Silence:
    """That a source has been silent for so many `hours`, in which about `usual` messages come otherwise; `chance` of it."""

    hours: float
    usual: float
    chance: float


def silence(counts: Floats, *, first: int, past: float) -> Silence | None:
    """The silence at the end of these counts, if it is unlike the source; None where all is as usual or nobody knows.

    `counts` are those of each hour, the last one still running and `past` of it over (0 to 1); `first` is the hour of the
    week (0 to 167) of the first count. The hours before the first message are not known.
    """
    spoken = np.flatnonzero(counts)
    if counts.sum() < FEWEST or spoken[-1] - spoken[0] < 24 * DAYS:
        return None
    begin, last = int(spoken[0]), int(spoken[-1])
    heard = counts[begin : last + 1]
    usual = _usual(heard, (first + begin) % HOURS)
    expected = usual[(first + begin + np.arange(len(counts) - begin)) % HOURS]
    expected[-1] *= past
    until = len(heard)
    silent = len(expected) - until - 1 + past
    told = np.concatenate(([0.0], np.cumsum(expected)))
    weights = told[spoken[1:] - begin] - told[spoken[:-1] - begin + 1]  # of what lies between two hours with messages
    mine = float(told[-1] - told[until])
    if silent < _SHORTEST or mine <= _LONGER * float(weights.max(initial=0.0)):
        return None
    chance = 10.0 ** -_surprise(heard, expected[:until], expected[until:])
    tries = max(len(spoken) - 1, 1) / max(len(heard) / HOURS, 1 / 7)  # silences a week
    return Silence(silent, mine, chance) if chance * tries <= FALSE else None


def _usual(heard: Floats, first: int) -> Floats:
    """What each hour of the week brings: with its neighbours counting half, drawn towards the level of all hours."""
    place = (first + np.arange(len(heard))) % HOURS
    brought = _beside(np.bincount(place, heard, HOURS).astype(np.float64))
    times = _beside(np.bincount(place, minlength=HOURS).astype(np.float64))
    level = heard.mean()
    return np.asarray((brought + _BEFORE * level) / (times + _BEFORE), np.float64)


def _beside(hours: Floats) -> Floats:
    """Each hour of the week with its neighbours counting half."""
    return np.asarray((np.roll(hours, 1) + 2 * hours + np.roll(hours, -1)) / 4, np.float64)


def _surprise(heard: Floats, expected: Floats, silent: Floats) -> float:
    """-log10 of the chance that nothing comes in the silent hours.

    Each hour is negative binomial with variance e + scatter * e**2, so nothing comes with (1 + scatter * e)**(-1/scatter).
    Hours that follow each other are alike; of so many alike ones, (1 - r) / (1 + r) are worth an hour of their own.
    """
    beyond = heard - expected
    scatter = max(float((beyond**2 - expected).sum() / max((expected**2).sum(), 1e-9)), LEAST_SCATTER)
    power = float((beyond**2).sum())
    alike = min(max(float((beyond[1:] * beyond[:-1]).sum()) / max(power, 1e-9), 0.0), 0.9)
    nothing = np.log1p(scatter * silent).sum() / scatter
    return float(nothing * (1 - alike) / (1 + alike) / np.log(10))

"""How many false alarms somebody wants to bear, in words, turned into a strictness by replay of the own history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from mutuals.listening.alarm.baseline import WEEK, Ints
from mutuals.listening.alarm.chance import Floats
from mutuals.listening.alarm.verdict import HIGHEST, hold
from mutuals.listening.alarm.watch import LEAST, Marks, Stream

LADDER = np.arange(LEAST, 12.01, 0.25)
"""Settings that are tried, from the most to the least talkative."""
_BEFORE = 4.0  # weeks that the table below is worth beside the own history
_NUMBERS = {
    "no": 0,
    "a": 1,
    "an": 1,
    "one": 1,
    "once": 1,
    "two": 2,
    "twice": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "ten": 10,
}
_SPANS = {"day": 1 / 7, "week": 1.0, "fortnight": 2.0, "month": 365.25 / 84, "quarter": 365.25 / 28, "year": 365.25 / 7}
_EACH = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
_WORDS = re.compile(
    r"(\d+(?:\.\d+)?|[a-z]+)\s*(?:times?)?\s*(?:false)?\s*(?:alarms?)?\s*(?:an?|per|each|every|in an?|/)\s*([a-z]+)"
)


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many false alarms a week for one series."""

    a_week: float
    words: str


def read(words: str) -> Budget:
    """The budget that words tell: "at most one false alarm a month", "2 a week", "1/quarter", "monthly".

    Refused: what says no number and no span, less than one in ten years, more than four a day.
    """
    plain = " ".join(words[:100].lower().replace("at most", " ").replace("not more than", " ").split())
    plain = f"one a {_EACH[plain]}" if plain in _EACH else plain
    found = _WORDS.search(plain)
    span = _SPANS.get(found[2].removesuffix("s")) if found else None
    number = _NUMBERS.get(found[1]) if found and not found[1][0].isdigit() else float(found[1]) if found else None
    if number is None or span is None:
        raise ValueError(f"“{words[:60]}” says no budget. Say it as “one a month”, “2 a week” or “1 a quarter”.")
    if not 1 / 522 <= number / span <= 28:
        raise ValueError(f"“{words[:60]}” is no budget that can be kept: from one in ten years to four a day.")
    return Budget(number / span, words.strip()[:100])


@dataclass(frozen=True, slots=True)
class Replay:
    """What the own history says, one number a series: the strictness that keeps the budget, the incidents that it would
    have given, and the weeks that were read.
    """

    strictness: Floats
    incidents: Floats
    weeks: Floats


def replay(marks: Marks, budget: Budget, *, real: Floats | None = None) -> Replay:
    """The least strict setting that would have kept the budget over these steps.

    A short history is not believed alone: it is read together with four weeks of what such settings give on made-up
    streams (`expected_a_week`), and none is believed to be quieter than those. What no chance explains (a burst that
    reaches the end of the ladder) is no false alarm, and neither is what lies in `real` (steps x series, true where
    somebody said that the alarm was right).
    """
    size = marks.marks.shape[2]
    weeks = marks.known.sum(axis=0) * marks.step / WEEK
    highest = marks.marks.copy()
    negative = highest[Stream.NEGATIVE]
    negative[negative >= HIGHEST] = LADDER[-1]
    highest = highest.max(axis=0)
    if real is not None:
        highest = np.where(real, 0.0, highest)
    series, places = np.nonzero((highest >= LADDER[0]).T)
    reached, at = highest[places, series], marks.times[places]
    bursts = np.cumsum(_begins(series, at, marks.step)) - 1
    peaks = np.zeros(len(bursts) and int(bursts[-1]) + 1)
    np.maximum.at(peaks, bursts, reached)
    false = peaks[bursts] < LADDER[-1]
    counted, whole = np.zeros((len(LADDER), size)), np.zeros((len(LADDER), size))
    for place, asked in enumerate(LADDER):
        for which, into in ((reached >= asked) & false, counted), (reached >= asked, whole):
            of, when = series[which], at[which]
            into[place] = np.bincount(of[_begins(of, when, marks.step)], minlength=size)
    table = expected_a_week(LADDER)[:, None]
    keeps = np.maximum(table, (counted + _BEFORE * table) / (weeks + _BEFORE)) <= budget.a_week
    chosen = np.where(keeps.any(axis=0), keeps.argmax(axis=0), len(LADDER) - 1)
    return Replay(LADDER[chosen], whole[chosen, np.arange(size)], weeks)


def _begins(series: Ints, at: Floats, step: float) -> Any:
    """Where an incident begins, in raised steps sorted by series and time."""
    begins = np.ones(len(series), bool)
    begins[1:] = (series[1:] != series[:-1]) | (np.diff(at) > hold(step))
    return begins


def expected_a_week(strictness: Floats) -> Floats:
    """False alarms a week of one series at a strictness, all streams together, as measured on made-up streams."""
    return np.asarray(10.0 ** (2.1 - 0.82 * np.asarray(strictness, np.float64)), np.float64)

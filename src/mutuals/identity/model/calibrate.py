"""From the model's probability to one that keeps its word: of a hundred pairs at 0.9, ninety are one person.

Learned from pairs that people judged: isotonic regression by pooling adjacent violators (Ayer and others, 1955) over bins,
on the scale of log2 odds. The model's own probability is worth a few judgements in each bin, so that little data moves it
little. Beyond what was judged the correction of the nearest bin goes on. Without judgements nothing is changed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp2, log2, sqrt
from typing import Any

FEWEST = 40
"""Judged pairs below which nothing is learned."""
FEWEST_OF_A_KIND = 5
"""As many must be one person, and as many must not."""
_BIN = 20  # judged pairs of one bin, at least
_OWN = 4.0  # judgements that the model's own probability is worth in a bin
_MOST = 40.0  # bits; what is surer is held to be that sure
_SURE = 1.96  # standard deviations: an interval that holds the truth nineteen times in twenty
_FAITH = 2.0  # judgements that the expected error is worth

Judged = tuple[float, bool]
"""The model's probability of a pair, and whether a person said that it is one person."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`knots` are (log2 odds by the model, log2 odds by experience), rising in both; without any nothing is changed."""

    knots: tuple[tuple[float, float], ...] = ()
    judged: int = 0

    def __call__(self, probability: float) -> float:
        """The calibrated probability of the model's; rising with it, in 0 to 1."""
        if not self.knots:
            return probability
        x = _odds(probability)
        place = bisect_right(self.knots, (x, _MOST + 1))
        if place in (0, len(self.knots)):
            at, to = self.knots[0 if place == 0 else -1]
            return _share(x + to - at)
        (left, low), (right, high) = self.knots[place - 1 : place + 1]
        return _share(low + (high - low) * (x - left) / (right - left))

    def told(self) -> dict[str, Any]:
        """As it stands in the model file."""
        return {"knots": [list(knot) for knot in self.knots], "judged": self.judged} if self.knots else {}


def from_told(held: Mapping[str, Any]) -> Calibration:
    """The calibration of a model file. ValueError when its knots do not rise."""
    knots = tuple((float(x), float(y)) for x, y in held.get("knots", ()))
    if any(b[0] <= a[0] or b[1] < a[1] for a, b in pairwise(knots)):
        raise ValueError("the calibration of the model does not rise")
    return Calibration(knots, int(held.get("judged", 0)))


def learn(judged: Iterable[Judged]) -> Calibration:
    """What the judgements teach; nothing when there are too few of them. Their order does not matter."""
    held = sorted((_odds(probability), same) for probability, same in judged)
    same = sum(one for _, one in held)
    if len(held) < FEWEST or min(same, len(held) - same) < FEWEST_OF_A_KIND:
        return Calibration()
    pools = list[tuple[float, float, float]]()  # weight, sum of shares, sum of bits
    for one in _bins(held):
        own = sum(_share(bits) for bits, _ in one) / len(one)
        weight = len(one) + _OWN
        sums = sum(said for _, said in one) + _OWN * own
        pools.append((weight, sums, weight * sum(bits for bits, _ in one) / len(one)))
        while len(pools) > 1 and pools[-2][1] / pools[-2][0] >= pools[-1][1] / pools[-1][0]:
            last = pools.pop()
            pools[-1] = (pools[-1][0] + last[0], pools[-1][1] + last[1], pools[-1][2] + last[2])
    knots = tuple((bits / weight, _odds(sums / weight)) for weight, sums, bits in pools)
    return Calibration(knots, len(held))


def _bins(held: Sequence[tuple[float, bool]]) -> list[list[tuple[float, bool]]]:
    """At least _BIN each, equal ones together, the rest with the last."""
    bins = list[list[tuple[float, bool]]]()
    for one in held:
        if bins and (len(bins[-1]) < _BIN or bins[-1][-1][0] == one[0]):
            bins[-1].append(one)
        else:
            bins.append([one])
    if len(bins) > 1 and len(bins[-1]) < _BIN:
        few = bins.pop()
        bins[-1].extend(few)
    return bins


@dataclass(frozen=True, slots=True)
class Error:
    """What is expected to be wrong among `pairs`: a share, and the interval that holds it nineteen times in twenty."""

    pairs: int
    share: float
    low: float
    high: float
    judged: int


def error_above(threshold: float, pairs: Iterable[float], judged: Iterable[Judged]) -> Error:
    """What accepting all `pairs` (calibrated probabilities) from a threshold on would do wrong.

    Expected by their own probabilities and by how many of the `judged` pairs above the threshold were no pairs; the
    interval is Wilson's (1927). Without judgements it is wide, because then only the model vouches for itself.
    """
    above = [probability for probability in pairs if probability >= threshold]
    seen = [same for probability, same in judged if probability >= threshold]
    own = sum(1 - probability for probability in above) / len(above) if above else 1 - threshold
    number = len(seen) + _FAITH
    share = (seen.count(False) + _FAITH * own) / number
    middle = share + _SURE**2 / (2 * number)
    reach = _SURE * sqrt(share * (1 - share) / number + _SURE**2 / (4 * number**2))
    whole = 1 + _SURE**2 / number
    low, high = max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
    return Error(len(above), share, low, high, len(seen))


def _odds(probability: float) -> float:
    if probability <= 2**-_MOST:
        return -_MOST
    if probability >= 1 - 2**-_MOST:
        return _MOST
    return log2(probability / (1 - probability))


def _share(bits: float) -> float:
    return 1 / (1 + exp2(-min(max(bits, -500.0), 500.0)))

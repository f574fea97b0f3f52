"""How a post of ours will probably do, learned from our own earlier ones. Pure: arrays in, arrays out.

What is told is z = log(1 + reactions). It is expected by a ridge regression on what stands in a post and on when it went out,
and only as far as that would have told our own posts better, each told by the others (leave one out in closed form, with the
diagonal of the hat matrix: Allen 1974): first the channel's average, then the time if it gains enough (`_SURE`), then the words
if they do too. Ranges are the quantiles of what was left (jackknife+, Barber and others 2021): the shape of chance is not
guessed. What is *usual* at an hour is the mean of the posts near it on the circles of day and week, drawn to the channel's
average as if it had `PRIOR` posts more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST = 30
"""Posts below which nothing is said."""
WEEK = 168
"""Hours of a week; hour 0 is Monday, midnight."""
PRIOR = 10
INSIDE = 0.8
"""How many of the posts to come a range should hold."""
_NEAR, _OTHER_DAY = 1.5, 0.25  # hours within which posts count as near; how much those of the other half of the week do
_PARTS = 16  # directions of meaning, at most one for fifteen posts
_SIZES = (1.0, 10.0, 100.0, 1_000.0)  # of the penalty
_SCALES = (0.3, 1.0)  # how far a block of features may go beside the other
_SURE = 1.5  # standard errors that a gain must be worth
_FELT = 0.05  # of log(1 + reactions): what the best hour must be worth beside the worst
_KEPT = 101  # quantiles of what is left over

_SHAPE = ("plain_mean", "plain_scale", "meaning_mean", "turn")
_CURVE = ("weights", "times", "usual", "left")


@dataclass(frozen=True, slots=True)
class Written:
    """Posts as numbers, a row each: `plain` (named counts and marks) and `meaning` (a vector of the text)."""

    plain: Floats
    meaning: Floats

    def __len__(self) -> int:
        return len(self.plain)


@dataclass(frozen=True, slots=True)
class Shape:
    """How features of a channel are centred, scaled, and turned into few directions."""

    plain_mean: Floats
    plain_scale: Floats
    meaning_mean: Floats
    turn: Floats

    @classmethod
    def of(cls, written: Written) -> Shape:
        """From the posts that are learned from."""
        spread = written.plain.std(axis=0)
        middle = written.meaning.mean(axis=0)
        many = min(_PARTS, len(written) // 15, written.meaning.shape[1])
        _, sizes, turn = np.linalg.svd(written.meaning - middle, full_matrices=False)
        scale = float(sizes[0]) / math.sqrt(len(written)) if len(sizes) and sizes[0] > 1e-9 else 1.0
        return cls(written.plain.mean(axis=0), np.where(spread > 1e-9, spread, 1.0), middle, (turn[:many] / scale).T)

    def rows(self, written: Written) -> Floats:
        """One row a post. A draft unlike all posts is read as one at their edge: 3 spreads away."""
        plain = (written.plain - self.plain_mean) / self.plain_scale
        return np.clip(np.hstack([plain, (written.meaning - self.meaning_mean) @ self.turn]), -3, 3)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {name: np.round(getattr(self, name), 5).tolist() for name in _SHAPE}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Shape:
        """From JSON."""
        return cls(*(np.array(told[name], float) for name in _SHAPE))


@dataclass(frozen=True, slots=True)
class Curve:
    """What is expected of one audience. `times` and `usual` have a value for each hour of the week, all in log(1 + reactions).

    `left`: quantiles of what the expectation missed, from the lowest to the highest. `middle` is what a post brings before
    its words (`weights`) and its hour say anything.
    """

    middle: float
    weights: Floats
    times: Floats
    usual: Floats
    left: Floats

    def base(self, rows: Floats) -> Floats:
        """What each row brings, whatever the hour."""
        return self.middle + rows @ self.weights

    def range_of(self, base: float, hour: int) -> Range:
        """What is expected at an hour of the week."""
        return Range.of(base + float(self.times[hour]), self.left, float(self.usual[hour]))

    def best(self, many: int = 3) -> list[int]:
        """The hours of the week that bring most, at least three hours apart; [] where the time makes little difference."""
        if np.ptp(self.times) < _FELT:
            return []
        found = list[int]()
        for hour in np.argsort(-self.times, kind="stable").tolist():
            if all(min(abs(hour - one), WEEK - abs(hour - one)) >= 3 for one in found):
                found.append(int(hour))
            if len(found) == many:
                break
        return found

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"middle": round(self.middle, 4), **{name: np.round(getattr(self, name), 4).tolist() for name in _CURVE}}

    def bare(self) -> Curve:
        """The same for posts whose base is known."""
        return Curve(0.0, np.empty(0), self.times, self.usual, self.left)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Curve:
        """From JSON."""
        return cls(float(told["middle"]), *(np.array(told[name], float) for name in _CURVE))


@dataclass(frozen=True, slots=True)
class Range:
    """Reactions: INSIDE of the posts to come lie from `low` to `high`, both in it; half of them are below `middle`."""

    low: int
    middle: float
    high: int
    usual: float

    @classmethod
    def of(cls, expected: float, left: Floats, usual: float) -> Range:
        """Whole numbers inside the range: between them lie exactly the counts that the quantiles allow."""
        edge = (1 - INSIDE) / 2
        low, middle, high = (
            math.expm1(min(expected + float(np.quantile(left, at)), 50)) for at in (edge, 0.5, 1 - edge)
        )
        least, most = math.ceil(max(low, 0) - 1e-9), math.floor(max(high, 0) + 1e-9)
        if least > most:
            least = most = round(max(middle, 0))
        return cls(least, max(middle, 0.0), most, max(math.expm1(min(usual, 50)), 0.0))


def usual(hours: Ints, z: Floats) -> Floats:
    """What is usual at each hour of the week."""
    near = _near(np.arange(WEEK), hours)
    return np.asarray((near @ z + PRIOR * z.mean()) / (near.sum(axis=1) + PRIOR))


def _near(at: Ints, hours: Ints) -> Floats:
    """How much each post counts for each hour: a bell on the circle of the day, less where one is of the weekend only."""
    angle = 2 * np.pi * (at[:, None] - hours[None]) / 24
    sharp = 1 / (2 * np.pi * _NEAR / 24) ** 2
    is_end = (at // 24 >= 5)[:, None] != (hours // 24 >= 5)[None]
    return np.asarray(np.exp(sharp * (np.cos(angle) - 1)) * np.where(is_end, _OTHER_DAY, 1.0))


def _clock(hours: Ints) -> Floats:
    """Hours of the week as waves of the day and of the week, and the weekend."""
    day, week = 2 * np.pi * hours / 24, 2 * np.pi * hours / WEEK
    waves = [turn(n * day) for n in (1, 2, 3) for turn in (np.sin, np.cos)] + [np.sin(week), np.cos(week)]
    return np.column_stack([*waves, hours // 24 >= 5]).astype(float)


def learn(rows: Floats, hours: Ints, counts: Ints) -> Curve:
    """What posts teach: a row of features each (`Shape.rows`), the hour of the week they went out, and their reactions.

    ValueError: fewer than LEAST.
    """
    if len(rows) < LEAST:
        raise ValueError(f"Too few posts: {len(rows)} of {LEAST}.")
    z = np.log1p(np.maximum(counts, 0).astype(float))
    clock, whole = _clock(hours), _clock(np.arange(WEEK))
    middle = clock.mean(axis=0)
    blocks = ((clock - middle), rows - rows.mean(axis=0))
    miss = _centred_miss(z)
    best: tuple[Floats, Floats, Floats] = (miss, np.zeros(clock.shape[1]), np.zeros(rows.shape[1]))
    for scales in (((1.0, 0.0),), tuple(product(_SCALES, _SCALES))):
        found = min(
            (_fit(blocks, scale, size, z) for scale in scales for size in _SIZES), key=lambda one: _loss(one[0])
        )
        gain = best[0] ** 2 - found[0] ** 2
        if gain.mean() > _SURE * gain.std() / math.sqrt(len(z)):
            best = found
    left, of_time, of_words = best
    return Curve(
        float(z.mean() - rows.mean(axis=0) @ of_words),
        of_words,
        (whole - middle) @ of_time,
        usual(hours, z),
        _quantiles(left),
    )


def _centred_miss(z: Floats) -> Floats:
    """What the mean of the others misses of each."""
    return np.asarray((z - z.mean()) * len(z) / (len(z) - 1))


def _loss(left: Floats) -> float:
    return float((left**2).mean())


def _fit(
    blocks: tuple[Floats, Floats], scale: tuple[float, float], size: float, z: Floats
) -> tuple[Floats, Floats, Floats]:
    """What is missed of each post by the others, and the weights of both blocks."""
    x = np.hstack([block * by for block, by in zip(blocks, scale, strict=True)])
    values, vectors = np.linalg.eigh(x.T @ x)
    inverse = vectors / (np.maximum(values, 0) + size) @ vectors.T
    weights = inverse @ (x.T @ (z - z.mean()))
    hat = np.einsum("ij,jk,ik->i", x, inverse, x, optimize=True) + 1 / len(z)
    left = (z - z.mean() - x @ weights) / np.maximum(1 - hat, 0.05)
    many = blocks[0].shape[1]
    return left, weights[:many] * scale[0], weights[many:] * scale[1]


def _quantiles(left: Floats) -> Floats:
    """Of the next one that is missed: the lowest and highest hundredth stand a step outside of what was seen."""
    ordered = np.sort(left)
    places = np.linspace(0, 1, _KEPT) * (len(ordered) + 1) - 1
    return np.asarray(np.interp(places, np.arange(len(ordered)), ordered))


def better(one: float, other: float, left: Floats) -> float:
    """How probable it is that the one does better than the other; equal numbers count half."""
    a, b = one + left[:, None], other + left[None]
    return float((a > b).mean() + (a == b).mean() / 2)

"""Strangers who have something in common for a reason: namesakes of one town, those who live together, colleagues of one
switchboard, a family with one address of mail. No clue of theirs is independent of the others, as a model has to hold.

No such circle is named here. Every two things that pairs agree on make one, and the file itself tells whether more
strangers meet in it than chance explains, and what else they then have in common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log2
from typing import Any

import numpy as np

from mutuals.identity.model.comparisons import Comparison
from mutuals.identity.model.file import Model
from mutuals.identity.model.train import M_PAIRS, U_PAIRS

AGREES = 2.0
"""Bits from which a pair agrees on something."""
FEWEST, MOST = 20, 20_000
"""Pairs of a circle below which it teaches nothing, and of which at most it is learned."""
BEYOND = 1.0
"""Bits that strangers are commoner in a circle than chance explains before it counts."""
_ROUNDS, _STILL, _HALVINGS = 60, 0.001, 40
_BITS = 60.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """`bits` of pairs, the prior among them; `levels` (pairs x comparisons, int8) says which level of each comparison holds
    (-1: nothing is known, or it says nothing), `rare` (pairs x those of `rarely`) the bits of how rare a value is."""

    left: Any
    right: Any
    bits: Any
    levels: Any
    rare: Any
    rarely: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a circle is learned from: `own` are bits of the prior and what makes the circle, `levels` and `rare` the rest by
    comparison."""

    own: Any
    levels: Mapping[int, Any]
    rare: Mapping[int, Any]


def levels(comparison: Comparison, weights: Any) -> Any:
    """Which level gave each of these weights (int8); -1 where nothing is known, or where the level says nothing."""
    every = np.array([log2((one.m or 1.0) / (one.u or 1.0)) for one in (*comparison.levels, comparison.otherwise)])
    found = np.abs(weights[:, None] - every[None, :]).argmin(axis=1).astype(np.int8)
    found[weights == 0] = -1
    return found


def among(model: Model, pairs: Pairs) -> Any:
    """The bits of the pairs, in which what strangers of a circle have in common says no more than it can.

    Within a circle two classes are told apart by expectation maximisation (Dempster, Laird and Rubin, 1977) from what the
    model says: how many are one person (by the names' own rarity: the prior odds of a pair are its own, less what strangers
    are commoner), how these look, and how strangers of the circle look. Of all circles of a pair the one that says
    least counts, and never more than the model by itself.
    """
    weights = [
        np.array([log2((one.m or 1.0) / (one.u or 1.0)) for one in (*each.levels, each.otherwise)])
        for each in model.comparisons
    ]
    agrees = [np.append(found > AGREES, np.False_)[pairs.levels[:, place]] for place, found in enumerate(weights)]
    least = pairs.bits.copy()
    for circle in combinations(range(len(weights)), 2):
        inside = np.flatnonzero(agrees[circle[0]] & agrees[circle[1]])
        if len(inside) < FEWEST:
            continue
        seen = _seen(model, pairs, inside[:: -(-len(inside) // MOST)], circle, weights)
        commoner, losses = _learned(model.comparisons, seen, weights)
        if commoner < BEYOND:
            continue
        said = pairs.bits[inside] - commoner
        for place, loss in losses.items():
            said -= loss[pairs.levels[inside, place]]
        least[inside] = np.minimum(least[inside], said)
    return least


def _seen(model: Model, pairs: Pairs, rows: Any, circle: Sequence[int], weights: Sequence[Any]) -> _Seen:
    rest = [place for place in range(len(weights)) if place not in circle]
    held = {place: pairs.levels[rows, place] for place in rest}
    rare = {
        place: pairs.rare[rows, pairs.rarely[name]].astype(np.float64) * (held[place] >= 0)
        for place in rest
        if (name := model.comparisons[place].name) in pairs.rarely
    }
    own = pairs.bits[rows].clip(-_BITS, _BITS)
    for place in rest:
        own = own - np.append(weights[place], 0.0)[held[place]] - rare.get(place, 0.0)
    return _Seen(own, held, rare)


def _learned(comparisons: Sequence[Comparison], seen: _Seen, weights: Sequence[Any]) -> tuple[float, dict[int, Any]]:
    """How many bits strangers are commoner here than chance, and by comparison what each level (last: none) says too much."""
    bits = {place: np.append(weights[place], 0.0) for place in seen.levels}
    begun = {place: _begun(comparisons[place]) for place in seen.levels}
    commoner = 0.0
    for _ in range(_ROUNDS):
        said = seen.own - commoner
        for place, held in seen.levels.items():
            said = said + bits[place][held] + seen.rare.get(place, 0.0)
        one = _share(said)
        for place, held in seen.levels.items():
            known = held >= 0
            both = [
                np.bincount(held[known], part[known], len(first)) + worth * first
                for part, first, worth in zip((one, 1 - one), begun[place], (M_PAIRS, U_PAIRS), strict=True)
            ]
            m, u = (number / number.sum() for number in both)
            bits[place] = np.append(np.log2(m / u), 0.0)
        before, commoner = commoner, _commoner(seen.own, float(one.sum()))
        if abs(commoner - before) < _STILL:
            break
    return commoner, {place: (np.append(weights[place], 0.0) - now).clip(0) for place, now in bits.items()}


def _begun(comparison: Comparison) -> tuple[Any, Any]:
    """The shares of levels among pairs of one person and among strangers, as the model has them."""
    every = (*comparison.levels, comparison.otherwise)
    m, u = np.array([one.m or 0.0 for one in every]), np.array([one.u or 0.0 for one in every])
    return m / m.sum(), u / u.sum()


def _commoner(own: Any, persons: float) -> float:
    """The bits by which prior odds have to fall, so that as many pairs as this are one person; none below zero."""
    low, high = 0.0, 2 * _BITS
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _share(own - middle).sum() > persons:
            low = middle
        else:
            high = middle
    return low


def _share(bits: Any) -> Any:
    return 1 / (1 + np.exp2(-bits.clip(-_BITS, _BITS)))

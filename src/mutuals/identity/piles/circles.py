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
SANE = 0.8
"""The share of the expected pairs of one person that a circle mostly of such has to keep; what finds less got lost."""
NAMED = frozenset(("given", "family", "others"))
SHARED = NAMED | {"address", "city", "postcode", "country", "language", "phone"}
"""What relatives share, now and then a given name among it."""
TELLS = ("given", "born")
"""What parts relatives: one of the two at least."""
RELATIVES = 4.2
"""Bits: of twenty pairs that share all that, one is a relative or lives with them, as one would say before any file."""
SELDOM = 0.1
"""The quantile of circles that says how often one person has another given name, or another date of birth, in this file;
those of households say more."""
NAMES_ALONE = 2.0
"""Bits that are asked for in addition where nothing but a name speaks."""
ALIKE = 2
"""The first level of an address that is but alike."""
_ROUNDS, _FIRST, _STILL, _HALVINGS = 60, 3, 0.001, 40
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
class Expected:
    """Pairs of the whole pool that are one person, and by comparison the share of all pairs in which it is known."""

    persons: float
    known: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a circle is learned from: `own` are bits of the prior and what makes the circle, `levels` and `rare` the rest by
    comparison."""

    own: Any
    levels: Mapping[int, Any]
    rare: Mapping[int, Any]


@dataclass(frozen=True, slots=True)
class _Circle:
    """Bits by which strangers are commoner than chance, pairs that are one person, and by comparison the bits that each
    level says too much (last: none)."""

    commoner: float
    persons: float
    losses: Mapping[int, Any]


def levels(comparison: Comparison, weights: Any) -> Any:
    """Which level gave each of these weights (int8); -1 where nothing is known, or where the level says nothing."""
    found = np.abs(weights[:, None] - _bits(comparison)[None, :-1]).argmin(axis=1).astype(np.int8)
    found[weights == 0] = -1
    return found


def among(model: Model, pairs: Pairs, expected: Expected) -> Any:
    """The bits of the pairs, in which what strangers have in common says no more than it can; never more than before."""
    held = _Weighing(model.comparisons, pairs, expected)
    found = np.minimum(held.in_circles(), held.of_relatives())
    return held.with_names_alone(found)


class _Weighing:
    def __init__(self, comparisons: Sequence[Comparison], pairs: Pairs, expected: Expected) -> None:
        self._comparisons, self._pairs = comparisons, pairs
        self._weights = [_bits(one) for one in comparisons]
        self._begun = [_shares(one) for one in comparisons]
        self._agrees = [(w > AGREES)[pairs.levels[:, place]] for place, w in enumerate(self._weights)]
        agree = [float(m[w[:-1] > AGREES].sum()) for (m, _), w in zip(self._begun, self._weights, strict=True)]
        self._expected = [
            share * expected.known.get(one.name, 1.0) for one, share in zip(comparisons, agree, strict=True)
        ]
        self._persons = expected.persons

    def in_circles(self) -> Any:
        """Within a circle two classes are told apart by expectation maximisation (Dempster, Laird and Rubin, 1977): how
        many are one person (each pair by the rarity of what it shares, less what strangers are commoner), how these look,
        and how strangers of the circle look. It begins with as many pairs of one person as are expected to agree on both.
        Of all circles of a pair the one that says least counts."""
        least = self._pairs.bits.copy()
        for one, other in combinations(range(len(self._weights)), 2):
            inside = np.flatnonzero(self._agrees[one] & self._agrees[other])
            if len(inside) < FEWEST:
                continue
            step = -(-len(inside) // MOST)
            expected = min(self._persons * self._expected[one] * self._expected[other], float(len(inside)))
            found = self._learned(self._seen(inside[::step], (one, other)), expected / step)
            lost = expected > len(inside) / 2 and found.persons * step < SANE * expected
            if found.commoner >= BEYOND and not lost:
                said = self._pairs.bits[inside] - found.commoner
                for place, loss in found.losses.items():
                    said -= loss[self._pairs.levels[inside, place]]
                least[inside] = np.minimum(least[inside], said)
        return least

    def _seen(self, rows: Any, circle: Sequence[int]) -> _Seen:
        rest = [place for place in range(len(self._weights)) if place not in circle]
        said = {place: self._said(place, rows) for place in rest}
        held = {place: self._pairs.levels[rows, place] for place in rest}
        plain = {place: self._weights[place][held[place]] for place in rest}
        own = self._pairs.bits[rows].clip(-_BITS, _BITS) - sum(said.values())
        return _Seen(own, held, {place: said[place] - plain[place] for place in rest})

    def _said(self, place: int, rows: Any) -> Any:
        """What one comparison says of these pairs, with what is rare about them."""
        held, name = self._pairs.levels[rows, place], self._comparisons[place].name
        said = self._weights[place][held]
        if name in self._pairs.rarely:
            said = said + self._pairs.rare[rows, self._pairs.rarely[name]].astype(np.float64) * (held >= 0)
        return said

    def _learned(self, seen: _Seen, expected: float) -> _Circle:
        bits = {place: self._weights[place] for place in seen.levels}
        commoner, persons = 0.0, 0.0
        for number in range(_ROUNDS):
            said = seen.own - commoner
            for place, held in seen.levels.items():
                said = said + bits[place][held] + seen.rare[place]
            one = _share(said - (0.0 if number else _commoner(said, expected)))
            for place, held in seen.levels.items():
                bits[place] = self._counted(place, held, one)
            persons = float(one.sum())
            before, commoner = commoner, _commoner(seen.own, persons)
            if abs(commoner - before) < _STILL and number >= _FIRST:
                break
        losses = {place: (self._weights[place] - now).clip(0) for place, now in bits.items()}
        return _Circle(commoner, persons, losses)

    def _counted(self, place: int, held: Any, one: Any) -> Any:
        """The bits of the levels, where `one` is the share of each pair that is one person. One person's names differ no
        oftener in a circle than elsewhere: else a household would be taken for one."""
        known, (m0, u0) = held >= 0, self._begun[place]
        m = np.bincount(held[known], one[known], len(m0)) + M_PAIRS * m0
        u = np.bincount(held[known], 1 - one[known], len(u0)) + U_PAIRS * u0
        m, u = m / m.sum(), u / u.sum()
        if self._comparisons[place].name in NAMED and m[-1] > m0[-1]:
            m[:-1] *= (1 - m0[-1]) / (1 - m[-1])
            m[-1] = m0[-1]
        return np.append(np.log2(m / u), 0.0)

    def of_relatives(self) -> Any:
        """Where given names have nothing in common, or dates of birth, all that relatives share says no more than that the
        two are relatives: twins, those who are named after a parent. How often one person's differ is counted."""
        bits = self._pairs.bits.copy()
        for place, one in enumerate(self._comparisons):
            if one.name not in TELLS:
                continue
            differ = np.flatnonzero(self._pairs.levels[:, place] == len(one.levels))
            shared = SHARED | ({"born"} if one.name == "given" else set())
            own = np.zeros(len(differ))
            for number, other in enumerate(self._comparisons):
                if number != place and other.name not in shared:
                    own += self._said(number, differ)
            theirs = bits[differ] - own - self._weights[place][len(one.levels)]
            said = np.minimum(theirs, RELATIVES) + own + self._differing(place)
            bits[differ] = np.minimum(bits[differ], said)
        return bits

    def _differing(self, place: int) -> float:
        """The bits of having nothing in common, by how often pairs that agree on two other things have not."""
        held = self._pairs.levels[:, place]
        differs, (m, u) = len(self._comparisons[place].levels), self._begun[place]
        rates = []
        for one, other in combinations([number for number in range(len(self._weights)) if number != place], 2):
            inside = held[self._agrees[one] & self._agrees[other] & (held >= 0)]
            if len(inside) >= FEWEST:
                rates.append((int((inside == differs).sum()) + 1) / (len(inside) + 2))
        rate = min(m[-1], float(np.quantile(rates, SELDOM))) if rates else m[-1]
        return log2(rate / u[-1])

    def with_names_alone(self, bits: Any) -> Any:
        """More is asked of a pair of which nothing but the name speaks, if anything else could; an address that is alike
        only spells the name."""
        if len({one.family for one in self._comparisons}) < 2:
            return bits
        speaks, spelled = np.zeros(len(bits), dtype=bool), np.zeros(len(bits))
        for place, one in enumerate(self._comparisons):
            if one.family != "name":
                spoken = self._weights[place] > AGREES / 2
                held = self._pairs.levels[:, place]
                if one.name == "email":
                    spoken[ALIKE:] = False
                    spelled = self._weights[place].clip(0)[held] * (held >= ALIKE)
                speaks |= spoken[held]
        return np.where(speaks, bits, bits - NAMES_ALONE - spelled)


def _bits(comparison: Comparison) -> Any:
    """The bits of each level, and none for what is not known."""
    every = (*comparison.levels, comparison.otherwise)
    return np.array([*(log2((one.m or 1.0) / (one.u or 1.0)) for one in every), 0.0])


def _shares(comparison: Comparison) -> tuple[Any, Any]:
    """The shares of levels among pairs of one person and among strangers, as the model has them."""
    every = (*comparison.levels, comparison.otherwise)
    m, u = np.array([one.m or 0.0 for one in every]), np.array([one.u or 0.0 for one in every])
    return m / m.sum(), u / u.sum()


def _commoner(own: Any, persons: float) -> float:
    """The bits by which odds have to fall, so that as many pairs as this are one person; none below zero."""
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

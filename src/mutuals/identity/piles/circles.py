"""Strangers who have something in common for a reason: namesakes of one town, those who live together, colleagues of one
switchboard, a family with one address of mail. No clue of theirs is independent of the others, as a model has to hold.

No such circle is named here. Every two things that pairs agree on make one, and the file itself tells whether more
strangers meet in it than chance explains, and what else they then have in common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
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
HOME = ("address", "phone")
"""What those who live together share and others hardly."""
TELLS = ("given", "born")
"""What parts relatives: one of the two at least."""
ANOTHER, GENERATIONS = "another name", "a generation apart"
"""Levels at which two given names are two, however alike, and two dates of birth those of a parent and a child. What relatives
share then says nothing for one person, however many records of each there are."""
RELATIVES = 4.2
"""Bits: of twenty pairs that share all that, one is a relative or lives with them, as one would say before any file."""
SELDOM = 0.1
"""The quantile of circles that says how often one person has another given name, or another date of birth, in this file;
those of households say more."""
ANYBODYS = frozenset(("city", "country", "language"))
"""What so many have in common that with a name it only makes a namesake."""
ALIKE = 4
"""The first level of an address of mail that is but alike, and no slip of the pen."""
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
    found = np.minimum.reduce([held.in_circles(), held.of_relatives(), held.of_juniors()])
    return held.without_spelling(found)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to agree: which comparison, which pairs do, and the expected share of the pairs of one person."""

    place: int
    holds: Any
    share: float


class _Weighing:
    def __init__(self, comparisons: Sequence[Comparison], pairs: Pairs, expected: Expected) -> None:
        self._comparisons, self._pairs = comparisons, pairs
        self._weights = [_bits(one) for one in comparisons]
        self._begun = [_shares(one) for one in comparisons]
        self._agrees = [(w > AGREES)[pairs.levels[:, place]] for place, w in enumerate(self._weights)]
        self._ways = [way for place in range(len(comparisons)) for way in self._ways_to_agree(place, expected)]
        self._apart = [
            np.array(
                [level.name in (ANOTHER, GENERATIONS, one.otherwise.name) for level in (*one.levels, one.otherwise)]
            )
            for one in comparisons
        ]
        self._persons = expected.persons

    def _ways_to_agree(self, place: int, expected: Expected) -> Iterator[_Way]:
        """The same and nearly the same are two circles: strangers have one address of mail seldom, and alike ones often."""
        speak, (m, _) = self._weights[place][:-1] > AGREES, self._begun[place]
        known = expected.known.get(self._comparisons[place].name, 1.0)
        for chosen in (speak & (np.arange(len(speak)) == 0), speak & (np.arange(len(speak)) > 0)):
            if chosen.any():
                holds = np.append(chosen, False)[self._pairs.levels[:, place]]
                yield _Way(place, holds, float(m[chosen].sum()) * known)

    def in_circles(self) -> Any:
        """Within a circle two classes are told apart by expectation maximisation (Dempster, Laird and Rubin, 1977): how
        many are one person (each pair by the rarity of what it shares, less what strangers are commoner), how these look,
        and how strangers of the circle look. It begins with as many pairs of one person as are expected to agree on both.
        Of all circles of a pair the one that says least counts."""
        least = self._pairs.bits.copy()
        for one, other in combinations(self._ways, 2):
            inside = np.flatnonzero(one.holds & other.holds) if one.place != other.place else ()
            if len(inside) < FEWEST:
                continue
            step = -(-len(inside) // MOST)
            expected = min(self._persons * one.share * other.share, float(len(inside)))
            found = self._learned(self._seen(inside[::step], (one.place, other.place)), expected / step)
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
                bits[place] = self._counted(place, held, one, seen.rare[place])
            persons = float(one.sum())
            before, commoner = commoner, _commoner(seen.own, persons)
            if abs(commoner - before) < _STILL and number >= _FIRST:
                break
        losses = {place: (self._weights[place] - now).clip(0) for place, now in bits.items()}
        return _Circle(commoner, persons, losses)

    def _counted(self, place: int, held: Any, one: Any, rare: Any) -> Any:
        """The bits of the levels, where `one` is the share of each pair that is one person. One person's names differ no
        oftener in a circle than elsewhere: else a household would be taken for one. What is rare about the values counts
        against what strangers of the circle agree on, so that on the average of these it says nothing."""
        known, (m0, u0) = held >= 0, self._begun[place]
        m = np.bincount(held[known], one[known], len(m0)) + M_PAIRS * m0
        u = np.bincount(held[known], 1 - one[known], len(u0)) + U_PAIRS * u0
        m, u = m / m.sum(), u / u.sum()
        if self._comparisons[place].name in NAMED and m[-1] > m0[-1]:
            m[:-1] *= (1 - m0[-1]) / (1 - m[-1])
            m[-1] = m0[-1]
        strangers = (1 - one[known]) * np.exp2(rare[known])
        odd = np.bincount(held[known], strangers, len(u0)) + U_PAIRS * u0
        even = np.bincount(held[known], 1 - one[known], len(u0)) + U_PAIRS * u0
        return np.append(np.log2(m / u * np.maximum(even / odd, 1)), 0.0)

    def of_relatives(self) -> Any:
        """Where given names have nothing in common, or dates of birth, all that relatives share says no more than that the
        two are relatives: twins, those who are named after a parent. How often one person's differ is counted."""
        found, differ, differing = self._pairs.bits.copy(), dict[int, Any](), dict[int, float]()
        for place, one in enumerate(self._comparisons):
            if one.name in TELLS:
                differ[place] = self._differ(place)
                apart = self._apart[place]
                differing[place] = log2(self._differing(place) / self._begun[place][1][apart].sum())
        for place, told in differ.items():
            rows, name = np.flatnonzero(told), self._comparisons[place].name
            own = self._own(rows, SHARED | {"born"}) + self._boxes(rows, names_differ=name == "given")
            parted, lost = np.zeros(len(rows)), np.zeros(len(rows))
            for other, differs in differ.items():
                parted += differing[other] * differs[rows]
                lost += self._said(other, rows) * differs[rows]
            theirs = np.minimum(self._pairs.bits[rows] - own - lost, RELATIVES) + parted
            two = self._pairs.levels[rows, place] != len(self._comparisons[place].levels)
            said = np.where(two, np.minimum(theirs, 0), theirs) + own
            found[rows] = np.minimum(found[rows], said)
        return found

    def _differ(self, place: int) -> Any:
        """The pairs that have nothing in common here. A generation lies only between two of one home: elsewhere years are
        miswritten oftener than a child is born on the day of a parent."""
        held, one = self._pairs.levels[:, place], self._comparisons[place]
        differ = np.append(self._apart[place], False)[held]
        names = [level.name for level in one.levels]
        if GENERATIONS in names:
            differ &= (held != names.index(GENERATIONS)) | self._at_home()
        return differ

    def _at_home(self) -> Any:
        """The pairs that live together, as far as is known."""
        homes = [agrees for agrees, one in zip(self._agrees, self._comparisons, strict=True) if one.name in HOME]
        return np.logical_or.reduce([np.zeros(len(self._pairs.bits), dtype=bool), *homes])

    def of_juniors(self) -> Any:
        """Where one name stands twice in a home, dates of birth tell how often it is a parent's and a child's: of a pair whose
        dates are not both known, what these two share says no more than that."""
        bits, at = self._pairs.bits.copy(), {one.name: place for place, one in enumerate(self._comparisons)}
        if not {"given", "family", "born"} <= set(at):
            return bits
        born, named = self._pairs.levels[:, at["born"]], self._agrees[at["given"]] & self._agrees[at["family"]]
        known = self._differ(at["born"])[named & self._at_home() & (born >= 0)]
        if len(known) < FEWEST:
            return bits
        one, two = self._differing(at["born"]), self._begun[at["born"]][1][self._apart[at["born"]]].sum()
        share = (float(known.mean()) - one) / (two - one)
        if share > 0:
            rows = np.flatnonzero(named & (born < 0))
            own = self._own(rows, SHARED) + self._boxes(rows, names_differ=False)
            bits[rows] = np.minimum(bits[rows], log2(max(1 - share, share / 2**_BITS) / share) + own)
        return bits

    def _own(self, rows: Any, shared: Collection[str]) -> Any:
        """What speaks of these pairs that relatives do not share; addresses of mail are weighed by `_boxes`."""
        shared = {*shared, "email"}
        said = (self._said(place, rows) for place, one in enumerate(self._comparisons) if one.name not in shared)
        return sum(said, np.zeros(len(rows)))

    def _boxes(self, rows: Any, *, names_differ: bool) -> Any:
        """What addresses of mail say of relatives: two of two names have now and then one, and two of one name often two that
        are alike; two of their own speak against."""
        said = np.zeros(len(rows))
        for place, one in enumerate(self._comparisons):
            if one.name == "email":
                said, held = self._said(place, rows), self._pairs.levels[rows, place]
                said = np.where(names_differ | (held >= ALIKE), np.minimum(said, 0), said)
        return said

    def _differing(self, place: int) -> float:
        """How often one person's have nothing in common: as pairs do that agree on two other things."""
        known, differ = self._pairs.levels[:, place] >= 0, self._differ(place)
        most = float(self._begun[place][0][self._apart[place]].sum())
        rates = []
        for one, other in combinations([number for number in range(len(self._weights)) if number != place], 2):
            inside = differ[self._agrees[one] & self._agrees[other] & known]
            if len(inside) >= FEWEST:
                rates.append((int(inside.sum()) + 1) / (len(inside) + 2))
        return min(most, float(np.quantile(rates, SELDOM))) if rates else most

    def without_spelling(self, bits: Any) -> Any:
        """An address of mail that is alike only spells the name, where nothing but name and place speaks besides."""
        speaks, spelled = np.zeros(len(bits), dtype=bool), np.zeros(len(bits))
        for place, one in enumerate(self._comparisons):
            if one.family != "name" and one.name not in ANYBODYS:
                spoken = self._weights[place] > AGREES / 2
                held = self._pairs.levels[:, place]
                if one.name == "email":
                    spoken[ALIKE:] = False
                    spelled = self._weights[place].clip(0)[held] * (held >= ALIKE)
                speaks |= spoken[held]
        return np.where(speaks, bits, bits - spelled)


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

"""What stands behind a number that two share: a habit of the pool itself, learned from pairs that share one. Pure.

`84b` at one place and `842` at the other may be one person or two of a household; which, nobody knows but those who number
themselves. Names and all else say of each pair how likely it is one person, and so what stands behind the number where
it is and where it is not (expectation maximisation, without labels). What a relative shares as well says nothing here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from mutuals.identity.model.card import Row
from mutuals.identity.model.comparisons import Comparison, Level, Test
from mutuals.identity.model.decide import posterior
from mutuals.identity.model.file import DIGITS, Model
from mutuals.identity.model.score import weight

NAME = "behind"
FEWEST = 30.0
"""Pairs of one person, and of two, that a pool must be expected to have before they teach."""
MOST_BITS, _LEAST_BITS = 4.0, 0.1
SHARED = 20
"""Persons who have a number, beyond which it teaches nothing."""
_MOST = 24  # levels
_SEEN = 8.0  # pairs that a level is seen in, at least
_FAITH = 10.0  # pairs by which a level is drawn towards saying nothing
_ROUNDS = 8
Code = tuple[str, str]
"""How the two end, in order: (` handle 2`, ` mail b`)."""


@dataclass(frozen=True, slots=True)
class Met:
    """A presence and a person who share a number: which presence, what stands behind the number, bits of all other clues and
    those that a relative has as well."""

    presence: int
    code: Code
    bits: float
    kin: float


@dataclass(frozen=True, slots=True)
class Habit:
    """The comparison that was learned, and from how many pairs of one person it was, expected."""

    comparison: Comparison
    ones: float


def code(one: Row, other: Row) -> Code | None:
    """What stands behind the longest number that both have, one of them in full; None where they share none."""
    mine, theirs = _ends(one), _ends(other)
    full = {*_many(one, "numbers"), *_many(other, "numbers")}
    shared = [number for number in mine if number in theirs and number in full]
    if not shared:
        return None
    number = max(shared, key=lambda each: (len(each), each))
    left, right = min(product(mine[number], theirs[number]), key=sorted)
    return (left, right) if left <= right else (right, left)


def _ends(row: Row) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for value in _many(row, NAME):
        number, _, end = value.partition(" ")
        found[number].append(f" {end}")
    return found


def _many(row: Row, column: str) -> Sequence[str]:
    held = row.get(column)
    return held if isinstance(held, tuple | list) else ()


def learn(pairs: Sequence[Met], pool: int) -> Habit | None:
    """What the pairs teach; None where they are too few. `pool` is how many persons there are.

    The pairs of one presence exclude each other. Their order does not matter.
    """
    held = defaultdict[int, list[Met]](list)
    for pair in sorted(pairs, key=lambda each: (each.presence, each.code, each.bits, each.kin)):
        held[pair.presence].append(pair)
    bits = dict[Code, tuple[float, float]]()
    for _ in range(_ROUNDS):
        same, all_ = Counter[Code](), Counter[Code]()
        for of_one in held.values():
            _count(of_one, bits, pool, same, all_)
        ones, others = sum(same.values()), sum(all_.values()) - sum(same.values())
        if ones < FEWEST or others < FEWEST:
            return None
        bits = {
            each: _shares(same[each], seen - same[each], ones, others) for each, seen in all_.items() if seen >= _SEEN
        }
    telling = [each for each, shares in bits.items() if abs(weight(_level(each, shares))) >= _LEAST_BITS]
    if not telling:
        return None
    told = sorted(telling, key=lambda each: (-sum(bits[each]), each))[:_MOST]
    return Habit(_comparison({each: bits[each] for each in told}), ones)


def _count(of_one: Sequence[Met], bits: Mapping[Code, tuple[float, float]], pool: int,
           same: Counter[Code], all_: Counter[Code]) -> None:  # fmt: skip
    weighed = [
        pair.bits + weight(_level(pair.code, bits[pair.code])) if pair.code in bits else pair.bits for pair in of_one
    ]
    kin = max(pair.kin for pair in of_one)
    for pair, share in zip(of_one, posterior(weighed, pool=max(pool, len(of_one)), kin=kin), strict=True):
        same[pair.code] += share  # type: ignore[assignment]
        all_[pair.code] += 1


def _shares(same: float, other: float, ones: float, others: float) -> tuple[float, float]:
    """m and u of a level, drawn towards each other where little was seen."""
    both = (same + other) / (ones + others) * _FAITH
    return (same + both) / (ones + _FAITH), (other + both) / (others + _FAITH)


def _comparison(told: Mapping[Code, tuple[float, float]]) -> Comparison:
    levels = sorted(
        (_level(each, shares) for each, shares in told.items()), key=lambda each: (-weight(each), each.name)
    )
    shared: Test = ("any", ("share", "numbers"), ("across_share", "shortened", "numbers"))
    missing: Test = ("any", ("missing", NAME), ("not", shared))
    return Comparison(NAME, missing, tuple(levels), "digits", Level("seldom", ("otherwise",), m=0.5, u=0.5, fixed=True))


def _level(each: Code, shares: tuple[float, float]) -> Level:
    m, u = (float(f"{share:.{DIGITS}g}") for share in shares)
    m = min(max(m, u * 2**-MOST_BITS), u * 2**MOST_BITS, 1.0)
    return Level(" and ".join(end.strip() for end in each), ("parted", NAME, *each), m=m, u=u, fixed=True)


def habit_of(model: Model) -> Comparison | None:
    """What a model has learned."""
    return next((one for one in model.comparisons if one.name == NAME), None)


def with_habit(model: Model, habit: Comparison | None) -> Model:
    """The model with what was learned, in place of what it had."""
    kept = tuple(one for one in model.comparisons if one.name != NAME)
    return replace(model, comparisons=(*kept, habit) if habit is not None else kept)

"""Scoring in process: one row against some, by the model file, without a database. Equal to the batch engine to 1e-6 bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2

from mutuals.identity.model.card import Row
from mutuals.identity.model.comparisons import Comparison, Level, Predicate, Test, columns_of, predicate
from mutuals.identity.model.file import Model

LEAST = 1e-300
MISSING = "missing"
MOST_SHAPES = 500  # sets of columns for which a model is kept ready


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one comparison said: which level held, and its weight in bits (log2 of how much likelier under *one person*)."""

    comparison: str
    level: str
    bits: float
    family: str


@dataclass(frozen=True, slots=True)
class Score:
    """The match weight in bits, with the prior, and what it is made of, in the order of the model; missing ones left out."""

    bits: float
    evidence: tuple[Evidence, ...]


Judge = Callable[[Row, Row], Evidence | None]


class Scorer:
    """A model made ready: tests as predicates, weights as numbers. ValueError for a level without weights."""

    def __init__(self, model: Model) -> None:
        self.prior = log2(model.prior / (1 - model.prior))
        self._comparisons = [
            (comparison, [_evidence(comparison, level) for level in (*comparison.levels, comparison.otherwise)])
            for comparison in model.comparisons
        ]
        self._shapes = dict[frozenset[str], list[Judge]]()

    def score(self, left: Row, right: Row) -> Score:
        """One pair."""
        return self.against(left)(right)

    def against(self, left: Row) -> Callable[[Row], Score]:
        """One row made ready for many: what cannot hold, or is missing, for want of its columns is left out for all."""
        shape = frozenset([column for column, value in left.items() if value is not None])
        judges = self._shapes.get(shape)
        if judges is None:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()
            found = (_judge(comparison, said, shape) for comparison, said in self._comparisons)
            judges = self._shapes[shape] = [judge for judge in found if judge is not None]

        def score(right: Row) -> Score:
            evidence = tuple([found for judge in judges if (found := judge(left, right)) is not None])
            return Score(self.prior + sum([part.bits for part in evidence]), evidence)

        return score


def without(test: Test, shape: frozenset[str]) -> Test | bool:
    """What is left of a test where one row holds these columns alone: what is unknown is not true."""
    kind = test[0]
    if kind in ("all", "any"):
        ends = kind == "any"
        parts = [without(part, shape) for part in test[1:]]
        left = [part for part in parts if not isinstance(part, bool)]
        return ends if ends in parts else (kind, *left) if left else not ends
    if kind == "not":
        part = without(test[1], shape)
        return not part if isinstance(part, bool) else ("not", part)
    if kind == "missing":
        return test if test[1] in shape else True
    return test if not shape.isdisjoint(columns_of(test)) else False


def weight(level: Level) -> float:
    """The bits of a level before its rarity: log2(m / u), as Splink has it."""
    if level.m is None or level.u is None:
        raise ValueError(f"the level {level.name} was never trained")
    return log2(max(level.m, LEAST) / max(level.u, LEAST))


def _evidence(comparison: Comparison, level: Level) -> Evidence:
    return Evidence(comparison.name, level.name, weight(level), comparison.family)


def _judge(comparison: Comparison, said: Sequence[Evidence], shape: frozenset[str]) -> Judge | None:
    """None where the comparison is missing, whatever the other row holds."""
    gap = without(comparison.missing, shape)
    if gap is True:
        return None
    missing = _predicate(gap)
    levels = [(without(level.test, shape), level, one) for level, one in zip(comparison.levels, said, strict=False)]
    steps = [(_predicate(test), level, one) for test, level, one in levels if test is not False]
    differs = said[-1]

    def judge(left: Row, right: Row) -> Evidence | None:
        if missing(left, right):
            return None
        for holds, level, one in steps:
            if holds(left, right):
                if level.tf is None:
                    return one
                return Evidence(one.comparison, one.level, one.bits + _rarity(level, left, right), one.family)
        return differs

    return judge


def _predicate(test: Test | bool) -> Predicate:
    return (lambda _left, _right: test) if isinstance(test, bool) else predicate(test)


def _rarity(level: Level, left: Row, right: Row) -> float:
    """What a rare value adds and a common one takes: share * log2(u / frequency), the commoner of the two sides."""
    if level.tf is None or level.u is None:
        return 0.0
    column = f"tf_{level.tf}"
    known = [float(value) for value in (left.get(column), right.get(column)) if value is not None]  # type: ignore[arg-type]
    if not known:
        return 0.0
    return level.share * (log2(level.u) - log2(max(*known, level.floor)))

"""Scoring in process: one row against some, by the model file, without a database. Equal to the batch engine to 1e-6 bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log2

from mutuals.identity.model.card import Row
from mutuals.identity.model.comparisons import Comparison, Level, Predicate, Test, predicate
from mutuals.identity.model.file import Model

LEAST = 1e-300
MISSING = "missing"


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


Step = tuple[Level, Predicate, float]
Judge = Callable[[Row, Row], Evidence | None]


class Scorer:
    """A model made ready: tests as predicates, weights as numbers. ValueError for a level without weights."""

    def __init__(self, model: Model) -> None:
        self.prior = log2(model.prior / (1 - model.prior))
        self._judges = [(_judge(comparison), _asked(comparison.missing)) for comparison in model.comparisons]

    def score(self, left: Row, right: Row) -> Score:
        """One pair."""
        return self.against(left)(right)

    def against(self, left: Row) -> Callable[[Row], Score]:
        """One row made ready for many: comparisons of which it holds nothing are left out for all of them."""
        judges = [judge for judge, asked in self._judges if not asked or any(left.get(c) is not None for c in asked)]

        def score(right: Row) -> Score:
            evidence = tuple([found for judge in judges if (found := judge(left, right)) is not None])
            return Score(self.prior + sum([part.bits for part in evidence]), evidence)

        return score


def _asked(missing: Test) -> tuple[str, ...]:
    """The columns without any of which on one side a comparison is missing; () where that cannot be told of one side."""
    parts = missing[1:] if missing[0] == "all" else (missing,)
    return tuple(part[1] for part in parts) if all(part[0] == "missing" for part in parts) else ()


def weight(level: Level) -> float:
    """The bits of a level before its rarity: log2(m / u), as Splink has it."""
    if level.m is None or level.u is None:
        raise ValueError(f"the level {level.name} was never trained")
    return log2(max(level.m, LEAST) / max(level.u, LEAST))


def _judge(comparison: Comparison) -> Judge:
    missing = predicate(comparison.missing)
    steps: list[Step] = [(level, predicate(level.test), weight(level)) for level in comparison.levels]
    name, family = comparison.name, comparison.family
    differs = Evidence(name, comparison.otherwise.name, weight(comparison.otherwise), family)

    def judge(left: Row, right: Row) -> Evidence | None:
        if missing(left, right):
            return None
        for level, holds, bits in steps:
            if holds(left, right):
                return Evidence(name, level.name, bits + _rarity(level, left, right), family)
        return differs

    return judge


def _rarity(level: Level, left: Row, right: Row) -> float:
    """What a rare value adds and a common one takes: share * log2(u / frequency), the commoner of the two sides."""
    if level.tf is None or level.u is None:
        return 0.0
    column = f"tf_{level.tf}"
    known = [float(value) for value in (left.get(column), right.get(column)) if value is not None]  # type: ignore[arg-type]
    if not known:
        return 0.0
    return level.share * (log2(level.u) - log2(max(*known, level.floor)))

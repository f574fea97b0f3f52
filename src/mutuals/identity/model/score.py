"""Scoring in process: one row against some, by the model file, without a database. Equal to the batch engine to 1e-6 bits."""

from __future__ import annotations

from collections.abc import Callable
from math import log2
from typing import Any, NamedTuple

from mutuals.identity.model.card import Row
from mutuals.identity.model.comparisons import Comparison, Level
from mutuals.identity.model.compiled import compiled
from mutuals.identity.model.file import Model

LEAST = 1e-300


class Evidence(NamedTuple):
    """What one comparison said: which level held, and its weight in bits (log2 of how much likelier under *one person*)."""

    comparison: str
    level: str
    bits: float
    family: str


class Score(NamedTuple):
    """The match weight in bits, with the prior, and what it is made of, in the order of the model; missing ones left out."""

    bits: float
    evidence: tuple[Evidence, ...]


class Scorer:
    """A model made ready: tests as a function, weights as numbers. ValueError for a level without weights."""

    def __init__(self, model: Model) -> None:
        self.prior = log2(model.prior / (1 - model.prior))
        said = [
            (comparison, [_evidence(comparison, level) for level in (*comparison.levels, comparison.otherwise)])
            for comparison in model.comparisons
        ]
        self._against = compiled(said, _rarer)
        self.rare = {
            (comparison.name, level.name): (one, level, level.tf)
            for comparison, told in said
            for one, level in zip(told, comparison.levels, strict=False)
            if level.tf is not None
        }
        """What is said by levels that weigh by the frequency of a column, without it; and that column."""

    def score(self, left: Row, right: Row) -> Score:
        """One pair."""
        return self.against(left)(right)

    def against(self, left: Row) -> Callable[[Row], Score]:
        """One row made ready for many; what is written onto it afterwards is not seen."""
        prior, said = self.prior, self._against(left)

        def score(right: Row) -> Score:
            evidence = said(right)
            return Score(prior + sum([part.bits for part in evidence]), tuple(evidence))

        return score

    def again(self, score: Score, left: Row, right: Row) -> Score:
        """The same two when nothing but frequencies was written onto their rows."""
        evidence = list[Evidence]()
        for part in score.evidence:
            if (found := self.rare.get((part.comparison, part.level))) is not None:
                one, level, name = found
                part = _rarer(one, level, left.get(f"tf_{name}"), right.get(f"tf_{name}"))
            evidence.append(part)
        return Score(self.prior + sum([part.bits for part in evidence]), tuple(evidence))


def weight(level: Level) -> float:
    """The bits of a level before its rarity: log2(m / u), as Splink has it."""
    if level.m is None or level.u is None:
        raise ValueError(f"the level {level.name} was never trained")
    return log2(max(level.m, LEAST) / max(level.u, LEAST))


def _evidence(comparison: Comparison, level: Level) -> Evidence:
    return Evidence(comparison.name, level.name, weight(level), comparison.family)


def _rarer(one: Evidence, level: Level, left: Any, right: Any) -> Evidence:
    """What a rare value adds and a common one takes: share * log2(u / frequency), the commoner of the two sides."""
    if level.u is None or (left is None and right is None):
        return one
    bits = level.share * (log2(level.u) - log2(max(left or 0.0, right or 0.0, level.floor)))
    return Evidence(one.comparison, one.level, one.bits + bits, one.family)

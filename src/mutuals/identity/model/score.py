"""Scoring in process: one row against some, by the model file, without a database. Equal to the batch engine to 1e-6 bits."""

from __future__ import annotations

from collections.abc import Callable
from math import log2
from typing import NamedTuple

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
            (comparison.name, level.name): level.tf
            for comparison in model.comparisons
            for level in comparison.levels
            if level.tf is not None
        }
        """The column whose frequency a level weighs by."""

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


def weight(level: Level) -> float:
    """The bits of a level before its rarity: log2(m / u), as Splink has it."""
    if level.m is None or level.u is None:
        raise ValueError(f"the level {level.name} was never trained")
    return log2(max(level.m, LEAST) / max(level.u, LEAST))


def _evidence(comparison: Comparison, level: Level) -> Evidence:
    return Evidence(comparison.name, level.name, weight(level), comparison.family)


def _rarer(one: Evidence, bits: float) -> Evidence:
    return Evidence(one.comparison, one.level, one.bits + bits, one.family)

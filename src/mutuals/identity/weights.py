"""The model in use, made ready once for a process: what is read of a card, what it weighs, how bits become probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from mutuals.base import bulk
from mutuals.identity.model import file, social
from mutuals.identity.model.calibrate import Calibration
from mutuals.identity.model.calibrate import from_told as calibration_from
from mutuals.identity.model.card import Card, Reading, Value, row_of
from mutuals.identity.model.decide import DOUBLES, PRESENT, Candidate, posterior
from mutuals.identity.model.score import Score, Scorer
from mutuals.identity.models import Model

_IN_USE = "SELECT version FROM identity_model WHERE is_in_use"


@dataclass(frozen=True, slots=True)
class Ready:
    """A version of the model. `reading` names the form of its rows, `frequent` the columns whose rarity counts."""

    version: str
    model: file.Model
    scorer: Scorer
    readings: Mapping[str, Reading]
    frequent: tuple[str, ...]
    reading: str
    calibration: Calibration

    def read(self, card: Card) -> dict[str, Value]:
        """The columns of a card that hold anything."""
        return {name: value for name, value in row_of(card, self.readings).items() if value is not None}

    def candidate(self, key: int, score: Score, *, of_persons: bool = False) -> Candidate:
        """One who could be meant."""
        return candidate_of(self.scorer, key, score, of_persons=of_persons)

    def probability(self, candidate: Candidate, pool: int, *, of_persons: bool = False) -> float:
        """That two are one, calibrated, whoever else may be: for those who do not exclude each other."""
        return self.calibration(alone(candidate, pool, of_persons=of_persons))


def alone(candidate: Candidate, pool: int, *, of_persons: bool) -> float:
    """The model's own probability of a pair by itself. Few persons stand in a list twice, half of all presences are theirs."""
    present = DOUBLES if of_persons else PRESENT
    return posterior([candidate.bits], pool=pool, present=present, kin=candidate.kin)[0]


def candidate_of(
    scorer: Scorer, key: int, score: Score, conflicts: Sequence[str] = (), *, of_persons: bool = False
) -> Candidate:
    """The clues without the prior that the model was trained with. Of two persons no relative is thought of whom nobody listed:
    both are listed, and the search from end to end, which sums bits, is to find them as probable as they stand.
    """
    bits = score.bits - scorer.prior
    own = social.OWN
    kin = -inf if of_persons else bits - sum([one.bits for one in score.evidence if one.comparison in own])
    return Candidate(key, bits, score.evidence, conflicts=tuple(conflicts), kin=kin)


def in_use() -> Ready:
    """The version that is in use, or the one that this release begins with. Read again only when it changed."""
    found = bulk.execute(_IN_USE, [])
    return of(found[0][0] if found else "")


@lru_cache(maxsize=4)
def of(version: str) -> Ready:
    """A stored version; "" is the one that this release begins with."""
    model = file.from_told(Model.objects.get(version=version).file) if version else social.day_one()
    frequent = {level.tf for comparison in model.comparisons for level in comparison.levels if level.tf}
    return Ready(
        version or social.VERSION,
        model,
        Scorer(model),
        social.READINGS,
        tuple(sorted(frequent)),
        social.READING,
        calibration_from(model.calibration),
    )

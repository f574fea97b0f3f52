"""Whose is it? One decision about one profile from all persons who could be meant, and why not the next one.

The probability is taken over the whole pool. Each of its N persons is meant with prior probability present / N, nobody
of them with 1 - present; the clues of a candidate multiply that by 2 ** bits:

    p(i) = 2 ** bits(i) / (sum of 2 ** bits(j) over all candidates + N * (1 - present) / present + R * 2 ** kin)

So the same clues are worth less among a million than among a thousand, and two who are equally likely halve each other.
Beside the N strangers stand R relatives of the likeliest, who are in no list and share family name, place, site and number
with them: `kin` are the bits of the clues that a relative has as well.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import exp2, inf, log2
from typing import NamedTuple

from mutuals.identity.evidence import percent
from mutuals.identity.model.score import Evidence

TELLS = 1.0
"""Bits from which a family of clues counts as one that speaks for a candidate."""
SUPPORTING = frozenset(("place", "talk", "work", "signature"))
"""Families that add to what another says and are no second kind by themselves: namesakes of one town, one firm or one house
share them, and anybody may write them under a letter."""
PRESENT = 0.5
"""Share of profiles whose person is in the pool, when nothing better is known."""
RELATIVES = 1.0
"""Relatives of a person who may write and are not in the list: households of Europe and America have 2.2 to 2.5 heads."""
DOUBLES = 0.05
"""Share of persons who stand in the pool a second time, when nothing better is known."""
_FLAT = 1000.0  # bits that are added to no sum of powers without drowning it


class Verdict(StrEnum):
    """What follows. *Ambiguous*: it is one of several, and nobody can say which; nothing is linked, all are shown."""

    LINK = "link"
    REVIEW = "review"
    LEAVE = "leave"
    AMBIGUOUS = "ambiguous"


class Reason(StrEnum):
    """Why, in one word; `Decision.words` says it in a sentence."""

    PROVEN = "proven"
    SURE = "sure"
    NOBODY = "nobody"
    UNLIKELY = "unlikely"
    LIKELY = "likely"
    ONE_FAMILY = "one family of clues"
    CONFLICT = "conflict"
    CONTENDERS = "contenders"
    TWO_PROOFS = "proven twice"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a machine may link by itself, and from which probability a person is asked.

    What anybody can copy from a page in a minute (`copied`) counts as one family, however much of it there is.
    """

    link: float = 0.99
    margin: float = 4.0  # bits before the runner-up
    families: int = 2
    review: float = 0.2
    copied: frozenset[str] = frozenset()


class Candidate(NamedTuple):
    """One who could be meant. `bits` are those of the clues alone, without any prior.

    `proofs` need no weight (a site that names the profile and is named by it); `conflicts` say what cannot be if it were
    this one. Who was rejected by a person is no candidate. `kin` are the bits that a relative would have as well; without
    any, relatives are not thought of.
    """

    key: Hashable
    bits: float
    evidence: tuple[Evidence, ...] = ()
    proofs: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    kin: float = -inf

    def families(self) -> dict[str, float]:
        """Bits by family of clues."""
        sums = dict[str, float]()
        for one in self.evidence:
            sums[one.family] = sums.get(one.family, 0.0) + one.bits
        return sums


@dataclass(frozen=True, slots=True)
class Decision:
    """`best` is who is linked, asked about or came nearest; None where there was nobody.

    `probability` is calibrated and taken over `pool` persons; `margin` is in bits and infinite without a runner-up.
    `is_of_one_kind`: fewer kinds of clues speak for it than a machine needs, however probable it is. `why_not` are the
    families in which the runner-up stays behind, largest difference first.
    """

    verdict: Verdict
    reason: Reason
    words: str
    pool: int
    probability: float = 0.0
    margin: float = inf
    best: Candidate | None = None
    runner_up: Candidate | None = None
    why_not: tuple[tuple[str, float], ...] = field(default=())
    is_of_one_kind: bool = False


def decide(
    candidates: Sequence[Candidate],
    *,
    pool: int,
    present: float = PRESENT,
    rule: Rule = Rule(),
    calibrated: Callable[[float], float] = lambda probability: probability,
) -> Decision:
    """What follows from all candidates for one profile. The order in which they come does not matter.

    `pool` is how many persons there are, found or not. ValueError for a pool smaller than the candidates, and for a
    `present` outside of 0 to 1.
    """
    if pool < len(candidates) or not 0 < present < 1:
        raise ValueError(f"{len(candidates)} candidates of {pool} persons, {present} of whom are held to be there")
    if not candidates:
        return Decision(Verdict.LEAVE, Reason.NOBODY, "Nobody shares a clue with it.", pool)
    ranked = sorted(candidates, key=lambda one: (not one.proofs, -one.bits, str(one.key)))
    best, runner_up = ranked[0], ranked[1] if len(ranked) > 1 else None
    shares = posterior([one.bits for one in ranked], pool=pool, present=present, kin=max(one.kin for one in ranked))
    probability = 1.0 if best.proofs else min(max(calibrated(shares[0]), 0.0), 1.0)
    margin = best.bits - runner_up.bits if runner_up else inf
    verdict, reason = _judged(ranked, probability, sum(shares[:2]), margin, rule)
    words = _words(reason, best, runner_up, probability, margin, pool)
    behind = _behind(best, runner_up)
    return Decision(
        verdict, reason, words, pool, probability, margin, best, runner_up, behind, _is_of_one_kind(best, rule)
    )


def posterior(bits: Sequence[float], *, pool: int, present: float = PRESENT, kin: float = -inf) -> list[float]:
    """The probability of each candidate; what is missing to 1 is that it is nobody of the pool, or one's relative."""
    nobody = log2(pool * (1 - present) / present)
    most = max([nobody, kin, *bits])
    powers = [exp2(max(one - most, -_FLAT)) for one in bits]
    whole = sum(powers) + exp2(max(nobody - most, -_FLAT)) + RELATIVES * exp2(max(kin - most, -_FLAT))
    return [one / whole for one in powers]


def _judged(
    ranked: Sequence[Candidate], probability: float, both: float, margin: float, rule: Rule
) -> tuple[Verdict, Reason]:
    best = ranked[0]
    if best.proofs:
        if len(ranked) > 1 and ranked[1].proofs:
            return Verdict.AMBIGUOUS, Reason.TWO_PROOFS
        return (Verdict.REVIEW, Reason.CONFLICT) if best.conflicts else (Verdict.LINK, Reason.PROVEN)
    if margin < rule.margin and both >= rule.review:
        return Verdict.AMBIGUOUS, Reason.CONTENDERS
    if probability < rule.review:
        return Verdict.LEAVE, Reason.UNLIKELY
    if best.conflicts:
        return Verdict.REVIEW, Reason.CONFLICT
    if probability < rule.link:
        return Verdict.REVIEW, Reason.LIKELY
    if _is_of_one_kind(best, rule):
        return Verdict.REVIEW, Reason.ONE_FAMILY
    return Verdict.LINK, Reason.SURE


def _is_of_one_kind(best: Candidate, rule: Rule) -> bool:
    if best.proofs:
        return False
    telling = [name for name, bits in best.families().items() if bits >= TELLS and name not in SUPPORTING]
    return len({"" if name in rule.copied else name for name in telling}) < rule.families


def _behind(best: Candidate, runner_up: Candidate | None) -> tuple[tuple[str, float], ...]:
    if runner_up is None:
        return ()
    ours, theirs = best.families(), runner_up.families()
    gaps = {family: ours.get(family, 0.0) - theirs.get(family, 0.0) for family in ours | theirs}
    ahead = [(family, gap) for family, gap in gaps.items() if gap > 0]
    return tuple(sorted(ahead, key=lambda pair: (-pair[1], pair[0])))


def _words(
    reason: Reason, best: Candidate, runner_up: Candidate | None, probability: float, margin: float, pool: int
) -> str:
    if reason is Reason.PROVEN:
        return f"Proven: {'; '.join(best.proofs)}."
    if reason is Reason.TWO_PROOFS:
        return "Two are proven, and it can be only one."
    if reason is Reason.CONTENDERS:
        return f"Two could be meant, {margin:.1f} bits apart."
    among = f"{percent(probability)} among {pool:,}"
    begun = among[:1].upper() + among[1:]
    if reason is Reason.UNLIKELY:
        return f"Too little speaks for anybody: {among}."
    if reason is Reason.ONE_FAMILY:
        return f"{begun}, but by one kind of clue alone."
    if reason is Reason.CONFLICT:
        return f"{begun}, but: {'; '.join(best.conflicts)}."
    next_one = f"; the next one is {margin:.1f} bits behind" if runner_up else "; nobody else comes near"
    return f"{begun if reason is Reason.SURE else f'Likely, not sure: {among}'}{next_one}."

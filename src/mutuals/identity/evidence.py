"""Clues as a screen tells them: in words, by weight, added up from chance to what came out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log2
from typing import Any

DECISION = "decision"
CONFLICT = "conflict"  # what cannot be if the two were one
_STRONG, _SOME = 6.0, 3.0  # bits
_MOST = 60.0  # bits; what is surer is drawn as that sure


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that speaks for or against; `weight` in bits, None where it needs none (a proof, a human's word)."""

    words: str
    detail: str
    weight: float | None
    is_for: bool
    is_proof: bool
    family: str
    seen: str  # "profile:12", "interaction:9", "raw:7", a web address, or ""
    at: str

    @property
    def strength(self) -> str:
        """The weight in one word."""
        if self.is_proof:
            return "proof"
        if self.weight is None:
            return ""
        size = abs(self.weight)
        return "strong" if size >= _STRONG else "some" if size >= _SOME else "weak"


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the waterfall: from `start` to `end`, in bits before even odds (negative = unlikely)."""

    kind: str  # start, for, against, rest, sum
    words: str
    detail: str
    start: float
    end: float
    told: str
    clue: Clue | None = None


def clues_of(because: Sequence[Any]) -> list[Clue]:
    """The clues of an edge or a link, proofs first, then by weight; what a decision said of them is not among them."""
    found = [_clue(one) for one in because if isinstance(one, Mapping) and one.get("clue") != DECISION]
    return sorted(found, key=lambda one: (not one.is_proof, one.weight is None, -abs(one.weight or 0)))


def said_of(because: Sequence[Any]) -> str:
    """What the decision said in one sentence; "" where there was none."""
    words = (str(one.get("words", "")) for one in because if isinstance(one, Mapping) and one.get("clue") == DECISION)
    return next(words, "")


def _clue(one: Mapping[str, Any]) -> Clue:
    weight = one.get("weight")
    return Clue(
        str(one.get("words") or one.get("clue") or "")[:300],
        str(one.get("detail") or "")[:300],
        float(weight) if isinstance(weight, int | float) else None,
        bool(one.get("for", True)),
        bool(one.get("proof", False)),
        str(one.get("family") or ""),
        str(one.get("seen") or "")[:1000],
        str(one.get("at") or ""),
    )


def waterfall(clues: Iterable[Clue], *, probability: float, pool: int | None) -> list[Step]:
    """From one chance in `pool` through each weighed clue to the calibrated `probability`.

    What lies between the sum of the weights and the probability is a bar of its own: whom else it could be, and how often
    such weights were right before. The bars therefore always add up.
    """
    weighed = [one for one in clues if one.weight]
    begin = -log2(max(pool or 2, 2))
    ends = list(accumulate((one.weight or 0.0 for one in weighed), initial=begin))
    steps = [Step("start", "Anybody of those we know", "before any clue", begin, begin, f"1 in {max(pool or 2, 2):,}")]
    steps += [
        Step("for" if one.is_for else "against", one.words, one.detail, start, end, one.strength, one)
        for one, start, end in zip(weighed, ends, ends[1:], strict=False)
    ]
    last = bits_of(probability)
    if abs(last - ends[-1]) >= 0.5:
        words = "Who else it could be, and experience"
        told = "lowers it" if last < ends[-1] else "raises it"
        steps.append(
            Step(
                "rest",
                words,
                "other candidates; that few stand here twice; how often we were right",
                ends[-1],
                last,
                told,
            )
        )
    return [*steps, Step("sum", "All together", odds_of(probability), begin, last, percent(probability))]


def bits_of(probability: float) -> float:
    """The odds as log2."""
    if probability <= 0 or probability >= 1:
        return -_MOST if probability <= 0 else _MOST
    return max(-_MOST, min(_MOST, log2(probability / (1 - probability))))


def odds_of(probability: float) -> str:
    """The odds in words: about 16 to 1."""
    if probability >= 0.5:
        return f"odds about {min(round(probability / max(1 - probability, 1e-9)), 1_000_000):,} to 1"
    return f"odds about 1 to {min(round((1 - probability) / max(probability, 1e-9)), 1_000_000):,}"


def percent(probability: float | None) -> str:
    """A probability as it is shown; never rounded up to certainty. From .999 on no digits are told: nobody counted that
    far."""
    if probability is None:
        return ""
    if 0.999 < probability < 1:
        return "over 99.9 %"
    shown = 100 * probability
    if 99 < shown < 100:
        return f"{int(shown * 10) / 10:.1f} %"
    return "under 1 %" if 0 < shown < 1 else f"{round(shown)} %"


def bars(steps: Sequence[Step]) -> list[tuple[Step, float, float]]:
    """Each step with where its bar begins and how long it is, as a share of 1,000; at least 6 long, so that it is seen."""
    low = min(min(step.start, step.end) for step in steps)
    high = max(max(step.start, step.end) for step in steps)
    low, high = min(low, -1.0) - 0.5, max(high, 1.0) + 0.5
    scale = 1000 / (high - low)
    drawn = []
    for step in steps:
        left = (min(step.start, step.end) - low) * scale
        wide = abs(step.end - step.start) * scale
        if step.kind in ("start", "sum"):
            left, wide = 0.0, (step.end - low) * scale
        drawn.append((step, round(left, 1), round(max(wide, 6.0), 1)))
    return drawn


def even_at(steps: Sequence[Step]) -> float:
    """Where even odds lie on the same scale of 1,000."""
    low = min(min(min(step.start, step.end) for step in steps), -1.0) - 0.5
    high = max(max(max(step.start, step.end) for step in steps), 1.0) + 0.5
    return round(-low * 1000 / (high - low), 1)

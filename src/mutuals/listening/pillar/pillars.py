"""Four readings of one stream: what sales, service, marketing and innovation look for in the same words. Pure.

Each way of reading (`Way`) has words per language, asked for as topics ask, and intents of the reader. A cue is as strong as
either of both makes it probable: words alone count as `WORDS`, an intent by its probability, both as a noisy or. What
is at least as strong as the bar of its way is shown; verdicts of people move the bar (`tuned`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.db.models import TextChoices

from mutuals.text.labels import INTENTS


class Way(TextChoices):
    """A way to read the stream. `ahead` rests on words that rise together, not on lists."""

    SALES = "sales", "Sales"
    SERVICE = "service", "Service, at once"
    AHEAD = "ahead", "Service, ahead"
    MARKETING = "marketing", "Marketing"
    INNOVATION = "innovation", "Innovation"


MEANT: Mapping[Way, tuple[str, ...]] = {
    Way.SALES: ("purchase",),
    Way.SERVICE: ("complaint", "question", "churn"),
    Way.MARKETING: ("praise",),
    Way.INNOVATION: ("suggestion",),
}
"""The intents that speak for a way."""
LISTED = tuple(MEANT)
"""The ways that have words and a stream to work through."""
WORDS, FLOOR, BAR = 500, 250, 500
"""In thousandths: what words alone count, the chance from which on a cue is kept at all, and the bar before anybody judged."""
ENOUGH, AIM = 20, 0.7
"""Verdicts below which nothing is said or moved, and how many of ten that are shown should be right."""
_EACH = 10  # verdicts that must stand on the side of a bar that is judged
_BARS = range(300, 951, 50)
ANY = ""
"""The list of words of all languages."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """A bar that verdicts speak for, how many of them were right at or above it, and how many at or above the one before."""

    bar: int
    right: int
    judged: int
    before_right: int
    before_judged: int


@cache
def shipped() -> dict[tuple[Way, str], str]:
    """Words that are looked for where nobody said otherwise, by way and language, in the language of topics."""
    found = {}
    for line in (files("mutuals.listening.pillar") / "pillars.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            head, _, told = line.partition(": ")
            way, language = head.split(" ")
            parts = [f'"{part}"' if " " in part and '"' not in part else part for part in told.split("; ")]
            found[Way(way), language] = " OR ".join(parts)
    return found


def chance(way: Way, chances: Sequence[float]) -> int:
    """How probable the likeliest intent of a way is, in thousandths; `chances` in the order of INTENTS."""
    return max((round(1000 * chances[INTENTS.index(name)]) for name in MEANT.get(way, ())), default=0)


def strength(*, is_met: bool, chance: int) -> int:
    """Words and intent together, in thousandths."""
    return 1000 - (1000 - chance) * (1000 - WORDS * is_met) // 1000


def tuned(verdicts: Sequence[tuple[int, bool]], bar: int) -> Tuned | None:
    """The lowest bar at which, as judged so far, AIM of what is shown is right; the best there is where none reaches that.

    `verdicts`: how strong a cue was, and whether it was right. None = too few, or the bar is where it should be. It is
    lowered only where `_EACH` verdicts stand between both, and raised only where as many stand above.
    """
    if len(verdicts) < ENOUGH:
        return None

    def counted(at: int) -> tuple[int, int]:
        above = [is_right for strong, is_right in verdicts if strong >= at]
        return sum(above), len(above)

    def share(at: int) -> float:
        right, judged = counted(at)
        return (right + 1) / (judged + 2)

    here = counted(bar)
    possible = [at for at in _BARS if counted(at)[1] >= _EACH and (at >= bar or counted(at)[1] - here[1] >= _EACH)]
    if not possible:
        return None
    fit = [at for at in possible if share(at) >= AIM]
    best = fit[0] if fit else max(possible, key=share)
    if best == bar or counted(best) == here or (not fit and share(best) <= share(bar)):
        return None
    return Tuned(best, *counted(best), *here)

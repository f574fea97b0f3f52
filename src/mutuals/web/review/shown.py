"""Evidence as the screens print it: bars, words, and where each clue was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from mutuals.identity.evidence import Clue, Step, bars, bits_of, clues_of, even_at, percent, said_of, waterfall
from mutuals.identity.models import Sweep, Thought
from mutuals.people.visibility import masked, unaddressed

_SEEN = {"profile": ("seen_profile", "the presence"), "interaction": ("seen_said", "what was said")}
_SEEN |= {"raw": ("seen_raw", "the event as it came")}


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a clue was seen; `is_out`: on somebody else's site."""

    url: str
    words: str
    is_out: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """One row of the waterfall; places in percent of the width, bits before even odds."""

    step: Step
    words: str
    detail: str
    left: float
    wide: float
    came: float
    goes: float
    bits: str
    lead: Lead | None


@dataclass(frozen=True, slots=True)
class Fall:
    """The whole waterfall, with the marks of its axis: (place in percent, words)."""

    rows: list[Drawn]
    even: float
    axis: list[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """One clue in words."""

    clue: Clue
    words: str
    detail: str
    bits: str
    lead: Lead | None


def lead_of(seen: str) -> Lead | None:
    """The page where a clue was seen, or nothing."""
    kind, _, number = seen.partition(":")
    if kind in _SEEN and number.isascii() and number.isdecimal() and len(number) < 19:
        name, words = _SEEN[kind]
        return Lead(reverse(name, args=[int(number)]), words, is_out=False)
    if seen.startswith(("https://", "http://")):
        return Lead(seen, seen.partition("://")[2][:60], is_out=True)
    return None


def clues(thought: Thought | None, *, full: bool) -> list[Told]:
    """The clues of an edge or a link; addresses in them are masked unless the viewer reads them."""
    return told(thought.because if thought else [], full=full)


def told(because: Sequence[Mapping[str, Any]], *, full: bool) -> list[Told]:
    """The same of clues that stand on nothing yet."""
    return [
        Told(one, _begun(_text(one.words, full)), _detail(one.detail, full), _bits(one.weight), lead_of(one.seen))
        for one in clues_of(because)
    ]


def lacking(thought: Thought, rival: Thought, *, full: bool) -> list[Told]:
    """Why not somebody else: what speaks for the pair and not for the rival, heaviest first."""
    held = {one.words for one in clues_of(rival.because) if one.is_for}
    missing = [one for one in clues(thought, full=full) if one.clue.is_for and one.clue.words not in held]
    return sorted(missing, key=lambda one: -(one.clue.weight or 0))


def rank(thought: Thought, rival: Thought) -> str:
    """Where the rival stands beside the pair, in words."""
    lead = (thought.probability or 0) - (rival.probability or 0)
    if lead < -0.02:
        return "likelier than this pair"
    return "as likely: either could be meant" if lead <= 0.02 else "close behind" if lead < 0.2 else "the next likely"


def ends(row: Sweep, *, now: datetime) -> datetime | None:
    """When a search that runs will be through at its present speed; None before it can be told."""
    if row.ended_at is not None or not row.total or not row.looked_at:
        return None
    return now + (now - row.began_at) * max(row.total - row.looked_at, 0) / row.looked_at


def decision(thought: Thought | None) -> str:
    """What the decision said in a sentence, without the probability, which stands beside it."""
    told = said_of(thought.because) if thought else ""
    first, _, rest = told.partition("; ")
    return _begun(rest) if rest and "%" in first else told


def fall(thought: Thought, *, full: bool) -> Fall | None:
    """The waterfall of a thought that has a probability; None where a human or a proof said so."""
    if thought.probability is None:
        return None
    steps = waterfall(clues_of(thought.because), probability=thought.probability, pool=thought.pool)
    rows, even = [], even_at(steps) / 10
    scale = even / max(-_low(steps), 1e-9)
    for step, left, wide in bars(steps):
        came, goes = even + step.start * scale, even + step.end * scale
        lead = lead_of(step.clue.seen) if step.clue else None
        came = goes if step.kind == "sum" else came
        rows.append(
            Drawn(
                step,
                _text(step.words, full),
                _detail(step.detail, full),
                round(left / 10, 2),
                round(wide / 10, 2),
                round(came, 2),
                round(goes, 2),
                _bits(step.end - step.start) if step.kind not in ("start", "sum") else _bits(step.end),
                lead,
            )
        )
    axis = [(rows[0].goes, rows[0].step.told), (round(even, 2), "even")]
    end = round(even + bits_of(thought.probability) * scale, 2)
    if abs(end - even) > 15:
        axis.append((end, percent(thought.probability)))
    if abs(axis[0][0] - even) < 18:
        axis.pop(0)
    return Fall(rows, round(even, 2), axis)


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _low(steps: list[Step]) -> float:
    return min(min(min(step.start, step.end) for step in steps), -1.0) - 0.5


def _bits(weight: float | None) -> str:
    return "" if weight is None else f"{weight:+.1f} bits".replace("-", "−")


def _text(words: str, full: bool) -> str:
    return words if full else unaddressed(words)


def _detail(text: str, full: bool) -> str:
    return text if full or ("@" not in text and not text.startswith("+")) else masked(text)

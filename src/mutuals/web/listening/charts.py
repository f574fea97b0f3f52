"""Charts of a topic as points of drawings, printed by the server: volume with its peaks, moods, and bars."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import dropwhile
from zoneinfo import ZoneInfo

from mutuals.listening.board.counts import Board, Span
from mutuals.listening.board.voices import Voice
from mutuals.web.frame import talk
from mutuals.web.listening.asked import Asked, stamp

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PEAKS = 3
_LEAST = 5  # mentions below which nothing is a peak
_LEFT, _RIGHT, _TOP, FOOT = 34, 10, 20, 24
_HIGH = 168


@dataclass(frozen=True, slots=True)
class Step:
    """One mark: when, how many, of which mood, and the address that lists them."""

    at: datetime
    words: str
    n: int
    positive: int
    neutral: int
    negative: int
    before: int
    url: str


@dataclass(frozen=True, slots=True)
class Peak:
    """A step that stands out, with one sentence why it is one."""

    number: int
    step: Step
    why: str
    place: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines and places for one width. `marks`: x, width and step of each column that can be clicked."""

    wide: int
    high: int
    base: float
    grid: list[tuple[float, int]]
    line: str
    fill: str
    before: str
    marks: list[tuple[float, float, Step]]
    peaks: list[tuple[float, float, Peak]]
    axis: list[tuple[float, str, str]]
    up: str = ""
    down: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, icon, count, length in a hundred, and the address that lists its rows."""

    name: str
    icon: str
    n: int
    share: int
    url: str
    is_on: bool


def steps(board: Board, asked: Asked) -> list[Step]:
    """All steps of the stretch, those without a mention too, with what stood at the same place before."""
    earlier = _filled(board.before.steps if board.before else {}, asked.span.before)
    found = list[Step]()
    for place, at in enumerate(_moments(asked.span)):
        moods = board.steps.get(at, {})
        n = sum(moods.values())
        told = stamp(at, asked.span)
        found.append(
            Step(
                at,
                words_of(at, asked.span),
                n,
                moods.get("positive", 0),
                moods.get("neutral", 0),
                moods.get("negative", 0),
                earlier[place] if place < len(earlier) else 0,
                asked.address(at=told, alike="", aside="", rising=""),
            )
        )
    return found


def words_of(at: datetime, span: Span) -> str:
    """A step in words: 17 Nov, or 17 Nov 14:00."""
    local = at.astimezone(ZoneInfo(span.zone))
    day = f"{local.day} {_MONTHS[local.month - 1]}"
    return f"{day} {local.hour:02}:00" if span.step == "hour" else day


def peaks(told: list[Step]) -> list[Peak]:
    """At most three steps far above what is usual: five median deviations and twice the median, and the highest around.

    Where nothing is known of the stretch before, what is usual begins with the first mention.
    """
    counts = [step.n for step in told]
    known = counts if any(step.before for step in told) else list(dropwhile(lambda n: not n, counts))
    if len(known) < 5:
        return []
    usual = statistics.median(known)
    scatter = statistics.median([abs(one - usual) for one in known]) or math.sqrt(usual + 1)
    high = [
        place
        for place, n in enumerate(counts)
        if n >= max(_LEAST, 2 * usual, usual + 5 * scatter) and n == max(counts[max(0, place - 1) : place + 2])
    ]
    chosen = sorted(sorted(high, key=lambda place: -counts[place])[:_PEAKS])
    return [Peak(number, told[place], _why(told[place], usual), place) for number, place in enumerate(chosen, 1)]


def _why(step: Step, usual: float) -> str:
    parts = [f"usually {usual:,.0f}"]
    for words, many in (("negative", step.negative), ("positive", step.positive)):
        if many * 2 > step.n:
            parts.append(f"{many:,} of {step.n:,} {words}")
    return "; ".join(parts)


def volume(told: list[Step], marked: list[Peak], *, wide: int) -> Drawing:
    """The line of mentions, that of the stretch before, and the peaks."""
    top = ceiling(max([1, *(max(step.n, step.before) for step in told)]))
    base = _HIGH - FOOT
    xs = places(len(told), wide)

    def y(n: float) -> float:
        return height(n, top)

    line = path([(x, y(step.n)) for x, step in zip(xs, told, strict=True)])
    before = path([(x, y(step.before)) for x, step in zip(xs, told, strict=True)])
    fill = f"{line}L{xs[-1]} {base}L{xs[0]} {base}Z" if told else ""
    each = (wide - _LEFT - _RIGHT) / max(1, len(told) - 1)
    marks = [(round(x - each / 2, 1), round(each, 1), step) for x, step in zip(xs, told, strict=True)]
    shown = [(xs[peak.place], y(peak.step.n), peak) for peak in marked]
    grid = [(y(top * part / 3), round(top * part / 3)) for part in range(4)]
    return Drawing(wide, _HIGH, base, grid, line, fill, before, marks, shown, axis(told, xs, wide))


def moods(told: list[Step], asked: Asked, *, wide: int = 380, most: int = 16) -> Drawing:
    """The share of positive mentions above a line and of negative ones below it; steps are put together where there are many.

    Each group is a mark that opens its rows.
    """
    size = max(1, math.ceil(len(told) / most))
    groups = [told[at : at + size] for at in range(0, len(told), size)]
    middle, reach = 56.0, 52.0
    xs = [round(4 + (wide - 8) * place / max(1, len(groups) - 1), 1) for place in range(len(groups))]
    up, down, marks = list[tuple[float, float]](), list[tuple[float, float]](), list[tuple[float, float, Step]]()
    for x, group in zip(xs, groups, strict=True):
        n = sum(step.n for step in group)
        good = sum(step.positive for step in group) / n if n else 0
        bad = sum(step.negative for step in group) / n if n else 0
        up.append((x, round(middle - reach * good, 1)))
        down.append((x, round(middle + 1 + reach * bad, 1)))
        each = (wide - 8) / max(1, len(groups))
        marks.append((round(x - each / 2, 1), round(each, 1), _together(group, asked)))
    ends = f"L{xs[-1]} {middle}L{xs[0]} {middle}Z" if xs else ""
    below = f"L{xs[-1]} {middle + 1}L{xs[0]} {middle + 1}Z" if xs else ""
    ends_told = [(4.0, told[0].words, "start"), (wide - 4.0, told[-1].words, "end")] if told else []
    return Drawing(wide, 128, middle, [], "", "", "", marks, [], ends_told, path(up) + ends, path(down) + below)


def _together(group: list[Step], asked: Asked) -> Step:
    """Some steps in a row as one."""
    first, last = group[0], group[-1]
    words = first.words if first is last else f"{first.words} to {last.words}"
    url = asked.narrow(at=stamp(first.at, asked.span), till="" if first is last else stamp(last.at, asked.span))
    sums = [sum(getattr(step, name) for step in group) for name in ("n", "positive", "neutral", "negative", "before")]
    n, positive, neutral, negative, before = sums
    return Step(first.at, words, n, positive, neutral, negative, before, url)


def listed(rows: Sequence[tuple[str, int]], asked: Asked, *, of: str, icon: str) -> list[Bar]:
    """Names with their counts, the commonest first, each with the address that lists its rows."""
    here, top = getattr(asked, of), max((n for _, n in rows), default=1)
    return [
        Bar(
            name,
            icon,
            n,
            max(1, round(100 * n / top)),
            asked.narrow(**{of: "" if name == here else name}),
            name == here,
        )
        for name, n in rows
    ]


def authors(found: Sequence[Voice], asked: Asked, *, full: bool) -> list[Bar]:
    """Those who speak most, each with the address that lists what they said."""
    top = max((one.n for one in found), default=1)
    return [
        Bar(
            talk.named(one.profile, full=full), talk.icon_of(one.profile.network), one.n, max(1, round(100 * one.n / top)),
            asked.narrow(author="" if one.profile.pk == asked.author else one.profile.pk), one.profile.pk == asked.author,
        )
        for one in found
    ]  # fmt: skip


def bars(counts: dict[str, int], asked: Asked, *, of: str, most: int = 8) -> list[Bar]:
    """The commonest networks or languages, each with the address that lists its rows."""
    rows = sorted(((n, name) for name, n in counts.items() if n > 0), reverse=True)[:most]
    top = rows[0][0] if rows else 1
    here = getattr(asked, of)
    return [
        Bar(
            talk.label_of(name).capitalize() if of == "network" else name,
            talk.icon_of(name) if of == "network" else "globe",
            n,
            max(1, round(100 * n / top)),
            asked.address(**{of: "" if name == here else name, "alike": "", "rising": ""}),
            name == here,
        )
        for n, name in rows
    ]


def mood_links(board: Board, asked: Asked) -> list[tuple[Bar, str, str]]:
    """Each mood with its count and the address that lists it, its class and its icon."""
    looks = (("positive", "up", "mup"), ("neutral", "flat", "flat"), ("negative", "down", "mdown"))
    return [
        (
            Bar(
                name, name, board.moods.get(name, 0), 0,
                asked.address(mood="" if asked.mood == name else name, alike="", rising=""), asked.mood == name,
            ),
            css,
            icon,
        )
        for name, css, icon in looks
    ]  # fmt: skip


def _moments(span: Span) -> list[datetime]:
    """The beginning of each step, by the clocks of the zone."""
    zone = ZoneInfo(span.zone)
    found = list[datetime]()
    at = (
        span.since.astimezone(UTC).replace(minute=0) if span.step == "hour" else span.since
    )  # counts stand by whole hours
    while at < span.until and len(found) < 3_000:
        found.append(at)
        if span.step == "hour":
            at = at + timedelta(hours=1)
        else:
            at = (at.astimezone(zone).replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return found


def _filled(counted: dict[datetime, dict[str, int]], span: Span) -> list[int]:
    return [sum(counted.get(at, {}).values()) for at in _moments(span)]


def height(n: float, top: int) -> float:
    """Where a count stands in a drawing whose scale ends at `top`."""
    base = _HIGH - FOOT
    return round(base - (base - _TOP) * n / top, 1)


def places(many: int, wide: int) -> list[float]:
    """Where steps stand from left to right."""
    return [round(_LEFT + (wide - _LEFT - _RIGHT) * place / max(1, many - 1), 1) for place in range(many)]


def path(points: list[tuple[float, float]]) -> str:
    """A line through points."""
    return "".join(f"{'L' if place else 'M'}{x} {y}" for place, (x, y) in enumerate(points))


def ceiling(most: int) -> int:
    """The next number that three parts of a scale can be told of."""
    step = int(10 ** max(0, len(str(most)) - 2))
    return math.ceil(most / (3 * step)) * 3 * step


def axis(told: list[Step], xs: list[float], wide: int) -> list[tuple[float, str, str]]:
    """Some steps in words: where, what, and at which end of it the place is."""
    if not told:
        return []
    parts = 4 if wide > 500 else 2
    places = sorted({round(part * (len(told) - 1) / parts) for part in range(parts + 1)})
    ends = {0: "start", len(told) - 1: "end"}
    return [(xs[place], told[place].words, ends.get(place, "middle")) for place in places]

"""Charts of reports as drawings that the server prints: bars, stacked bars, lines. Pure; each mark leads to its rows.

A drawing is a picture of the first figure of a table that stands below it: what a reader hears, and what keys reach, is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_LINES, MOST_COLOURS = 40, 6
_ROW, _FOOT = 28, 8
_HIGH = 180


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar or point: place, size, colour (1 to 6), what it says, and the address of its rows."""

    x: float
    y: float
    wide: float
    high: float
    colour: int
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place."""

    x: float
    y: float
    words: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of one width; `lines` are paths with their colour."""

    wide: int
    high: int
    marks: list[Mark]
    labels: list[Label]
    lines: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn: a value of each line for one column (None = nothing), its words and its address."""

    name: str
    points: Sequence[tuple[float | None, str, str]]


def bars(names: Sequence[str], series: Sequence[Series], *, wide: int) -> Drawing:
    """A row for each line, the columns one behind the other; nothing is drawn below zero."""
    left, right = (190, 90) if wide > 500 else (110, 70)
    sums = [sum(max(0.0, one.points[at][0] or 0) for one in series) for at in range(len(names))]
    top = max([*sums, 0]) or 1
    marks, labels = list[Mark](), list[Label]()
    for at, name in enumerate(names[:MOST_LINES]):
        y, x = at * _ROW + 4, float(left)
        labels.append(Label(0, y + 14, _cut(name, left)))
        for number, one in enumerate(series):
            value, words, url = one.points[at]
            long = round((wide - left - right) * max(0.0, value or 0) / top, 1)
            if value:
                marks.append(Mark(round(x, 1), y, max(long, 1), _ROW - 10, number % MOST_COLOURS + 1, words, url))
            x += long
        if len(series) == 1 and series[0].points[at][0] is not None:
            labels.append(Label(round(x + 6, 1), y + 14, series[0].points[at][1].rpartition(": ")[2]))
    return Drawing(wide, min(len(names), MOST_LINES) * _ROW + _FOOT, marks, labels, [])


def lines(names: Sequence[str], series: Sequence[Series], *, wide: int) -> Drawing:
    """A line for each column, from left to right; a point that is not there breaks nothing, it stands at zero."""
    top = max([value or 0 for one in series for value, _, _ in one.points] + [0]) or 1
    base, each = _HIGH - 24, (wide - 20) / max(1, len(names) - 1)
    paths, marks = list[tuple[str, int]](), list[Mark]()
    for number, one in enumerate(series):
        points = []
        for at, (value, words, url) in enumerate(one.points):
            x, y = round(10 + at * each, 1), round(base - (base - 10) * max(0.0, value or 0) / top, 1)
            points.append(f"{'L' if at else 'M'}{x} {y}")
            if value is not None:
                marks.append(Mark(x - 4, y - 4, 8, 8, number % MOST_COLOURS + 1, words, url))
        paths.append(("".join(points), number % MOST_COLOURS + 1))
    ends = [Label(10, _HIGH - 6, names[0])] if names else []
    ends += [Label(wide - 10, _HIGH - 6, names[-1], "end")] if len(names) > 1 else []
    return Drawing(wide, _HIGH, marks, ends, paths)


def _cut(words: str, room: int) -> str:
    most = room // 8
    return words if len(words) <= most else f"{words[: most - 1]}…"

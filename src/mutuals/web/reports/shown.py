"""A report as a page shows it: its table with the address of each figure's rows, and a picture of its first figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from mutuals.base import lists
from mutuals.base.filters import Condition, write
from mutuals.base.lists import Unseen
from mutuals.insights import pivot
from mutuals.insights.pivot import Pivot
from mutuals.insights.pivot_words import BLANK, figure_words, heads
from mutuals.staff.models import User
from mutuals.web.frame import charts
from mutuals.web.lists import places

_WITH_LISTS = ("deal", "order", "organisation")
LONGEST_ADDRESS = 1_800


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in words, and where its rows are ("" = there are none)."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A report on a page."""

    told: Pivot
    heads: list[str]
    lines: list[tuple[list[str], list[Cell]]]
    totals: list[str]
    drawings: list[tuple[str, charts.Drawing]]
    legend: list[tuple[int, str]]
    many: int

    @property
    def down(self) -> int:
        """How many heads go down."""
        return len(self.told.heads)


def shown(told: Pivot, *, viewer: User, now: datetime) -> Shown:
    """A report with an address for every figure."""
    condition = pivot.opener(told.asked, viewer=viewer, now=now)
    found, urls = list[tuple[list[str], list[Cell]]](), list[list[str]]()
    for line in told.lines:
        cells, ways = list[Cell](), list[str]()
        for column, cell in zip(told.columns, line.cells, strict=True):
            is_there = any(one for one in cell)
            way = opened(told, condition([one.raw for one in line.values], column.raw), viewer) if is_there else ""
            ways.append(way)
            cells += [
                Cell(figure_words(told, line, at, one), way if one is not None else "") for at, one in enumerate(cell)
            ]
        found.append(([one.words for one in line.values], cells))
        urls.append(ways)
    sums = [figure_words(told, None, at, one) for cell in told.totals for at, one in enumerate(cell)]
    drawings, legend = _drawn(told, urls)
    return Shown(told, heads(told), found, sums if told.heads else [], drawings, legend, len(told.lines))


def opened(told: Pivot, condition: Condition, viewer: User) -> str:
    """The list of the rows that fit: that of the house where it counts days as the report does, else the report's own."""
    record, where = told.asked.record, write(condition)
    if record in _WITH_LISTS and told.zone == (viewer.zone or "UTC"):
        try:
            usual = [(one.name, "all") for one in lists.listing(record).narrows if one.usual]
        except Unseen:
            usual = []
        return f"{places.of_list(record)}?{urlencode([('where', where), *usual, ('view', 'list')])}"
    return f"/reports/rows/?{urlencode({'record': record, 'where': where, 'zone': told.zone})}"


def _drawn(told: Pivot, urls: list[list[str]]) -> tuple[list[tuple[str, charts.Drawing]], list[tuple[int, str]]]:
    if told.asked.chart == "none" or not told.lines or not told.heads or told.apart:
        return [], []
    names = [", ".join(one.words for one in line.values) for line in told.lines]
    series = []
    for place, column in enumerate(told.columns):
        points = []
        for at, line in enumerate(told.lines):
            value = line.cells[place][0]
            words = figure_words(told, line, 0, value)
            what = ": ".join(one for one in (names[at], column.words, words if words != BLANK else "") if one)
            points.append((float(value) if value is not None else None, what, urls[at][place]))
        series.append(charts.Series(column.words, points))
    draw = charts.lines if told.asked.chart == "lines" else charts.bars
    drawings = [("wide", draw(names, series, wide=720)), ("only-phone", draw(names, series, wide=340))]
    legend = [(place % charts.MOST_COLOURS + 1, one.name) for place, one in enumerate(series) if one.name]
    return drawings, legend


def titled(record: str, row: Any, viewer: User) -> tuple[str, str]:
    """A row of a report's rows in a few words, and where it is opened ("" = nowhere)."""
    if record == "interaction":
        return (row.subject or row.text or row.kind)[
            :120
        ], f"/inbox/{row.conversation_id}/" if row.conversation_id else ""
    if record == "line":
        return row.name, places.of_row(f"order:{row.order_id}", viewer)
    own = {"case": "/cases/{}/", "quote": "/sales/quotes/{}/", "invoice": "/sales/invoices/{}/", "task": "/tasks/{}/"}
    words = str(getattr(row, "title", "") or getattr(row, "words", "") or row)
    return words[:120], own[record].format(row.pk) if record in own else places.of_row(f"{record}:{row.pk}", viewer)

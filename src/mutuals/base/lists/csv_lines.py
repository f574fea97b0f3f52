"""A list as lines of CSV, page by page: what somebody takes out of the house is noted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mutuals.base import journal
from mutuals.base.cells import csv_line
from mutuals.base.filters import Kind, Refused
from mutuals.base.lists.listing import Column, Listing
from mutuals.base.lists.walking import LONGEST_PAGE, Asked, walk

EXPORTING = 60.0  # seconds for each page of a file
MOST_TICKED = 1_000


def csv_lines(of: Listing, asked: Asked, columns: Sequence[Column], *, ids: Sequence[int] = ()) -> Iterator[str]:
    """The rows of a list, or of those its ticked ones, as lines of CSV: number, title, columns; money has its currency beside.

    Times are in the viewer's zone. Cells that a spreadsheet would run are made harmless. The journal keeps that it was taken
    out. Refused at once: whoever may not take lists out, and conditions that cannot be used.
    """
    if of.exports is None:
        raise Refused(f"The list of {of.words[1]} is not taken out as a file.")
    if ids and of.page is not None:
        raise Refused("This list is taken out as a whole.")
    of.exports(asked.viewer)
    shown = [of.title, *columns]
    heads = ["id", *itertools.chain.from_iterable(_heads(of, one) for one in shown)]
    first = walk(of, asked, limit=1)  # what cannot be asked is refused before the first line is sent
    known = len(ids) if ids else "all of a list" if first.rows else 0
    journal.note("list.exported", asked.viewer, by=asked.viewer, record=of.record, rows=known)
    lines = (csv_line(_cells(of, shown, row, asked)) for row in _rows(of, asked, list(ids)[:MOST_TICKED]))
    return itertools.chain([csv_line(heads)], lines)


def _rows(of: Listing, asked: Asked, ids: list[int]) -> Iterator[Any]:
    if ids:
        visible = of.visible_to
        of = replace(of, visible_to=lambda viewer: visible(viewer).filter(pk__in=ids))
    after = ""
    while True:
        page = walk(of, asked, after=after, limit=LONGEST_PAGE, patience=EXPORTING)
        yield from page.rows
        if not page.next:
            return
        after = page.next


def _heads(of: Listing, column: Column) -> list[str]:
    return [of.label(column), *(["Currency"] if _is_money(of, column) else [])]


def _is_money(of: Listing, column: Column) -> bool:
    return bool(column.currency) or (column.made is not None and of.kind(column) is Kind.MONEY)


def _cells(of: Listing, columns: Sequence[Column], row: Any, asked: Asked) -> list[str]:
    cells = [str(row.pk)]
    for column in columns:
        cells.append(_cell(of.value(column, row), asked))
        if _is_money(of, column):
            cells.append(of.currency(column, row))
    return cells


def _cell(value: Any, asked: Asked) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(asked.zone).isoformat(" ", "minutes")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

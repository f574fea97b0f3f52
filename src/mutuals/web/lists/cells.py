"""Rows of a list as the page prints them: each value with how it is shown and where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from mutuals.base.filters import Kind
from mutuals.base.lists import Column, Listing, Ref
from mutuals.web.lists import places

_SHAPES = {
    Kind.MONEY: "money",
    Kind.NUMBER: "num",
    Kind.TIME: "time",
    Kind.DAY: "day",
    Kind.TAGS: "tags",
    Kind.BOOL: "yes",
}
FIGURES = ("money", "num", "time", "day")
_FACES = {"person": "", "organisation": "square"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; a day in words. `shape` says how it is printed: text, ref, money, num, time, day, tags, yes, or none."""

    name: str
    label: str
    shape: str
    value: Any = None
    url: str = ""
    currency: str = ""

    @property
    def is_figure(self) -> bool:
        """Whether it stands at the right edge of its column."""
        return self.shape in FIGURES


@dataclass(frozen=True, slots=True)
class Row:
    """A row: what leads to it, its cells, and the few of them that a telephone shows."""

    pk: int
    title: str
    url: str
    cells: tuple[Cell, ...]
    face: str | None  # the class of its face; None = it has none
    right: Cell | None
    end: Cell | None
    under: tuple[Cell, ...]


def rows_of(of: Listing, rows: tuple[Any, ...], columns: list[Column], viewer: Any) -> list[Row]:
    """The rows of a page."""
    return [_row(of, row, columns, viewer) for row in rows]


def is_figure(of: Listing, column: Column) -> bool:
    """Whether the values of a column stand at its right edge."""
    return _SHAPES.get(of.kind(column), "text") in FIGURES


def _row(of: Listing, row: Any, columns: list[Column], viewer: Any) -> Row:
    title = of.value(of.title, row)
    cells = tuple(_cell(of, column, row, viewer) for column in columns)
    filled = [cell for cell in cells if cell.shape != "none"]
    right = next((cell for cell in filled if cell.shape == "money"), None)
    end = next((cell for cell in filled if cell.shape in ("time", "day")), None)
    under = [cell for cell in filled if cell.shape in ("text", "ref", "yes") and cell.value not in (False, "")]
    url = places.of_row(title.key, viewer) if isinstance(title, Ref) else ""
    return Row(row.pk, str(title), url, cells, _FACES.get(of.record), right, end, tuple(under[:3]))


def _cell(of: Listing, column: Column, row: Any, viewer: Any) -> Cell:
    value, label = of.value(column, row), of.label(column)
    if value is None or value in ("", []):
        return Cell(column.name, label, "none")
    if isinstance(value, Ref):
        return Cell(column.name, label, "ref", value.words, places.of_row(value.key, viewer))
    shape = _SHAPES.get(of.kind(column), "text")
    if shape == "day":
        value = date_format(value, "j M Y")
    currency = of.currency(column, row)
    return Cell(column.name, label, "num" if shape == "money" and not currency else shape, value, currency=currency)

"""Rows of a list as the page prints them: each value with how it is shown and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format

from mutuals.base.filters import Kind
from mutuals.base.lists import Column, Listing, Ref
from mutuals.staff.permissions import may
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
class Quick:
    """A button in each row for which it `fits`: what a screen offers where a row stands.

    `way` is an address with a place for the row ("/tasks/{}/done/"): a form is sent there, with `do` in it, or it is opened
    (`opens`). `key` does it for the row that one is at.
    """

    label: str
    way: str
    fits: Callable[[Any], bool]
    right: str
    icon: str = ""
    do: str = ""
    opens: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; a day in words. `shape` says how it is printed: text, ref, money, num, time, day, tags, yes, or none."""

    name: str
    label: str
    shape: str
    value: Any = None
    url: str = ""
    currency: str = ""
    edit: str = ""  # the address of the form that writes it; "" = it is not written here
    warns: bool = False  # it stands out, as what is late does

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
    quick: tuple[tuple[Quick, str], ...] = ()


def rows_of(
    of: Listing, rows: Sequence[Any], columns: list[Column], viewer: Any, *, back: str = "", quick: Sequence[Quick] = ()
) -> list[Row]:
    """The rows of a page; `back` is the query of its address, to which a form of a cell leads back."""
    ways = _ways(of, columns, viewer, back)
    offered = [one for one in quick if may(viewer, one.right)]
    return [_row(of, row, columns, viewer, ways, offered) for row in rows]


def one_cell(of: Listing, row: Any, column: Column, viewer: Any, *, back: str = "") -> Cell:
    """A single value of a row, as its list prints it."""
    return _cell(of, column, row, viewer, _ways(of, [column], viewer, back))


def _ways(of: Listing, columns: list[Column], viewer: Any, back: str) -> dict[str, str]:
    """For columns that are written in their cells: the address of the form, with a place for the row."""
    editing = of.editing
    if editing is None or not may(viewer, editing.right):
        return {}
    entries = {one.name: editing.in_column(one.name) for one in columns}
    query = f"?{back.replace('%', '%%')}" if back else ""
    return {name: f"/lists/{of.record}/%d/cell/{one.name}/{query}" for name, one in entries.items() if one}


def is_figure(of: Listing, column: Column) -> bool:
    """Whether the values of a column stand at its right edge."""
    return _SHAPES.get(of.kind(column), "text") in FIGURES


def _row(
    of: Listing, row: Any, columns: list[Column], viewer: Any, ways: dict[str, str], quick: Sequence[Quick]
) -> Row:
    title = of.value(of.title, row)
    cells = tuple(_cell(of, column, row, viewer, ways) for column in columns)
    filled = [cell for cell in cells if cell.shape != "none"]
    right = next((cell for cell in filled if cell.shape == "money"), None)
    end = next((cell for cell in filled if cell.shape in ("time", "day")), None)
    under = [cell for cell in filled if cell.shape in ("text", "ref", "yes") and cell.value not in (False, "")]
    url = places.of_row(title.key, viewer) if isinstance(title, Ref) else ""
    fit = tuple((one, one.way.format(row.pk)) for one in quick if one.fits(row))
    return Row(row.pk, str(title), url, cells, _FACES.get(of.record), right, end, tuple(under[:3]), fit)


def _cell(of: Listing, column: Column, row: Any, viewer: Any, ways: dict[str, str]) -> Cell:
    value, label = of.value(column, row), of.label(column)
    edit = ways[column.name] % row.pk if column.name in ways else ""
    if value is None or value in ("", []):
        return Cell(column.name, label, "none", edit=edit)
    if isinstance(value, Ref):
        return Cell(column.name, label, "ref", value.words, places.of_row(value.key, viewer), edit=edit)
    shape = _SHAPES.get(of.kind(column), "text")
    if shape == "time" and not isinstance(value, datetime):
        shape = "day"  # of a moment that is known by its day alone
    if shape == "day":
        value = date_format(value, "j M Y")
    currency = of.currency(column, row)
    return Cell(
        column.name, label, "num" if shape == "money" and not currency else shape, value, currency=currency, edit=edit,
        warns=column.warns is not None and column.warns(row),
    )  # fmt: skip

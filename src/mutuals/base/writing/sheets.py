"""Workbooks of any length: rows go to disk as they come, and a sheet that is full is followed by another one.

Source of the limits: "Excel specifications and limits", Microsoft.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from mutuals.base.cells import safe_cell
from mutuals.base.writing.rows import Head, labels, printed

MOST_ROWS = 1_048_576
LONGEST = 32_767
"""Letters of a cell; what is longer ends with "…"."""
_MOST_DIGITS = 15
_UNFIT = re.compile(r"[\[\]:*?/\\']")
_FIRST = date(1900, 3, 1)  # before it, days of a sheet are off by one: it knows a 29 February 1900


class XlsxWriter:
    """Each sheet begins with the line of labels. Nothing is a formula: what looks like one is text, and stays text."""

    def __init__(
        self, path: Path, heads: Sequence[Head], zone: ZoneInfo, title: str, *, most_rows: int = MOST_ROWS
    ) -> None:
        self._path, self._zone, self._most = path, zone, most_rows
        self._labels = labels(heads, zone)
        self._title = _UNFIT.sub(" ", title).strip()[:25] or "Rows"
        self._book = Workbook(write_only=True)
        self._sheets, self._is_saved = 0, False
        self._begin()

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, on a new sheet where this one is full."""
        for row in rows:
            if self._used >= self._most:
                self._begin()
            self._sheet.append([self._cell(value) for value in row])
            self._used += 1

    def close(self) -> None:
        """Put the sheets together."""
        self._book.save(self._path)
        self._book.close()
        self._is_saved = True

    def drop(self) -> None:
        """Let go of it unfinished: the drafts of its sheets go."""
        if self._is_saved:
            return
        for sheet in self._book.worksheets:
            told: Any = sheet
            told.close()
            told._writer.cleanup()

    def _begin(self) -> None:
        self._sheets += 1
        name = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet: Any = self._book.create_sheet(name)
        self._sheet.freeze_panes = "A2"
        self._sheet.append([self._label(label) for label in self._labels])
        self._used = 1

    def _label(self, label: str) -> Any:
        cell = self._text(label)
        cell = WriteOnlyCell(self._sheet, cell) if isinstance(cell, str) else cell
        cell.font = Font(bold=True)
        return cell

    def _cell(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, bool):
            return value
        if isinstance(value, int | Decimal | float):
            return value if _is_exact(value) else self._text(printed(value, self._zone))
        if isinstance(value, datetime):
            told = value.astimezone(self._zone).replace(tzinfo=None, microsecond=0)
            return told if told.date() >= _FIRST else self._text(printed(value, self._zone))
        if isinstance(value, date):
            return value if value >= _FIRST else value.isoformat()
        return self._text(printed(value, self._zone))

    def _text(self, value: str) -> Any:
        """A text; one that looks like a formula is marked as text, so that it stays one however it is opened or edited."""
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
        if len(value) > LONGEST:
            value = f"{value[: LONGEST - 1]}…"
        if safe_cell(value) == value and not value.startswith("#"):
            return value
        cell = WriteOnlyCell(self._sheet, value)
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell


def _is_exact(value: int | float | Decimal) -> bool:
    """Whether a sheet keeps a number as it is: it has fifteen digits."""
    if isinstance(value, int):
        return bool(abs(value) < 10**_MOST_DIGITS)
    if isinstance(value, float):
        return isfinite(value)
    return bool(value.is_finite()) and len(value.normalize().as_tuple().digits) <= _MOST_DIGITS

"""XLSX: sheets streamed row by row. The archive is measured before anything in it is unpacked.

Refused with a reason: an archive that unpacks to more than its limits (a zip bomb), one with a document type in its XML
(entity bombs), and more columns than a table can have. Formulas are never run: the value last saved is read, and where
none was saved the text of the formula, as in a CSV, so that nothing is lost in silence.
"""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.shapes import (
    MAX_COLUMNS,
    SAMPLE,
    BadRow,
    Format,
    How,
    Item,
    Row,
    Sniffed,
    as_text,
    start_of,
)
from mutuals.connectors.files.tables import with_header

_MOST_FILES = 5_000
_MOST_UNPACKED = 4 << 30  # bytes, all parts together
_MOST_STRINGS = 96 << 20  # bytes of the shared strings, the only part that is held whole
_BOMB_RATIO = 200
_BOMB_SIZE = 64 << 20  # below this a high ratio is harmless
_ROW = re.compile(rb"<(?:\w{1,8}:)?row[ >/]")
_MOST_ROWS = 1_048_576  # what a sheet can have
_NO_MEMORY = 1  # of the codes of expat's errors
_BROKEN = (
    zipfile.BadZipFile,
    EOFError,
    ParseError,
    ValueError,
    LookupError,
    TypeError,
    OSError,
    AttributeError,
    DefusedXmlException,
    NotImplementedError,
    zlib.error,
    struct.error,
    SyntaxError,
)


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    head: bytes


def check_archive(path: Path) -> None:
    """Raise Unreadable for a bomb, an encrypted file, an archive that is no workbook, or XML with a document type."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_sizes(parts)
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise Unreadable(_what_else(names))
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _check_xml(_Part(part.filename, _head(archive, part)))
    except Unreadable:
        raise
    except (*_BROKEN, RuntimeError) as error:
        raise Unreadable(f"The file is damaged or cut off ({error}). Save it again as .xlsx or as CSV.") from error


def _head(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as file:
        return file.read(4096)


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > _MOST_FILES:
        raise Unreadable(f"The workbook has {len(parts):,} inner files; at most {_MOST_FILES:,} are read.")
    unpacked = sum(part.file_size for part in parts)
    packed = max(sum(part.compress_size for part in parts), 1)
    if unpacked > _MOST_UNPACKED:
        raise Unreadable(f"The workbook unpacks to {unpacked >> 20:,} MiB; save the sheet as CSV, which has no limit.")
    if unpacked > _BOMB_SIZE and unpacked / packed > _BOMB_RATIO:
        raise Unreadable(
            f"The workbook unpacks to {unpacked // packed:,} times its size, which looks like a zip bomb. "
            "If it is genuine, save the sheet as CSV."
        )
    for part in parts:
        if part.filename.endswith("sharedStrings.xml") and part.file_size > _MOST_STRINGS:
            raise Unreadable("The workbook holds more than 96 MiB of texts; save the sheet as CSV, which has no limit.")


def _check_xml(part: _Part) -> None:
    if part.head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<!DOCTYPE" in part.head or b"<!ENTITY" in part.head:
        raise Unreadable(f"{part.name} declares XML entities, which no workbook needs; the file is refused.")


def _what_else(names: set[str]) -> str:
    if "content.xml" in names:
        return "This is an OpenDocument file. Save it as .xlsx or as CSV."
    if "xl/workbook.bin" in names:
        return "This is a binary workbook (.xlsb). Save it as .xlsx or as CSV."
    return "This is a zip archive, not a table. Unpack it and import the files inside."


class Workbook:
    """An opened workbook; use as a context manager."""

    def __init__(self, path: Path) -> None:
        check_archive(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._file = path.open("rb")  # opened here: given a path, openpyxl would judge by the suffix
            try:
                self._book = openpyxl.load_workbook(self._file, read_only=True, data_only=True, keep_links=False)
            except _BROKEN as error:
                self._file.close()
                if getattr(error, "code", 0) == _NO_MEMORY:
                    raise MemoryError from error
                raise Unreadable(f"The workbook cannot be read ({start_of(str(error))}).") from error
        self.sheets: tuple[str, ...] = tuple(str(sheet.title) for sheet in self._book.worksheets)
        if not self.sheets:
            self.close()
            raise Unreadable("The workbook has no sheet with cells.")

    def __enter__(self) -> Workbook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()
        self._file.close()

    def count(self, sheet: str) -> int:
        """Rows of a sheet, told from its bytes: exact where every row holds something, and fast."""
        pages: Any = self._book.worksheets[self.sheets.index(sheet)]
        found, tail = 0, b""
        try:
            with zipfile.ZipFile(self._file) as archive, archive.open(pages._worksheet_path) as part:
                while chunk := part.read(1 << 20):
                    found += len(_ROW.findall(tail + chunk))
                    tail = chunk[-4:]
        except _BROKEN:
            pass  # the rows themselves will say where it breaks off
        return found

    def cells(self, sheet: str) -> Iterator[tuple[int, list[str] | str]]:
        """(row number, texts) for each row that has any; last (row number, reason) where the sheet breaks off."""
        if sheet not in self.sheets:
            raise Unreadable(f"There is no sheet “{sheet}”; the workbook has {', '.join(self.sheets)}.")
        pages: Any = self._book.worksheets[self.sheets.index(sheet)]
        pages.reset_dimensions()  # the stated size may lie
        number = 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                for number, cells in _values(pages):
                    if len(cells) > MAX_COLUMNS and any(cell is not None for cell in cells[MAX_COLUMNS:]):
                        yield number, f"Row has {len(cells):,} cells; at most {MAX_COLUMNS:,} are read"
                        return
                    if any(cell is not None for cell in cells):
                        yield number, [cell if isinstance(cell, str) else as_text(cell) for cell in cells[:MAX_COLUMNS]]
            except _BROKEN as error:
                if getattr(error, "code", 0) == _NO_MEMORY:
                    raise MemoryError from error
                yield number + 1, f"The sheet breaks off after row {number:,} ({start_of(str(error), 80)})"


class _Parser(WorkSheetParser):
    """Reads the saved values; a formula without one is its own text. Asked for values alone, openpyxl would drop it."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        formula = element.find(FORMULA_TAG)
        if formula is not None and not element.findtext(VALUE_TAG) and element.get("t") != "str":  # "str": saved, empty
            cell |= {"value": f"={formula.text or ''}", "data_type": "s"}
        return cell


def _values(pages: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The values of each row that is in the file, under its number; at most as many rows as a sheet can have."""
    book = pages.parent
    with pages._get_source() as part:
        parser = _Parser(
            part,
            pages._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, row in parser.parse():
            if number > _MOST_ROWS:
                return
            yield number, pages._get_row(row, values_only=True)


def sheet_rows(path: Path, sniffed: Sniffed, sheet: str) -> Iterator[Row | BadRow]:
    """Rows of one sheet as dicts by column; a cell beyond the header that holds something makes a BadRow."""
    columns = sniffed.columns
    width = len(columns)
    head = sniffed.skip + (1 if sniffed.has_header else 0)
    seen = 0
    with Workbook(path) as book:
        for number, cells in book.cells(sheet):
            if isinstance(cells, str):
                yield BadRow(number, cells)
                continue
            seen += 1
            if seen <= head:
                continue
            if any(cells[width:]):
                yield BadRow(number, f"Row has {len(cells)} of {width} cells", start_of(" | ".join(cells)))
                continue
            values = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
            yield Row(number, values)


def recognised(path: Path, how: How) -> Sniffed:
    """The sheets of a workbook and the first rows of the chosen one, else of the first with two rows."""
    with Workbook(path) as book:
        names = book.sheets
        chosen = how.sheet or _fullest(book)
        first = [cells for _, cells in islice(book.cells(chosen), 60) if isinstance(cells, list)]
        if not first:
            raise Unreadable(f"Sheet “{chosen}” is empty.")
        base = with_header(Sniffed(Format.XLSX, sheet_names=names, sheet=chosen), first, how.has_header)
        width = len(base.columns)
        body = [cells for cells in first[base.skip + base.has_header :] if not any(cells[width:])][:SAMPLE]
        total = book.count(chosen)
    rows = tuple(dict.fromkeys(base.columns, "") | dict(zip(base.columns, cells, strict=False)) for cells in body)
    count = total - base.skip - base.has_header
    return replace(base, sample_rows=rows, approximate_rows=max(count, len(rows)))


def _fullest(book: Workbook) -> str:
    """The first sheet with at least two rows, else the first."""
    for name in book.sheets:
        if len(list(islice(book.cells(name), 2))) == 2:
            return name
    return book.sheets[0]


def read(path: Path, sniffed: Sniffed, sheet: str) -> Iterator[Item]:
    """Every row of the sheet, or of the one that was recognised."""
    return sheet_rows(path, sniffed, sheet or sniffed.sheet)

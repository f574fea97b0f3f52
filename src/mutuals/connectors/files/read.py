"""Rows of any supported file, streamed; and cells made safe for the files that we write ourselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mutuals.connectors.files.delimited import csv_rows
from mutuals.connectors.files.parquet import parquet_rows
from mutuals.connectors.files.records import card_rows, jsonl_rows, mbox_rows
from mutuals.connectors.files.shapes import Format, Item, Sniffed
from mutuals.connectors.files.sheets import sheet_rows


def rows(path: Path, sniffed: Sniffed, *, sheet: str | None = None) -> Iterator[Item]:
    """Every record of the file in its order: Row, MailRow (mbox), or BadRow with the reason; no exception half-way.

    Memory does not grow with the file. Raises Unreadable only at the very start, when the file cannot be opened at all.
    """
    if sniffed.format is Format.CSV:
        yield from csv_rows(path, sniffed)
    elif sniffed.format is Format.XLSX:
        yield from sheet_rows(path, sniffed, sheet or sniffed.sheet)
    elif sniffed.format is Format.PARQUET:
        yield from parquet_rows(path, sniffed)
    elif sniffed.format is Format.JSONL:
        yield from jsonl_rows(path, sniffed.encoding)
    elif sniffed.format is Format.MBOX:
        yield from mbox_rows(path)
    else:
        yield from card_rows(path, sniffed.encoding)


def safe_cell(value: str) -> str:
    """A cell for a CSV that somebody will open in a spreadsheet: one that would run as a formula gets a leading quote.

    Source: OWASP, CSV injection. Plain numbers such as -5 or +3.2 and phone numbers stay as they are.
    """
    stripped = value.lstrip()
    if not value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) and not stripped.startswith(("=", "+", "-", "@")):
        return value
    if stripped and stripped[0] in "+-" and stripped[1:].replace(".", "", 1).replace(" ", "").isdigit():
        return value
    return "'" + value

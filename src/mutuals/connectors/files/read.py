"""Rows of any supported file, streamed; and cells made safe for the files that we write ourselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mutuals.connectors.files import apart
from mutuals.connectors.files.shapes import Format, Item, Sniffed

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_READERS = {Format.XLSX: "sheets", Format.PARQUET: "parquet"}


def rows(path: Path, sniffed: Sniffed, *, sheet: str | None = None) -> Iterator[Item]:
    """Every record of the file in its order: Row, MailRow (mbox), or BadRow with the reason.

    Read in a process of its own that may take only so much memory and time, so that no file harms this one. Raises
    Unreadable at the start, when the file cannot be opened at all, or at the row where that process was ended.
    """
    yield from apart.rows(_READERS.get(sniffed.format, "texts"), path, sniffed, sheet or "")


def safe_cell(value: str) -> str:
    """A cell for a CSV that somebody will open in a spreadsheet: one that would run as a formula gets a leading quote.

    Source: OWASP, CSV injection; the wide signs are those that a spreadsheet in Japanese takes for the narrow ones.
    Plain numbers such as -5 or +3.2 and phone numbers stay as they are. What follows a semicolon within a cell is not
    changed: it is text to whoever opens the file with the comma that it is written with.
    """
    stripped = value.lstrip()
    if not value.startswith(("\t", "\r", "\n")) and not stripped.startswith(_FORMULA):
        return value
    if stripped and stripped[0] in "+-" and stripped[1:].replace(".", "", 1).replace(" ", "").isdigit():
        return value
    return "'" + value

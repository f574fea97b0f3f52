"""Rows of any supported file, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mutuals.connectors.files import apart
from mutuals.connectors.files.shapes import Format, Item, Sniffed

_READERS = {Format.XLSX: "sheets", Format.PARQUET: "parquet"}


def rows(path: Path, sniffed: Sniffed, *, sheet: str | None = None) -> Iterator[Item]:
    """Every record of the file in its order: Row, MailRow (mbox), or BadRow with the reason.

    Read in a process of its own that may take only so much memory and time, so that no file harms this one. Raises
    Unreadable at the start, when the file cannot be opened at all, or at the row where that process was ended.
    """
    yield from apart.rows(_READERS.get(sniffed.format, "texts"), path, sniffed, sheet or "")

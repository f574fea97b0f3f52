"""A file as columns: batches of texts, the fast way where the file is even and row by row where it is not.

Memory follows a batch and never the file. What this gives is what `read.rows` gives, only faster.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from mutuals.connectors.files import apart, delimited, read
from mutuals.connectors.files.shapes import BadRow, Format, Row, Sniffed, as_cell, unique_names

ROWS = 20_000
"""Rows of a batch."""
MOST_TOLD = 3
"""Rows that were left out and are kept with their reason; of the rest only the number is known."""
_MOST_WAITING = 64 << 20  # bytes that are read one by one before they are handed on
_BLOCK = 4 << 20  # bytes of CSV that are parsed at once
_UNTOLD = BadRow(0, "")


def columns(
    path: Path, sniffed: Sniffed, *, again: Callable[[], None], left_out: list[BadRow]
) -> Iterator[dict[str, Any]]:
    """Batches as heading -> Arrow array of texts, all of one length; a list in a cell as its values parted by `;`.

    `again` is called where a file shows to be uneven on the way: forget what was handed out, it comes anew. Rows that
    cannot be read go into `left_out`, the first MOST_TOLD with their reason. Raises Unreadable.
    """
    try:
        yield from _fast(path, sniffed)
    except _Uneven:
        again()
        yield from _slow(path, sniffed, left_out)


class _Uneven(Exception):
    """The file is not for the fast way."""


def _fast(path: Path, sniffed: Sniffed) -> Iterator[dict[str, Any]]:
    if sniffed.format is Format.PARQUET:
        yield from _parquet(path)
    elif sniffed.format is Format.CSV and _is_plain(path, sniffed):
        yield from _even_csv(path, sniffed)
    else:
        raise _Uneven


def _is_plain(path: Path, sniffed: Sniffed) -> bool:
    """The first line is the header, so that both ways of reading begin at the same row."""
    if sniffed.skip or not sniffed.has_header:
        return False
    with path.open("r", encoding=sniffed.encoding, errors="replace", newline="") as file:
        line = file.readline(1 << 20)
    quote = sniffed.quote or '"'
    try:
        head = next(csv.reader([line], delimiter=sniffed.delimiter, quotechar=quote, skipinitialspace=True), [])
    except csv.Error:
        return False
    return line.endswith("\n") and unique_names(head) == sniffed.columns


def _even_csv(path: Path, sniffed: Sniffed) -> Iterator[dict[str, Any]]:
    """Raises _Uneven where a row is broken, or where the other way would read it otherwise."""
    names = list(sniffed.columns)
    encoding = "utf8" if sniffed.encoding in ("utf-8", "utf-8-sig") else sniffed.encoding
    try:
        reader = pacsv.open_csv(
            path,
            read_options=pacsv.ReadOptions(
                use_threads=False, block_size=_BLOCK, skip_rows=1, column_names=names, encoding=encoding
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=sniffed.delimiter, quote_char=sniffed.quote or False, newlines_in_values=True
            ),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
        with reader:
            for batch in reader:
                if sniffed.quote and _holds_stray_quotes(batch, sniffed.quote):
                    raise _Uneven
                yield dict(zip(names, batch.columns, strict=True))
    except (pa.ArrowException, UnicodeError, ValueError, OSError) as error:
        raise _Uneven from error


def _holds_stray_quotes(batch: Any, quote: str) -> bool:
    """A quote after a blank, which opens a field only to readers that skip the blank."""
    return any(pc.any(pc.match_substring_regex(column, rf"^\s+{quote}")).as_py() for column in batch.columns)


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    for body in apart.tables("parquet", path):
        with pa.ipc.open_stream(body) as stream:
            batch = stream.read_next_batch()
        batch.validate(full=True)
        yield dict(zip(batch.schema.names, batch.columns, strict=True))


def _slow(path: Path, sniffed: Sniffed, left_out: list[BadRow]) -> Iterator[dict[str, Any]]:
    """Row by row: every format, and every row that anything can be made of."""
    found = delimited.csv_rows(path, sniffed) if sniffed.format is Format.CSV else read.rows(path, sniffed)
    waiting, size = list[Row](), 0
    for item in found:
        if isinstance(item, Row):
            waiting.append(item)
            size += sum(len(value) for value in item.values.values())
        elif isinstance(item, BadRow):
            left_out.append(item if len(left_out) < MOST_TOLD else _UNTOLD)
        if len(waiting) >= ROWS or size > _MOST_WAITING:
            yield _as_columns(waiting, sniffed.columns)
            waiting, size = [], 0
    if waiting:
        yield _as_columns(waiting, sniffed.columns)


def _as_columns(rows: list[Row], columns: Sequence[str]) -> dict[str, Any]:
    return {name: pa.array([as_cell(row.values.get(name, "")) for row in rows], pa.string()) for name in columns}

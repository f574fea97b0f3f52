"""Where a table begins: title rows above it, and whether its first row names the columns or is already data."""

from __future__ import annotations

import re
from dataclasses import replace

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.shapes import MAX_COLUMNS, Sniffed, unique_names

_VALUE_LIKE = re.compile(r"^[\W\d]*\d[\d.,:/\s+-]*\D{0,3}$|@.+\.|^https?://")


def with_header(base: Sniffed, first: list[list[str]], has_header: bool | None) -> Sniffed:
    """Find title rows above the table, then say whether its first row names the columns or is already data."""
    if not first:
        raise Unreadable("The file has no row that can be read.")
    widths = sorted(len([cell for cell in row if cell.strip()]) for row in first)
    usual = widths[len(widths) // 2]
    skip = 0
    while usual > 2 and skip < len(first) - 1 and sum(1 for cell in first[skip] if cell.strip()) * 2 < usual:
        skip += 1
    head = first[skip]
    width = max(len(head), 1)
    while width > 1 and not head[width - 1].strip() and not any("".join(row[width - 1 : width]) for row in first):
        width -= 1
    if width > MAX_COLUMNS:
        raise Unreadable(f"The file has {width:,} columns; at most {MAX_COLUMNS:,} are read.")
    named = _names_columns(head[:width]) if has_header is None else has_header
    columns = unique_names(head[:width] if named else [""] * width)
    notes = list(base.warnings)
    if skip:
        notes.append(f"{skip} rows above the header are left out.")
    if not named:
        notes.append("The first row looks like data, so the columns are named by their place.")
    if named and list(columns) != [" ".join(name.split()) for name in head[:width]]:
        notes.append("Some column names were empty or doubled; they got a number.")
    return replace(base, columns=columns, skip=skip, has_header=named, warnings=tuple(notes))


def _names_columns(cells: list[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or len(filled) * 2 < len(cells):
        return False
    return not any(_VALUE_LIKE.search(cell) or len(cell) > 120 for cell in filled)

"""Cells of files that a spreadsheet will open. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


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


def csv_line(cells: Iterable[object]) -> str:
    """One line of a CSV with its end, each cell as `safe_cell` has it; None is an empty cell."""
    line = io.StringIO()
    csv.writer(line).writerow(["" if cell is None else safe_cell(str(cell)) for cell in cells])
    return line.getvalue()

"""What all writers have in common, and the two forms that are lines of text."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from mutuals.base.cells import safe_cell

MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/x-ndjson",
    "vcard": "text/vcard",
    "zip": "application/zip",
}
"""Form -> media type."""


class Shape(Enum):
    """What the values of a column are."""

    TEXT = "text"
    WHOLE = "whole number"  # 64 bits
    NUMBER = "number"
    YES = "yes or no"
    DAY = "day"
    TIME = "moment"
    WORDS = "several words"


@dataclass(frozen=True, slots=True)
class Head:
    """A column: `name` for programs, `label` for people."""

    name: str
    label: str
    shape: Shape = Shape.TEXT


class Writer(Protocol):
    """A file that is being written. What is not closed is no file."""

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, each with a value for every head."""

    def close(self) -> None:
        """Finish the file."""

    def drop(self) -> None:
        """Let go of it unfinished; after `close` it does nothing."""


def writer(form: str, path: Path, heads: Sequence[Head], *, zone: ZoneInfo, title: str) -> Writer:
    """A writer of that form. `title` names the sheet of a workbook. ValueError: a form that has no rows."""
    from mutuals.base.writing.arrow import ParquetWriter  # noqa: PLC0415 - Arrow takes 50 MB, and most exports need none
    from mutuals.base.writing.sheets import XlsxWriter  # noqa: PLC0415

    if form == "csv":
        return CsvWriter(path, heads, zone)
    if form == "jsonl":
        return JsonWriter(path, heads, zone)
    if form == "xlsx":
        return XlsxWriter(path, heads, zone, title)
    if form == "parquet":
        return ParquetWriter(path, heads, zone)
    raise ValueError(f"There are no rows in a file of the form {form!r}.")


def labels(heads: Sequence[Head], zone: ZoneInfo) -> list[str]:
    """What stands above the columns, once each; moments say their zone."""
    told: list[str] = []
    for head in heads:
        label = f"{head.label} ({zone.key})" if head.shape is Shape.TIME else head.label
        told.append(label if label not in told else f"{label} ({head.name})")
    return told


def printed(value: Any, zone: ZoneInfo) -> str:
    """A value as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(" ", "seconds")[:19]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


class CsvWriter:
    """RFC 4180 with commas, in UTF-8 without a mark; a line of labels first."""

    def __init__(self, path: Path, heads: Sequence[Head], zone: ZoneInfo) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="")
        self._lines = csv.writer(self._file)
        self._zone = zone
        self._lines.writerow([safe_cell(one) for one in labels(heads, zone)])

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows."""
        zone = self._zone
        self._lines.writerows([safe_cell(printed(value, zone)) for value in row] for row in rows)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    drop = close


class JsonWriter:
    """A JSON object a line, by the names of the heads. Moments carry their offset, exact numbers are texts, None is null."""

    def __init__(self, path: Path, heads: Sequence[Head], zone: ZoneInfo) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="\n")
        self._names, self._zone = [head.name for head in heads], zone

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows."""
        names, default = self._names, self._plain
        for row in rows:
            told = dict(zip(names, row, strict=True))
            self._file.write(json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=default) + "\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    drop = close

    def _plain(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(self._zone).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        return f"{value:f}" if isinstance(value, Decimal) else str(value)

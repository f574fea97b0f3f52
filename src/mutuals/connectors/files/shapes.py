"""What the readers of files hand upwards: frozen values, no database, no open handles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | list[str] | list[dict[str, str]]

MAX_COLUMNS = 1_000
MAX_ROWS = 100_000_000
MAX_TEXT = 1 << 20  # characters of one cell, line of CSV or quoted field
MAX_LINE = 8 << 20  # bytes of one JSON line or one card
MAX_MAIL = 50 << 20  # bytes of one mail in an mbox
SAMPLE = 20  # rows that are shown of a file


class Format(StrEnum):
    """The file formats that are read, recognised by content and not by suffix."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSONL = "jsonl"
    MBOX = "mbox"
    VCARD = "vcard"


@dataclass(frozen=True, slots=True)
class How:
    """What a person says of a file; it overrules what would be detected. Empty or None: detect it."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    has_header: bool | None = None


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file seems to be. `approximate_rows` is exact for Parquet and for text files below 4 MiB.

    `encoding` is a Python codec name, empty for binary formats; `delimiter` and `quote` are empty but for CSV.
    `skip` is the number of rows above the header; `has_header` False means that columns were named by their place.
    """

    format: Format
    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    columns: tuple[str, ...] = ()
    sample_rows: tuple[Mapping[str, Value], ...] = ()
    approximate_rows: int = 0
    sheet_names: tuple[str, ...] = ()
    sheet: str = ""
    has_header: bool = True
    skip: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `number` is its place in the file as a person would count it: header = 1 in tables, else from 1."""

    number: int
    values: Mapping[str, Value]
    notes: tuple[str, ...] = ()  # what was cleaned on the way in


@dataclass(frozen=True, slots=True)
class BadRow:
    """One record that was not read, why, and how it began."""

    number: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class MailRow:
    """One message of an mbox, as bytes; the room above gives it to the email connector."""

    number: int
    raw: bytes = field(repr=False)


Item = Row | BadRow | MailRow


def as_text(value: object) -> str:
    """One cell as text, kept as exactly as text allows: no rounding, no dates turned, nothing evaluated."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if hasattr(value, "isoformat"):
        return str(value.isoformat(" ") if hasattr(value, "hour") and hasattr(value, "year") else value.isoformat())
    return str(value)


def as_cell(value: object) -> str:
    """One cell of a table that has columns of texts alone: a list as its values parted by `;`."""
    if isinstance(value, list):
        return ";".join(filter(None, (as_cell(one) for one in value)))
    return as_text(value).removesuffix(" 00:00:00")  # a date that a sheet kept as a moment


def _float_text(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return repr(value)


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Column names for a header: trimmed, an empty one named by its place, a doubled one numbered."""
    seen: dict[str, int] = {}
    taken = {name.strip() for name in names}
    done: list[str] = []
    for place, raw in enumerate(names, 1):
        name = " ".join(raw.split())[:200] or f"Column {place}"
        seen[name] = seen.get(name, 0) + 1
        unique = name
        while unique in done or (seen[name] > 1 and unique in taken):
            seen[name] += unique != name
            unique = f"{name} ({seen[name]})"
            if unique in done:
                seen[name] += 1
        done.append(unique)
    return tuple(done)


def flat(record: Mapping[str, object]) -> dict[str, Value]:
    """A nested record as columns: inner objects as `outer.inner`, lists kept as lists of text or of flat objects."""
    done: dict[str, Value] = {}
    for key, value in record.items():
        name = str(key)
        if isinstance(value, Mapping):
            for inner, deep in value.items():
                done[f"{name}.{inner}"] = _listed(deep) if isinstance(deep, list) else _scalar(deep)
        elif isinstance(value, list):
            done[name] = _listed(value)
        else:
            done[name] = value if isinstance(value, str) else as_text(value)
    return done


def width(record: Mapping[str, object]) -> int:
    """How many columns `flat` makes of a record, or the names of the widest object in a list of it where they are more."""
    lists = [value for value in record.values() if isinstance(value, list)]
    inside = [len(inner) for value in lists for inner in value if isinstance(inner, Mapping)]
    return max(sum(len(value) if isinstance(value, Mapping) else 1 for value in record.values()), *inside, 0)


def _scalar(value: object) -> str:
    return value if isinstance(value, str) else as_text(value)


def _listed(values: list[object]) -> list[str] | list[dict[str, str]]:
    if values and all(isinstance(value, Mapping) for value in values):
        return [{str(key): as_text(inner) for key, inner in value.items()} for value in values]  # type: ignore[attr-defined]
    return [as_text(value) for value in values]


def start_of(text: str, length: int = 200) -> str:
    """How a bad row began, fit for a screen: one line, no control characters."""
    shown = "".join(char if char.isprintable() else " " for char in text[: length * 2])
    return " ".join(shown.split())[:length]

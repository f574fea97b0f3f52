"""Everything that is text: CSV, JSON Lines, mbox and vCard. Which of them a file is, and its records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files import delimited, encoding, records
from mutuals.connectors.files.shapes import MAX_COLUMNS, SAMPLE, BadRow, Format, How, Item, Row, Sniffed, Value
from mutuals.connectors.files.tables import with_header

_EXACT = 4 << 20  # bytes up to which rows are counted, not estimated


def recognised(path: Path, how: How) -> Sniffed:
    """What a text file is, with its first rows. Raises Unreadable for what is no text, or no table."""
    known = encoding.Encoding(how.encoding) if how.encoding else encoding.detect(path)
    try:
        text = delimited.sample_text(path, known.name)
    except LookupError as error:
        raise Unreadable(f"There is no encoding called “{how.encoding}”.") from error
    start = text.lstrip("\ufeff \r\n\t")
    _refuse_other_text(start)
    if start[:11].upper() == "BEGIN:VCARD":
        rows = _sample(records.card_rows(path, known.name))
        return Sniffed(Format.VCARD, known.name, columns=records.CARD_COLUMNS, sample_rows=rows,
                       approximate_rows=_count(path, b"BEGIN:VCARD"), warnings=known.warnings)  # fmt: skip
    if start.startswith("From ") and re.search(r"^[A-Za-z-]+: ", start[:2000], re.MULTILINE):
        return Sniffed(Format.MBOX, approximate_rows=_count(path, b"\nFrom ") + 1)
    if start.startswith("{"):
        return _sniff_jsonl(path, known)
    return _sniff_csv(path, known, text, how)


def _refuse_other_text(start: str) -> None:
    low = start[:200].lower()
    if low.startswith(("<!doctype html", "<html")):
        raise Unreadable("This is a web page, not a table: the download link may have asked for a sign-in.")
    if low.startswith(("<?xml", "<rss", "<feed")):
        raise Unreadable("This is XML. Export the table as CSV; add a feed as a source of its own.")
    if re.match(r"\[\s*[\{\[]", start):
        raise Unreadable("This is one JSON list. Write it as JSON Lines: one object per line, without the brackets.")
    odd = sum(1 for char in start[:4000] if ord(char) < 32 and char not in "\r\n\t\f")
    if odd > 0.1 * min(len(start), 4000):
        raise Unreadable("This is not text, and no format that is known here. Export the table as CSV or .xlsx.")


def _sniff_jsonl(path: Path, known: encoding.Encoding) -> Sniffed:
    if known.name.startswith(("utf-16", "utf-32")):
        raise Unreadable("JSON Lines are UTF-8 by definition and this file is not. Save it as UTF-8.")
    first = list(islice(records.jsonl_rows(path, known.name), 200))
    rows = _sample(iter(first), 200)
    if not rows:
        why = next((f" Line {one.number}: {one.reason}." for one in first if isinstance(one, BadRow)), "")
        raise Unreadable(f"The file begins like JSON Lines, but none of its first lines can be read.{why}")
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
        if len(names) > MAX_COLUMNS:
            raise Unreadable(f"The first lines have more than {MAX_COLUMNS:,} names together, the most that are read.")
    return Sniffed(Format.JSONL, known.name, columns=tuple(names), sample_rows=rows[:SAMPLE],
                   approximate_rows=_count(path, b"\n"), warnings=known.warnings)  # fmt: skip


def _sniff_csv(path: Path, known: encoding.Encoding, text: str, how: How) -> Sniffed:
    dialect = delimited.guess_dialect(text)
    if how.delimiter:
        dialect = delimited.Dialect(how.delimiter, dialect.quote)
    found = delimited.records(path, known.name, dialect)
    first = [fields for _, fields, _, _ in islice(found, 60) if isinstance(fields, list) and fields]
    base = Sniffed(Format.CSV, known.name, dialect.delimiter, dialect.quote, warnings=known.warnings)
    base = with_header(base, first, how.has_header)
    rows = _sample(delimited.csv_rows(path, base))
    return replace(
        base, sample_rows=rows, approximate_rows=max(_records_in(path, text) - base.skip - base.has_header, 0)
    )


def read(path: Path, sniffed: Sniffed, _sheet: str) -> Iterator[Item]:
    """Every record of a text file."""
    if sniffed.format is Format.CSV:
        return delimited.csv_rows(path, sniffed)
    if sniffed.format is Format.JSONL:
        return records.jsonl_rows(path, sniffed.encoding)
    if sniffed.format is Format.MBOX:
        return records.mbox_rows(path)
    return records.card_rows(path, sniffed.encoding)


def _sample(found: Iterator[object], most: int = SAMPLE) -> tuple[dict[str, Value], ...]:
    return tuple(dict(row.values) for row in islice((one for one in found if isinstance(one, Row)), most))


def _records_in(path: Path, text: str) -> int:
    """Line ends, counted in a small file and estimated from the first quarter megabyte of a large one."""
    if path.stat().st_size <= _EXACT:
        with path.open("rb") as file:
            body = file.read()
        return body.count(b"\n") + (0 if body.endswith(b"\n") else 1)
    lines = text.count("\n") or text.count("\r")
    return int(path.stat().st_size * lines / max(len(text.encode("utf-8", "replace")), 1))


def _count(path: Path, mark: bytes) -> int:
    """How often a mark occurs: exactly in a small file, estimated from 4 MiB in a large one."""
    size = path.stat().st_size
    with path.open("rb") as file:
        body = file.read(_EXACT)
    found = body.count(mark) + (1 if mark == b"\n" and size <= _EXACT and not body.endswith(b"\n") else 0)
    return found if size <= _EXACT else int(found * size / len(body))

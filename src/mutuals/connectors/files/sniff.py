"""What is this file? By its content; the suffix is only ever a hint in a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files import delimited, encoding, records
from mutuals.connectors.files.parquet import batches, column_names, open_parquet
from mutuals.connectors.files.shapes import MAX_COLUMNS, BadRow, Format, Row, Sniffed, Value, unique_names
from mutuals.connectors.files.sheets import Workbook

SAMPLE = 20
_EXACT = 4 << 20  # bytes up to which rows are counted, not estimated
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "This is an old or password-protected workbook. Save it as .xlsx without one, or as CSV."),
    (b"\x1f\x8b", "This is a gzip archive. Unpack it first."),
    (b"BZh", "This is a bzip2 archive. Unpack it first."),
    (b"\xfd7zXZ", "This is an xz archive. Unpack it first."),
    (b"7z\xbc\xaf", "This is a 7-Zip archive. Unpack it first."),
    (b"%PDF", "This is a PDF. Export the table itself, as CSV or .xlsx."),
    (b"\x89PNG", "This is a picture, not a table."),
    (b"\xff\xd8\xff", "This is a picture, not a table."),
    (b"SQLite format 3", "This is an SQLite database. Export the table as CSV."),
    (b"ARROW1", "This is an Arrow file. Write it as Parquet."),
)  # fmt: skip
_VALUE_LIKE = re.compile(r"^[\W\d]*\d[\d.,:/\s+-]*\D{0,3}$|@.+\.|^https?://")
_SUFFIXES = {
    Format.CSV: {".csv", ".tsv", ".txt", ".tab", ".dat"},
    Format.XLSX: {".xlsx", ".xlsm"},
    Format.PARQUET: {".parquet", ".pq"},
    Format.JSONL: {".jsonl", ".ndjson", ".json"},
    Format.MBOX: {".mbox", ".mbx", ""},
    Format.VCARD: {".vcf", ".vcard"},
}  # fmt: skip


def sniff(
    path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "", has_header: bool | None = None
) -> Sniffed:
    """Recognise a file and read its first rows. The keywords overrule what would be detected.

    Raises Unreadable, with the remedy in the message, for an empty file, another type of file, or a damaged one.
    """
    if not path.is_file():
        raise Unreadable(f"There is no file {path.name}.")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise Unreadable("The file is empty.")
    for magic, message in _REFUSED:
        if head.startswith(magic):
            raise Unreadable(message)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        found = _sniff_xlsx(path, sheet, has_header)
    elif head.startswith(b"PAR1"):
        found = _sniff_parquet(path)
    else:
        found = _sniff_text(path, encoding, delimiter, has_header)
    if path.suffix.lower() not in _SUFFIXES[found.format]:
        note = f"The file is named {path.suffix or 'without a suffix'} but is {found.format.value}."
        found = replace(found, warnings=(*found.warnings, note))
    return found


def _sniff_text(path: Path, wanted: str, delimiter: str, has_header: bool | None) -> Sniffed:
    known = encoding.Encoding(wanted) if wanted else encoding.detect(path)
    try:
        text = delimited.sample_text(path, known.name)
    except LookupError as error:
        raise Unreadable(f"There is no encoding called “{wanted}”.") from error
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
    return _sniff_csv(path, known, text, delimiter, has_header)


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


def _sniff_csv(path: Path, known: encoding.Encoding, text: str, delimiter: str, has_header: bool | None) -> Sniffed:
    dialect = delimited.guess_dialect(text)
    if delimiter:
        dialect = delimited.Dialect(delimiter, dialect.quote)
    found = delimited.records(path, known.name, dialect)
    first = [fields for _, fields, _, _ in islice(found, 60) if isinstance(fields, list) and fields]
    base = Sniffed(Format.CSV, known.name, dialect.delimiter, dialect.quote, warnings=known.warnings)
    base = _with_header(base, first, has_header)
    rows = _sample(delimited.csv_rows(path, base))
    return replace(
        base, sample_rows=rows, approximate_rows=max(_records_in(path, text) - base.skip - base.has_header, 0)
    )


def _sniff_xlsx(path: Path, sheet: str, has_header: bool | None) -> Sniffed:
    with Workbook(path) as book:
        names = book.sheets
        chosen = sheet or _fullest(book)
        first = [cells for _, cells in islice(book.cells(chosen), 60) if isinstance(cells, list)]
        if not first:
            raise Unreadable(f"Sheet “{chosen}” is empty.")
        base = _with_header(Sniffed(Format.XLSX, sheet_names=names, sheet=chosen), first, has_header)
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


def _sniff_parquet(path: Path) -> Sniffed:
    file = open_parquet(path)
    try:
        columns = column_names(file)
        first = next(batches(file, SAMPLE), [])
        if isinstance(first, str):
            raise Unreadable(first)
        names = dict.fromkeys(columns) if not first else dict.fromkeys(name for row in first for name in row)
        return Sniffed(Format.PARQUET, columns=tuple(names), sample_rows=tuple(first[:SAMPLE]),
                       approximate_rows=file.metadata.num_rows)  # fmt: skip
    finally:
        file.close()


def _with_header(base: Sniffed, first: list[list[str]], has_header: bool | None) -> Sniffed:
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

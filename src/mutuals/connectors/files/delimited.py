"""CSV with any delimiter: which dialect it is, and its rows, streamed, whatever is broken in them.

A row that cannot be read becomes a BadRow and the reading goes on with the next line. A quote that never closes costs
its own line only: the lines that it would have swallowed are read again.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutuals.connectors.files.shapes import MAX_ROWS, MAX_TEXT, BadRow, Row, Sniffed, start_of

DELIMITERS = (",", ";", "\t", "|", ":", "^", "~")
_SAMPLE = 256 << 10  # characters looked at for the dialect
_MOST_UNCLOSED = 1_000

csv.field_size_limit(MAX_TEXT)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How fields are parted and quoted; `quote` is empty where nothing is quoted."""

    delimiter: str
    quote: str


def open_text(path: Path, encoding: str) -> Iterator[str]:
    """Physical lines, at most MAX_TEXT characters each; bytes that do not fit stay visible as surrogates or U+FFFD."""
    errors = (
        "surrogateescape" if encoding.startswith("utf-8") else "replace"
    )  # the first names the byte, but only there
    with path.open("r", encoding=encoding, errors=errors, newline="") as file:
        while line := file.readline(MAX_TEXT + 1):
            yield line


def sample_text(path: Path, encoding: str) -> str:
    """The first quarter million characters, cut at a line end where there is one."""
    with path.open("r", encoding=encoding, errors="replace", newline="") as file:
        text = file.read(_SAMPLE)
        if len(text) == _SAMPLE and "\n" in text:
            text = text[: text.rindex("\n") + 1]
    return text.replace("\0", "")


def guess_dialect(text: str) -> Dialect:
    """The delimiter that parts the sample into the most even rows; quoted line breaks and delimiters do not mislead."""
    best, best_score = Dialect(",", '"'), 0.0
    for quote in ('"', "'"):
        if quote == "'" and not _quotes_fields(text, "'"):
            continue
        for order, delimiter in enumerate(DELIMITERS):
            score = _evenness(text, delimiter, quote) - order * 0.001
            if score > best_score + 1e-9:
                best, best_score = Dialect(delimiter, quote), score
    return best


def _quotes_fields(text: str, quote: str) -> bool:
    """Whether the quote opens and closes fields, rather than standing in words such as don't."""
    head = text[:20_000]
    opens = sum(head.count(mark + quote) for mark in ("\n", *DELIMITERS)) + head.startswith(quote)
    closes = sum(head.count(quote + mark) for mark in ("\n", "\r", *DELIMITERS))
    return opens > 2 and closes > 2 and opens + closes > 0.8 * head.count(quote) and '"' not in head[:2000]


def _evenness(text: str, delimiter: str, quote: str) -> float:
    """Share of rows with the commonest width, weighed by the logarithm-like worth of more columns; 0 for one column."""
    widths: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, skipinitialspace=True)
    try:
        for row in reader:
            if row:
                widths.append(len(row))
            if len(widths) >= 300:
                break
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    common = max(set(widths), key=lambda width: (widths.count(width), width))
    if common < 2:
        return 0.0
    return widths.count(common) / len(widths) * (2 - 1 / common)


class _Lines:
    """Physical lines with a way back: what one record has taken can be given back but for its first line."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.size = 0
        self.number = 0
        self.nul = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        if len(line) > MAX_TEXT:
            self.taken.append(line[:MAX_TEXT])
            while not line.endswith(("\n", "\r")) and (line := next(self._lines, "")):
                pass
            raise csv.Error("the line passes the field limit")
        self.size += len(line)
        if "\0" in line:
            line = line.replace("\0", "")
            self.nul = True
        self.taken.append(line)
        if self.size > 2 * MAX_TEXT and len(self.taken) > 1:
            raise csv.Error("a quote is opened and never closed")
        return line

    def begin(self) -> None:
        """A new record starts."""
        if self.taken:
            self.taken = []
        self.size = 0
        self.nul = False

    def give_back(self) -> str:
        """Return all lines of this record but the first to be read again, and that first line."""
        first, *rest = self.taken or [""]
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)
        return first


def records(path: Path, encoding: str, dialect: Dialect) -> Iterator[tuple[int, list[str] | str, str, bool]]:
    """(line number, fields or the reason of a failure, first line on failure, whether NUL bytes were removed)."""
    lines = _Lines(open_text(path, encoding))
    unclosed = 0
    while True:
        reader = csv.reader(
            lines,
            delimiter=dialect.delimiter,
            quotechar=dialect.quote or '"',
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            skipinitialspace=True,
            strict=False,
        )
        failed = False
        while not failed:
            lines.begin()
            start = lines.number + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except (csv.Error, UnicodeError) as error:
                yield start, str(error), lines.give_back(), False
                failed = True
                continue
            if _swallowed(lines.taken, fields, dialect.quote):
                unclosed += 1
                yield start, "A quote is opened and never closed", lines.give_back(), False
                failed = True
                continue
            yield start, fields, "", lines.nul
        if unclosed > _MOST_UNCLOSED:
            yield lines.number, f"More than {_MOST_UNCLOSED} quotes never close: is the quote sign right?", "", False
            return


def _swallowed(taken: list[str], fields: list[str], quote: str) -> bool:
    """The file ended inside quotes: the last field holds the end of the last line, unquoted."""
    if not quote or not fields or not taken:
        return False
    if len(taken) > 1:
        return bool(taken[-1]) and fields[-1].endswith(taken[-1])
    line = taken[0]
    return not line.endswith(("\n", "\r")) and line.count(quote) % 2 == 1 and line.endswith(quote + fields[-1])


def csv_rows(path: Path, sniffed: Sniffed) -> Iterator[Row | BadRow]:
    """Rows as dicts by column. Short rows, long rows and undecodable bytes become BadRows with the reason."""
    columns = sniffed.columns
    width = len(columns)
    head = sniffed.skip + (1 if sniffed.has_header else 0)
    seen = 0
    for number, fields, text, nul in records(path, sniffed.encoding, Dialect(sniffed.delimiter, sniffed.quote)):
        if isinstance(fields, str):
            yield BadRow(number, _reason(fields), start_of(text))
            continue
        if not fields:
            continue
        seen += 1
        if seen <= head:
            continue
        if seen > MAX_ROWS:
            yield BadRow(number, f"More than {MAX_ROWS:,} rows: split the file", "")
            return
        if len(fields) != width and not _mends(fields, width):
            yield BadRow(number, f"Row has {len(fields)} of {width} fields", start_of(sniffed.delimiter.join(fields)))
            continue
        problem = _undecoded(fields, utf8=sniffed.encoding.startswith("utf-8"))
        if problem:
            yield BadRow(number, f"{problem} is not {sniffed.encoding} text", start_of(sniffed.delimiter.join(fields)))
            continue
        notes = ("NUL bytes removed",) if nul else ()
        yield Row(number, dict(zip(columns, fields, strict=False)), notes)


def _mends(fields: list[str], width: int) -> bool:
    """Empty fields too many at the end do no harm; a row of one empty field is a blank line with spaces."""
    return len(fields) > width and not any(field.strip() for field in fields[width:])


def _undecoded(fields: list[str], *, utf8: bool) -> str:
    for field in fields:
        if field.isascii():
            continue
        for char in field:
            if "\udc80" <= char <= "\udcff":
                return f"Byte 0x{ord(char) - 0xDC00:02x}"
            if char == "\ufffd" and not utf8:
                return "A byte"
    return ""


def _reason(error: str) -> str:
    if "field limit" in error:
        return f"A field is longer than {MAX_TEXT:,} characters"
    return error[:1].upper() + error[1:]

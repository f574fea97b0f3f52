"""Files brought for linking, in our words: each becomes one Parquet file of plain texts, whatever it was.

Memory follows a batch of rows and never the file, so that ten million rows cost time and disk alone. CSV goes the fast
way where it is even; a file with broken rows is read again row by row, and what cannot be read is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.columns import MOST_TOLD, ROWS, columns
from mutuals.connectors.files.said import listed
from mutuals.connectors.files.shapes import BadRow, Format, Sniffed
from mutuals.connectors.files.sniff import sniff
from mutuals.identity.piles import Refused, Told, silent
from mutuals.identity.piles.words import TELLING, Kind, Meaning, meaning

LONGEST = 4_000
"""Characters of one value; what is longer is cut, because nothing that tells who somebody is needs more."""
_GROUP, _GROUP_BYTES = 50_000, 64 << 20  # rows and bytes of one row group of ours, whichever comes first
_NOTHING = pa.array(["", "NULL", "null", "(null)", "NaN", "nan", "N/A", "n/a", "#N/A", "\\N", "-", "--", "?", "<NA>"])


@dataclass(frozen=True, slots=True)
class How:
    """What somebody said of a file. Empty: it is detected. `said` is our word -> heading; `without` leaves columns out."""

    said: Mapping[str, str]
    without: Sequence[str] = ()
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One file in our words.

    `parquet` holds `row` (int64, from 0, without gaps), `id` (unique, never null) and `columns`, all texts, trimmed, at
    most LONGEST characters, null where nothing stands; several values of one cell are parted by `;` (words.MANY).
    `columns` are our words (words.FIELDS without id) and then the names of `extras` (name -> heading), columns that
    have no word of ours but may be evidence. `notes` are what a person should know.
    """

    name: str
    kind: Kind
    parquet: Path
    rows: int
    columns: tuple[str, ...]
    extras: Mapping[str, str]
    notes: tuple[str, ...]

    def batches(self, columns: Sequence[str] = (), *, size: int = ROWS) -> Iterator[Any]:
        """Arrow record batches of these columns (else all, with row and id), in order of `row`."""
        with pq.ParquetFile(self.parquet) as file:
            for group in range(file.num_row_groups):  # one after the other: a group is at most so many bytes
                yield from file.iter_batches(size, [group], list(columns) or None, use_threads=False)

    def records(self, columns: Sequence[str] = ()) -> Iterator[dict[str, str]]:
        """Rows as dicts without what is null; for code that reads one at a time."""
        for batch in self.batches(columns):
            names, values = batch.schema.names, [column.to_pylist() for column in batch.columns]
            for row in zip(*values, strict=True):
                yield {name: value for name, value in zip(names, row, strict=True) if value is not None}


def bring(path: Path, folder: Path, kind: Kind, *, how: How, told: Told = silent) -> Table:
    """Read a file and write it into `folder` in our words.

    Refused, with the remedy in the message: what is no table, an empty one, one of a single column, one of which no
    column tells who somebody is, ids that are doubled or missing, a `how` that does not fit. Rows that cannot be read
    are left out and told in the notes. Without a column of ids the rows are counted from 1, and that is told too.
    """
    sniffed = _sniffed(path, how)
    found = meaning(sniffed.columns, kind, said=how.said, without=how.without, where=path.name)
    _check_columns(sniffed, found, path.name)
    sink = _Sink(folder / f"{kind.value}.parquet", found, has_id="id" in found.fields)
    left_out = _pour(path, sniffed, sink, told)
    if not sink.rows:
        raise Refused(f"{path.name} has no row that can be read.{_first(left_out)}")
    _check_ids(sink, folder, path.name)
    notes = [*sniffed.warnings, *_notes(found, kind, left_out, empty=sink.empty())]
    told(f"reading {path.name}", sink.rows, sink.rows)
    held = tuple(name for name in sink.names if name != "id" and name not in sink.empty())
    extras = {name: heading for name, heading in found.extras.items() if name in held}
    return Table(path.name, kind, sink.path, sink.rows, held, extras, tuple(notes))


def headings(path: Path, how: How) -> tuple[str, ...]:
    """The columns of a file. Refused as `bring` does."""
    return _sniffed(path, how).columns


def _sniffed(path: Path, how: How) -> Sniffed:
    try:
        found = sniff(path, encoding=how.encoding, delimiter=how.delimiter)
    except Unreadable as error:
        raise Refused(f"{path.name}: {error}") from error
    if not found.columns:
        raise Refused(f"{path.name} holds no table, but {found.format.value}. Bring it as CSV or Parquet.")
    return found


def _check_columns(sniffed: Sniffed, found: Meaning, name: str) -> None:
    if len(sniffed.columns) == 1:
        remedy = "If it holds several, say what parts them with --delimiter."
        raise Refused(f"{name} has only one column, {listed(sniffed.columns)}: too little to tell who is who. {remedy}")
    if not sniffed.has_header and sniffed.format is Format.CSV and not TELLING & set(found.fields):
        raise Refused(f"The first row of {name} names no columns. Write a line of headings above it.")
    if not TELLING & set(found.fields):
        near = "".join(f" Is “{theirs[:40]}” {ours}?" for theirs, ours in list(found.guesses.items())[:MOST_TOLD])
        raise Refused(
            f"No column of {name} tells who somebody is; it has {listed(sniffed.columns)}.{near} "
            "Say what they are with --map, such as --map name=COLUMN."
        )


class _Sink:
    """Takes batches under the file's own headings and writes them in our words."""

    def __init__(self, path: Path, found: Meaning, *, has_id: bool) -> None:
        self.path = path
        self.rows = 0
        self.has_id = has_id
        self._found = found
        self.names = ("id", *(name for name in found.fields if name != "id"), *found.extras)
        self._filled = dict.fromkeys(self.names, 0)
        self._schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in self.names)])
        self._waiting = list[Any]()
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=1)

    def add(self, batch: Mapping[str, Any]) -> None:
        """`batch` is heading -> Arrow array of texts, all of one length."""
        size = len(next(iter(batch.values())))
        done = dict[str, Any]()
        for ours, theirs in self._found.fields.items():
            done[ours] = _joined([_clean(batch[name], ours) for name in theirs])
        for ours, heading in self._found.extras.items():
            done[ours] = _clean(batch[heading], ours)
        if not self.has_id:
            done["id"] = pc.cast(pa.array(range(self.rows + 1, self.rows + size + 1)), pa.string())
        for name in self.names:
            self._filled[name] += size - done[name].null_count
        numbers = pa.array(range(self.rows, self.rows + size), pa.int64())
        arrays = [numbers, *(done[name] for name in self.names)]
        self._waiting.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self.rows += size
        if sum(map(len, self._waiting)) >= _GROUP or sum(one.nbytes for one in self._waiting) >= _GROUP_BYTES:
            self._write()

    def empty(self) -> frozenset[str]:
        """Columns in which nothing stands at all."""
        return frozenset(name for name, number in self._filled.items() if not number)

    def again(self) -> None:
        """Forget what was added."""
        self._writer.close()
        self.rows, self._waiting, self._filled = 0, [], dict.fromkeys(self.names, 0)
        self._writer = pq.ParquetWriter(self.path, self._schema, compression="zstd", compression_level=1)

    def close(self) -> None:
        """Everything is on the disk."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting), row_group_size=_GROUP)
            self._waiting = []


def _clean(values: Any, name: str) -> Any:
    """Trimmed texts without NUL, null where nothing stands, cut to LONGEST (an id is never cut)."""
    plain = pc.utf8_trim_whitespace(pc.replace_substring(values, "\0", ""))
    if name != "id":
        plain = pc.utf8_slice_codeunits(plain, 0, LONGEST)
    nothing = pa.array([""]) if name == "id" else _NOTHING
    return pc.if_else(pc.is_in(plain, nothing), pa.scalar(None, pa.string()), plain)


def _joined(columns: list[Any]) -> Any:
    """Several columns as one, values parted by `;`, null where all are."""
    one, *others = columns
    for other in others:
        both = pc.binary_join_element_wise(pc.fill_null(one, ""), pc.fill_null(other, ""), ";")
        one = pc.if_else(pc.and_(pc.is_valid(one), pc.is_valid(other)), both, pc.coalesce(one, other))
    return pc.utf8_slice_codeunits(one, 0, LONGEST) if others else one


def _pour(path: Path, sniffed: Sniffed, sink: _Sink, told: Told) -> list[BadRow]:
    """Everything of the file into the sink; the rows that could not be read come back, counted by their number."""
    step, total = f"reading {path.name}", sniffed.approximate_rows
    left_out = list[BadRow]()
    try:
        for batch in columns(path, sniffed, again=sink.again, left_out=left_out):
            sink.add(batch)
            told(step, sink.rows, max(total, sink.rows))
    except Unreadable as error:
        raise Refused(f"{path.name}: {error}") from error
    finally:
        sink.close()
    return left_out


def _check_ids(sink: _Sink, folder: Path, name: str) -> None:
    """Refuse ids that are missing or doubled; how many and which is in the message."""
    if not sink.has_id:
        return
    with duckdb.connect(config={"threads": 1, "memory_limit": "512MB", "temp_directory": str(folder)}) as base:
        source = base.read_parquet(str(sink.path)).select("id, row")
        lacking, first = source.filter("id IS NULL").aggregate("count(*), min(row)").fetchall()[0]
        if lacking:
            have = "1 row has" if lacking == 1 else f"{lacking:,} rows have"
            raise Refused(
                f"{name}: {have} no id; the first is row {first + 1:,}. "
                "Give every row one, or leave the column out with --without: then the rows are counted."
            )
        twice = source.aggregate("id, count(*) AS n", "id").filter("n > 1")
        number, rows = twice.aggregate("count(*), coalesce(sum(n), 0)").fetchall()[0]
        if number:
            stand = "1 id stands" if number == 1 else f"{number:,} ids stand"
            some = twice.order("n DESC, id").limit(MOST_TOLD).fetchall()
            which = ", ".join(f"“{one[:40]}” {many:,} times" for one, many in some)
            raise Refused(
                f"{name}: {stand} in more than one row, {int(rows):,} rows together: {which}. "
                "Ids must be unique; leave the column out with --without and the rows are counted."
            )


def _notes(found: Meaning, kind: Kind, left_out: list[BadRow], *, empty: frozenset[str]) -> Iterator[str]:
    for theirs, ours in found.guesses.items():
        yield f"Column “{theirs[:60]}” is not known. If it is {ours}, say --map {ours}={theirs[:60]}"
    rest = [theirs for name, theirs in found.extras.items() if theirs not in found.guesses and name not in empty]
    if rest:
        use = "kept as they are, as evidence" if kind is Kind.RECORDS else "not used"
        yield f"Columns without a word of ours, {use}: {listed(rest)}."
    if found.answers:
        yield f"Left out, for they tell when a row was written or what an earlier comparison found: {listed(found.answers)}."
    if "id" not in found.fields:
        yield "There is no column of ids, so the rows are counted from 1."
    if left_out:
        many = f"{len(left_out):,} row{'s'[: len(left_out) > 1]}"
        yield f"{many} could not be read and are left out.{_first(left_out)}"


def _first(left_out: list[BadRow]) -> str:
    said = "; ".join(f"line {one.number:,}: {one.reason}" for one in left_out[:MOST_TOLD])
    return f" {said}." if said else ""

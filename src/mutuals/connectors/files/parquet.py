"""Parquet: batches of rows, so that memory follows the batch and not the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files.shapes import (
    MAX_COLUMNS,
    MAX_ROWS,
    SAMPLE,
    BadRow,
    Format,
    How,
    Item,
    Row,
    Sniffed,
    Value,
    as_cell,
    as_text,
    flat,
    start_of,
    unique_names,
)

_BATCH = 2_000
_MOST_BATCH = 64 << 20  # bytes of one unpacked batch
_BOMB_RATIO = 1_000
_BOMB_SIZE = 256 << 20
_ROWS, _AT_ONCE = (
    20_000,
    32 << 20,
)  # rows of a batch of columns, and the bytes that so many should take, as the file says
_MOST_SENT = 16 << 20  # bytes of texts that are handed on at once
_MOST_ROW = 24 << 20  # of one row
_HONEST, _HONEST_RATIO = 1 << 30, 200  # what a table may unpack to: so many bytes, or so many times its size
_REPEATING = frozenset({"PLAIN", "RLE", "BIT_PACKED", "RLE_DICTIONARY", "PLAIN_DICTIONARY"})
_NO_TIME = "<value out of range"  # Arrow's word for a day or moment that it cannot write


def open_parquet(path: Path, words: Sequence[str] = ()) -> Any:
    """The file with its footer read. Raises Unreadable when it is damaged, absurd or looks like a bomb.

    `words` are the paths of columns of which each value is kept once, however often it stands there.
    """
    try:
        file = pq.ParquetFile(
            path,
            read_dictionary=list(words),
            buffer_size=1 << 20,
            pre_buffer=False,
            thrift_string_size_limit=64 << 20,
            thrift_container_size_limit=10_000_000,
        )
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable(f"The Parquet file is damaged or cut off ({start_of(str(error), 120)}).") from error
    try:
        _check(file.metadata)
    except Unreadable:
        file.close()
        raise
    return file


def _check(metadata: Any) -> None:
    columns = metadata.num_columns  # the innermost ones: each column of `flat` has at least one of them
    if columns > MAX_COLUMNS:
        raise Unreadable(f"The file has {columns:,} columns; at most {MAX_COLUMNS:,} are read.")
    if metadata.num_rows > MAX_ROWS:
        raise Unreadable(f"The file has {metadata.num_rows:,} rows; at most {MAX_ROWS:,} are read. Split it.")
    for place in range(min(metadata.num_row_groups, 10_000)):
        group = metadata.row_group(place)
        for column in range(group.num_columns):
            chunk = group.column(column)
            unpacked, packed = chunk.total_uncompressed_size, max(chunk.total_compressed_size, 1)
            if unpacked > _BOMB_SIZE and unpacked / packed > _BOMB_RATIO:
                raise Unreadable(
                    f"Column “{chunk.path_in_schema}” unpacks to {unpacked // packed:,} times its size, "
                    "which looks like a bomb. If it is genuine, write the table as CSV."
                )


def column_names(file: Any) -> tuple[str, ...]:
    """Unique, readable names in the order of the file; what stands in a struct as `outer.inner`."""
    return unique_names(list(_paths(file.schema_arrow)))


def _paths(fields: Any, outer: str = "") -> Iterator[str]:
    for field in fields:
        if pa.types.is_struct(field.type):
            yield from _paths(field.type, f"{outer}{field.name}.")
        else:
            yield f"{outer}{field.name}"


def _leaves(columns: Sequence[Any]) -> Iterator[Any]:
    """The columns of `_paths`."""
    for column in columns:
        if pa.types.is_struct(column.type):
            yield from _leaves(column.flatten())
        else:
            yield column


def tables(path: Path) -> Iterator[bytes]:
    """All rows as streams of Arrow, each of one batch of texts under `column_names`; a list as its values parted by `;`.

    What a text that stands there often comes to is counted before it is written out. Raises Unreadable where that is
    more than _HONEST bytes and _HONEST_RATIO times the file, or where a row is longer than _MOST_ROW.
    """
    file = _with_words(path)
    names, packed, unpacked = column_names(file), path.stat().st_size, 0
    try:
        for batch in file.iter_batches(_rows_at_once(file.metadata), use_threads=False):
            columns = [_words(name, column) for name, column in zip(names, _leaves(batch.columns), strict=True)]
            unpacked += sum(map(_letters, columns)) + batch.num_rows * len(columns)
            if unpacked > max(_HONEST, packed * _HONEST_RATIO):
                raise Unreadable(
                    f"The file unpacks to more than {unpacked // packed:,} times its size, {unpacked >> 20:,} MiB so far; "
                    f"{max(_HONEST >> 20, packed * _HONEST_RATIO >> 20):,} MiB are read. "
                    "If it is genuine, leave out the columns with long texts, or write it as CSV."
                )
            for part in _parts(columns):
                yield _packed(names, part)
    except MemoryError:  # Arrow's own is both; it is not the file that breaks off
        raise
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"The file breaks off ({start_of(str(error), 120)}).") from error
    finally:
        file.close()


def _with_words(path: Path) -> Any:
    """The file, its columns of texts read as words and places. Only so are texts kept once that repeat a million times."""
    file = open_parquet(path)
    metadata = file.metadata
    groups = [metadata.row_group(place) for place in range(min(metadata.num_row_groups, 1_000))]
    words = [
        column.path
        for place, column in enumerate(file.schema)
        if column.physical_type == "BYTE_ARRAY"
        and column.logical_type.type == "STRING"
        and not column.max_repetition_level
        and all(_REPEATING.issuperset(group.column(place).encodings) for group in groups)
    ]
    file.close()
    return open_parquet(path, words)


def _rows_at_once(metadata: Any) -> int:
    size = sum(metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups))
    return int(min(max(_AT_ONCE * metadata.num_rows // max(size, 1), 1), _ROWS))


def _letters(column: Any) -> int:
    """Bytes of the texts of a column when they are written out."""
    if pa.types.is_dictionary(column.type):
        lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
    else:
        lengths = pc.binary_length(column)
    return int(pc.sum(lengths).as_py() or 0)


def _parts(columns: list[Any]) -> Iterator[list[Any]]:
    """The rows in pieces of at most _MOST_SENT."""
    size, rows = sum(map(_letters, columns)) + 4 * len(columns) * len(columns[0]), len(columns[0])
    if rows > 1 and size > _MOST_SENT:
        yield from _parts([column.slice(0, rows // 2) for column in columns])
        yield from _parts([column.slice(rows // 2) for column in columns])
    elif size > _MOST_ROW:
        raise Unreadable(f"A row holds more than {_MOST_ROW >> 20} MiB. Leave out the columns with such long texts.")
    else:
        yield columns


def _packed(names: Sequence[str], columns: list[Any]) -> bytes:
    texts = [column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in columns]
    batch, sink = pa.RecordBatch.from_arrays(texts, list(names)), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue())


def _words(name: str, column: Any) -> Any:
    """A column of any type as texts, or as words and places. `name` is for the message."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(column.indices, _words(name, column.dictionary))
    if pa.types.is_string(kind):
        return _sound(column)
    if pa.types.is_large_string(kind):
        return _sound(pc.cast(column, pa.string()))
    if pa.types.is_integer(kind):
        return pc.cast(column, pa.string())
    try:
        return pa.array([as_cell(value) for value in _texts(column)], pa.string())
    except (pa.ArrowException, ArithmeticError, ValueError, LookupError) as error:
        raise Unreadable(
            f"Column “{name[:60]}” holds {str(kind)[:60]}, which cannot be read. Write it as text."
        ) from error


def _sound(column: Any) -> Any:
    """Bytes that are no UTF-8 become U+FFFD."""
    try:
        column.validate(full=True)
    except pa.ArrowException:
        return pa.array([as_text(value) for value in pc.cast(column, pa.binary()).to_pylist()], pa.string())
    return column


def batches(file: Any, size: int = _BATCH) -> Iterator[list[dict[str, Value]] | str]:
    """Lists of records, and last a text where the file breaks off or a batch passes its limit."""
    names = column_names(file)
    try:
        for batch in file.iter_batches(batch_size=size, use_threads=False):
            if batch.nbytes > _MOST_BATCH:
                yield f"{batch.num_rows:,} rows unpack to {batch.nbytes >> 20:,} MiB; write the table as CSV"
                return
            columns = [_texts(column) for column in _leaves(batch.columns)]
            yield [flat(dict(zip(names, record, strict=True))) for record in zip(*columns, strict=True)]
    except MemoryError:  # Arrow's own is both; it is not the file that breaks off
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        yield f"The file breaks off ({start_of(str(error), 120)})"


def _texts(column: Any) -> list[Any]:
    """One column as Python values that `flat` can turn to text; times beyond Python's range come as text from Arrow."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_integer(kind):
        return [as_text(value) for value in (_sound(column) if pa.types.is_string(kind) else column).to_pylist()]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _lists(column)
    try:
        return list(_to_microseconds(column).to_pylist())
    except (pa.ArrowException, ArithmeticError, ValueError, LookupError):
        return _times(column)


def _to_microseconds(column: Any) -> Any:
    """Python knows nothing finer; what is coarser stays, for it could overflow."""
    kind = column.type
    if not pa.types.is_timestamp(kind) or kind.unit != "ns":
        return column
    return pc.cast(column, pa.timestamp("us", tz=kind.tz), safe=False)


def _lists(column: Any) -> list[Any]:
    try:
        return list(column.to_pylist())
    except (ArithmeticError, ValueError, LookupError):
        values = iter(_texts(column.flatten()))
        lengths = pc.list_value_length(column).to_pylist()
        return [None if length is None else [next(values) for _ in range(length)] for length in lengths]


def _times(column: Any) -> list[Any]:
    """Days and moments that Python does not know, as Arrow writes them; in UTC, for nobody knows the zone."""
    if pa.types.is_timestamp(column.type):
        column = pc.cast(_to_microseconds(column), pa.timestamp("us" if column.type.unit == "ns" else column.type.unit))
    texts = pc.replace_substring_regex(pc.cast(column, pa.string()), r"\.0+$", "")
    return [None if text is None or text.startswith(_NO_TIME) else text for text in texts.to_pylist()]


def parquet_rows(path: Path, sniffed: Sniffed) -> Iterator[Row | BadRow]:
    """Rows numbered from 1. Nested columns appear as `outer.inner`, lists as lists."""
    number = 0
    file = open_parquet(path)
    try:
        for batch in batches(file):
            if isinstance(batch, str):
                yield BadRow(number + 1, f"{batch}; {number:,} of {sniffed.approximate_rows:,} rows were read")
                return
            for values in batch:
                number += 1
                yield _cleaned(number, values)
    finally:
        file.close()


def _cleaned(number: int, values: dict[str, Value]) -> Row:
    if not any(isinstance(value, str) and "\0" in value for value in values.values()):
        return Row(number, values)
    clean: dict[str, Value] = {
        name: value.replace("\0", "") if isinstance(value, str) else value for name, value in values.items()
    }
    return Row(number, clean, ("NUL bytes removed",))


def recognised(path: Path, _how: How) -> Sniffed:
    """The columns of a table and its first rows."""
    file = open_parquet(path)
    try:
        first = next(batches(file, SAMPLE), [])
        if isinstance(first, str):
            raise Unreadable(first)
        return Sniffed(Format.PARQUET, columns=column_names(file), sample_rows=tuple(first[:SAMPLE]),
                       approximate_rows=file.metadata.num_rows)  # fmt: skip
    finally:
        file.close()


def read(path: Path, sniffed: Sniffed, _sheet: str) -> Iterator[Item]:
    """Every row of the table."""
    return parquet_rows(path, sniffed)

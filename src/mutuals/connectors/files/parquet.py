"""Parquet: batches of rows, so that memory follows the batch and not the file."""

from __future__ import annotations

from collections.abc import Iterator
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
    as_text,
    flat,
    start_of,
    unique_names,
)

_BATCH = 2_000
_MOST_BATCH = 64 << 20  # bytes of one unpacked batch
_BOMB_RATIO = 1_000
_BOMB_SIZE = 256 << 20


def open_parquet(path: Path) -> Any:
    """The file with its footer read. Raises Unreadable when it is damaged, absurd or looks like a bomb."""
    try:
        file = pq.ParquetFile(
            path,
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
    """Unique, readable names in the order of the file."""
    return unique_names([str(name) for name in file.schema_arrow.names])


def batches(file: Any, size: int = _BATCH) -> Iterator[list[dict[str, Value]] | str]:
    """Lists of records, and last a text where the file breaks off or a batch passes its limit."""
    names = column_names(file)
    try:
        for batch in file.iter_batches(batch_size=size, use_threads=False):
            if batch.nbytes > _MOST_BATCH:
                yield f"{batch.num_rows:,} rows unpack to {batch.nbytes >> 20:,} MiB; write the table as CSV"
                return
            columns = [_texts(column) for column in batch.columns]
            yield [flat(dict(zip(names, record, strict=True))) for record in zip(*columns, strict=True)]
    except MemoryError:  # Arrow's own is both; it is not the file that breaks off
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        yield f"The file breaks off ({start_of(str(error), 120)})"


def _texts(column: Any) -> list[Any]:
    """One column as Python values that `flat` can turn to text; times beyond Python's range come as text from Arrow."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        try:
            unit = pa.timestamp("us", tz=kind.tz)
            return list(pc.cast(column, unit, safe=False).to_pylist())
        except (pa.ArrowException, OverflowError, ValueError):
            return list(pc.cast(column, pa.string()).to_pylist())
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return list(column.to_pylist())
    if pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return [as_text(value) for value in column.to_pylist()]
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return list(pc.cast(column, pa.string()).to_pylist())


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
        columns = column_names(file)
        first = next(batches(file, SAMPLE), [])
        if isinstance(first, str):
            raise Unreadable(first)
        names = dict.fromkeys(columns) if not first else dict.fromkeys(name for row in first for name in row)
        return Sniffed(Format.PARQUET, columns=tuple(names), sample_rows=tuple(first[:SAMPLE]),
                       approximate_rows=file.metadata.num_rows)  # fmt: skip
    finally:
        file.close()


def read(path: Path, sniffed: Sniffed, _sheet: str) -> Iterator[Item]:
    """Every row of the table."""
    return parquet_rows(path, sniffed)

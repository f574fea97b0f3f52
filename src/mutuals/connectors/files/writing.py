"""What comes out, as CSV or Parquet by the suffix: written aside and put in place when it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from mutuals.base.cells import safe_cell
from mutuals.connectors.files.scratch import half_written
from mutuals.connectors.files.work import Refused

_DANGEROUS = r"^\s*[=+\-@＝＋－＠\t\r\n]"  # what safe_cell may change; everything else is not looked at one by one


class Out:
    """One file that is being written. `columns` is name -> Arrow type, in order.

    `rows` are written so far, `marked` are cells of a CSV that would have run as a formula and got an apostrophe.
    """

    def __init__(self, path: Path, columns: Mapping[str, Any], *, as_parquet: bool) -> None:
        self.rows = self.marked = 0
        self._schema = pa.schema(list(columns.items()))
        self._safe = not as_parquet
        if as_parquet:
            self._writer: Any = pq.ParquetWriter(path, self._schema, compression="zstd")
        else:
            self._writer = pacsv.CSVWriter(
                path, self._schema, write_options=pacsv.WriteOptions(quoting_style="needed", quoting_header="needed")
            )

    def add(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Some rows as name -> values (lists or Arrow arrays), for every column. In a CSV no cell can run as a formula."""
        arrays = [_array(columns[field.name], field.type) for field in self._schema]
        if self._safe:
            arrays = [self._defused(one) if pa.types.is_string(one.type) else one for one in arrays]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self.rows += len(arrays[0])

    def close(self) -> None:
        """Nothing more is added."""
        self._writer.close()

    def notes(self) -> list[str]:
        """What whoever joins this file with another has to know."""
        if not self.marked:
            return []
        return [
            f"{self.marked:,} cells begin like a formula (=, +, -, @) and have an apostrophe before them in the CSV; an --out"
            " that ends in .parquet leaves them as they are."
        ]

    def _defused(self, column: Any) -> Any:
        risky = pc.fill_null(pc.match_substring_regex(column, _DANGEROUS), False)
        if not pc.any(risky).as_py():
            return column
        before = column.filter(risky).to_pylist()
        safe = [safe_cell(value) for value in before]
        self.marked += sum(one != other for one, other in zip(before, safe, strict=True))
        return pc.replace_with_mask(column, risky, pa.array(safe, column.type))


@contextmanager
def writing(path: Path, columns: Mapping[str, Any]) -> Iterator[Out]:
    """An Out that takes the place of `path` when the block is left well, and leaves nothing behind when it is not.

    `columns` is name -> Arrow type, such as pa.string() or pa.float64().
    """
    aside = half_written(path, os.getpid())
    out = Out(aside, columns, as_parquet=_is_parquet(path))
    try:
        try:
            yield out
        finally:
            out.close()
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def check(path: Path, *brought: Path) -> None:
    """Refuse, before any work is done, a place that nothing can be written to."""
    _is_parquet(path)
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}.")
    if path.is_dir():
        raise Refused(f"{path} is a folder. Name a file.")
    if any(path.exists() and path.samefile(one) for one in brought if one.exists()):
        raise Refused(f"{path.name} is read; write what comes out to another file.")


def _is_parquet(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet", ".pq"):
        raise Refused(f"{path.name} ends neither with .csv nor with .parquet, so nobody knows how to write it.")
    return suffix != ".csv"


def _array(values: Any, kind: Any) -> Any:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return pc.cast(values, kind) if isinstance(values, pa.Array) else pa.array(values, kind)

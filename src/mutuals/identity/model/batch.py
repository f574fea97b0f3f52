"""Scoring in batch: Splink on DuckDB (or on Spark, `model.spark`), chunk by chunk, within bounds of memory and threads.

Runs in a process of its own: what DuckDB and Splink take is given back when the process ends.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import duckdb
import pyarrow
from splink import DuckDBAPI, Linker

from mutuals.identity.model.comparisons import DUCKDB, Dialect
from mutuals.identity.model.file import Model, settings

CHUNK = 400_000
Progress = Callable[[int, int], None]
Rows: TypeAlias = pyarrow.Table | Path | str
"""Rows with `unique_id`: in memory, as a Parquet file, or by the name of a table that the engine already holds."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a batch may take: DuckDB's memory in megabytes, threads, and pairs that are scored at a time."""

    memory: int = 1_500
    threads: int = 2
    chunk: int = CHUNK


BOUNDS = Bounds()


@contextmanager
def engine(bounds: Bounds) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory that spills into a folder of its own and leaves nothing behind."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="mutuals-duckdb-") as folder:
        connection = duckdb.connect(
            ":memory:", config={"temp_directory": folder, "autoinstall_known_extensions": False}
        )
        try:
            connection.execute(f"SET memory_limit = '{bounds.memory:d}MB'")
            connection.execute(f"SET threads = {bounds.threads:d}")
            connection.execute("SET enable_progress_bar = false")
            yield connection
        finally:
            connection.close()


class Engine(Protocol):
    """What training and scoring ask of an engine, in its own dialect of SQL. Made anew for each run."""

    dialect: Dialect
    api: Any

    def bring(self, rows: Rows, name: str) -> list[str]:
        """Make rows known under a name; the names of their columns."""

    def keep(self, name: str, query: str) -> None:
        """Make what a query gives a table, in the place of one of that name."""

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""

    def arrow(self, query: str) -> pyarrow.Table:
        """The same as an Arrow table."""


Opening = Callable[[Bounds], AbstractContextManager[Engine]]


class Duck:
    """DuckDB in this process."""

    dialect = DUCKDB

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.api = DuckDBAPI(connection)
        self._connection = connection

    def bring(self, rows: Rows, name: str) -> list[str]:
        """An Arrow table as it lies in memory, a Parquet file as it lies on the disk."""
        if isinstance(rows, Path):
            path = str(rows).replace("'", "''")
            self._connection.execute(f"CREATE OR REPLACE VIEW {name} AS FROM read_parquet('{path}')")
        elif isinstance(rows, str):
            self._connection.execute(f"CREATE OR REPLACE VIEW {name} AS FROM {rows}")
        else:
            self._connection.register(name, rows)
        return [str(column) for column in self._connection.sql(f"FROM {name}").columns]

    def keep(self, name: str, query: str) -> None:
        """A table in memory, spilled where it is too large."""
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """All rows at once."""
        return self._connection.execute(query).fetchall()

    def arrow(self, query: str) -> pyarrow.Table:
        """All rows at once."""
        return self._connection.sql(query).to_arrow_table()


@contextmanager
def duck(bounds: Bounds) -> Iterator[Duck]:
    """The engine of one machine."""
    with engine(bounds) as connection:
        yield Duck(connection)


def linker_of(on: Engine, model: Model, *tables: Rows, weights: bool = False) -> Linker:
    """Splink over one table (or two for a link), with the frequencies that stand in the rows (`tf_<column>`).

    The rows lie in `rows_0` (and `rows_1`). KeyError where a level asks for a frequency that no row has.
    """
    quote = on.dialect.quote
    wanted = sorted({level.tf for comparison in model.comparisons for level in comparison.levels if level.tf})
    held, given = [], []
    for number, table in enumerate(tables):
        names = on.bring(table, f"given_{number}")
        plain = ", ".join(quote(name) for name in names if name == "unique_id" or not name.startswith("tf_"))
        on.keep(f"rows_{number}", f"SELECT {plain} FROM given_{number}")  # noqa: S608 - names of ours
        held.append(on.api.register(f"rows_{number}"))
        given.append(names)
    linker = Linker(
        held if len(held) > 1 else held[0], settings(model, dialect=on.dialect, weights=weights), log_level=None
    )
    for column in wanted:
        _frequency(on, linker, column, given)
    return linker


def _frequency(on: Engine, linker: Linker, column: str, given: Sequence[Sequence[str]]) -> None:
    name, share = on.dialect.quote(column), on.dialect.quote(f"tf_{column}")
    parts = [
        f"SELECT {name}, {share} FROM given_{number} WHERE {name} IS NOT NULL"  # noqa: S608 - names of ours
        for number, names in enumerate(given)
        if f"tf_{column}" in names
    ]
    if not parts:
        raise KeyError(f"no row says how frequent its {column} is (tf_{column})")
    every = " UNION ALL ".join(parts)
    on.keep(f"tf_of_{column}", f"SELECT {name}, max({share}) AS {share} FROM ({every}) AS every GROUP BY {name}")  # noqa: S608
    linker.table_management.register_term_frequency_lookup(on.api.register(f"tf_of_{column}"), column)


def scored(
    model: Model,
    rows: Rows,
    pairs: pyarrow.Table,
    *,
    bounds: Bounds = BOUNDS,
    least: float | None = None,
    weights: bool = False,
    progress: Progress | None = None,
    opened: Opening = duck,
) -> Iterator[pyarrow.Table]:
    """The weights of `pairs` (columns `left`, `right`: ids of `rows`), chunk by chunk, in no promised order.

    For a link the rows of both sides stand in one table with ids of their own. Yields `left`, `right`, `bits` (with the
    prior), and with `weights` also `mw_<comparison>` and `mw_tf_adj_<comparison>`. Pairs under `least` bits are left out.
    `progress` is called with pairs done and all.
    """
    with opened(bounds) as on:
        linker = linker_of(on, replace(model, link=False), rows, weights=weights)
        for start in range(0, pairs.num_rows, bounds.chunk):
            yield _chunk(on, linker, pairs.slice(start, bounds.chunk), least, weights=weights)
            if progress is not None:
                progress(min(start + bounds.chunk, pairs.num_rows), pairs.num_rows)


def _chunk(on: Engine, linker: Linker, part: pyarrow.Table, least: float | None, *, weights: bool) -> pyarrow.Table:
    on.bring(part, "part")
    return on.arrow(weigh(on, linker, "SELECT * FROM part", least=least, weights=weights))


def weigh(on: Engine, linker: Linker, pairs: str, *, least: float | None = None, weights: bool = False) -> str:
    """Weigh the pairs that a query of the engine gives (`left`, `right`); returns the query for what `scored` yields.

    What it reads stands until the next call.
    """
    left, right = on.dialect.quote("left"), on.dialect.quote("right")
    on.keep("blocked", f"SELECT {left} AS join_key_l, {right} AS join_key_r, '0' AS match_key FROM ({pairs}) AS pairs")  # noqa: S608
    linker.table_management.register_blocked_pairs_for_predict(on.api.register("blocked"))
    found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
    parts = [column.unquote().name for column in found.columns if column.unquote().name.startswith("mw_")]
    names = ["match_weight AS bits", *(on.dialect.quote(name) for name in parts if weights)]
    columns = ", ".join([f"unique_id_l AS {left}", f"unique_id_r AS {right}", *names])
    on.keep("weighed", f"SELECT {columns} FROM {found.physical_name}")  # noqa: S608 - names of ours
    found.drop_table_from_database_and_remove_from_cache()
    return "SELECT * FROM weighed"

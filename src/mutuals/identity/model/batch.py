"""Scoring in batch: Splink on DuckDB, chunk by chunk, within bounds of memory and threads.

Runs in a process of its own: what DuckDB and Splink take is given back when the process ends.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow
from splink import DuckDBAPI, Linker

from mutuals.identity.model.file import Model, settings

CHUNK = 400_000
Progress = Callable[[int, int], None]
Rows: TypeAlias = pyarrow.Table | Path
"""Rows with `unique_id`, in memory or as a Parquet file."""


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


def linker_of(connection: duckdb.DuckDBPyConnection, model: Model, *tables: Rows, weights: bool = False) -> Linker:
    """Splink over one table (or two for a link), with the frequencies that stand in the rows (`tf_<column>`).

    KeyError where a level asks for a frequency that no row has.
    """
    wanted = sorted({level.tf for comparison in model.comparisons for level in comparison.levels if level.tf})
    api = DuckDBAPI(connection)
    held, given = [], []
    for number, table in enumerate(tables):
        source = _source(connection, table, number)
        names = [str(name) for name in connection.sql(f"FROM {source}").columns]
        plain = _names([name for name in names if name == "unique_id" or not name.startswith("tf_")])
        connection.execute(f"CREATE OR REPLACE TABLE rows_{number} AS SELECT {plain} FROM {source}")  # noqa: S608
        held.append(api.register(f"rows_{number}"))
        given.append((source, names))
    linker = Linker(held if len(held) > 1 else held[0], settings(model, weights=weights), log_level=None)
    for column in wanted:
        _frequency(connection, api, linker, column, given)
    return linker


def _source(connection: duckdb.DuckDBPyConnection, table: Rows, number: int) -> str:
    if isinstance(table, Path):
        return "read_parquet('" + str(table).replace("'", "''") + "')"
    connection.register(f"given_{number}", table)
    return f"given_{number}"


def _names(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _frequency(
    connection: duckdb.DuckDBPyConnection,
    api: DuckDBAPI,
    linker: Linker,
    column: str,
    given: list[tuple[str, list[str]]],
) -> None:
    parts = [
        f'SELECT "{column}", "tf_{column}" FROM {source} WHERE "{column}" IS NOT NULL'  # noqa: S608
        for source, names in given
        if f"tf_{column}" in names
    ]
    if not parts:
        raise KeyError(f"no row says how frequent its {column} is (tf_{column})")
    connection.execute(
        f'CREATE OR REPLACE TABLE tf_of_{column} AS SELECT "{column}", max("tf_{column}") AS "tf_{column}" '  # noqa: S608
        f'FROM ({" UNION ALL ".join(parts)}) GROUP BY "{column}"'
    )
    lookup = api.register(f"tf_of_{column}")
    linker.table_management.register_term_frequency_lookup(lookup, column)


def scored(
    model: Model,
    rows: Rows,
    pairs: pyarrow.Table,
    *,
    bounds: Bounds = BOUNDS,
    least: float | None = None,
    weights: bool = False,
    progress: Progress | None = None,
) -> Iterator[pyarrow.Table]:
    """The weights of `pairs` (columns `left`, `right`: ids of `rows`), chunk by chunk, in no promised order.

    For a link the rows of both sides stand in one table with ids of their own. Yields `left`, `right`, `bits` (with the
    prior), and with `weights` also `mw_<comparison>` and `mw_tf_adj_<comparison>`. Pairs under `least` bits are left out.
    `progress` is called with pairs done and all.
    """
    with engine(bounds) as connection:
        linker = linker_of(connection, replace(model, link=False), rows, weights=weights)
        for start in range(0, pairs.num_rows, bounds.chunk):
            part = pairs.slice(start, bounds.chunk)
            yield _chunk(connection, linker, part, least)
            if progress is not None:
                progress(min(start + bounds.chunk, pairs.num_rows), pairs.num_rows)


def _chunk(
    connection: duckdb.DuckDBPyConnection, linker: Linker, part: pyarrow.Table, least: float | None
) -> pyarrow.Table:
    connection.register("part", part)
    connection.execute(
        "CREATE OR REPLACE TABLE blocked AS "
        'SELECT "left" AS join_key_l, "right" AS join_key_r, \'0\' AS match_key FROM part'
    )
    connection.unregister("part")
    api = linker._db_api
    linker.table_management.register_blocked_pairs_for_predict(api.register("blocked"))
    found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
    parts = ", columns('^mw_.*')" if linker._settings_obj._retain_intermediate_calculation_columns else ""
    names = f'unique_id_l AS "left", unique_id_r AS "right", match_weight AS bits{parts}'
    table = connection.sql(f"SELECT {names} FROM {found.physical_name}").to_arrow_table()  # noqa: S608
    found.drop_table_from_database_and_remove_from_cache()
    return table

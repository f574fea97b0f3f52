"""A link's two files read into tables of the database, by two more processes where there is much to read."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import nullcontext
from multiprocessing import get_context

import duckdb
import pyarrow.parquet as pq

from mutuals.identity.piles import Told
from mutuals.identity.piles.link_marks import ALSO, MARKS, PEOPLE, PROFILES, Tables, read_group
from mutuals.identity.piles.tables import Table

_MANY = 100_000  # rows from which other processes help
_READERS = 2
_MOST_CITIES = 200_000
_INSERT = (
    "INSERT INTO {side} FROM rows_now",
    "INSERT INTO {side}_marks FROM marks_now",
    "INSERT INTO also FROM also_now",
)


def bring(connection: duckdb.DuckDBPyConnection, people: Table, profiles: Table, told: Told) -> None:
    """Write `people` and `profiles` (one row each), the marks of both and `also` (further given names of people).

    Of what a profile says only places are kept in which somebody of the list lives, unless these are too many.
    """
    for name, schema in (("people", PEOPLE), ("profiles", PROFILES), ("marks", MARKS), ("also", ALSO)):
        connection.register("nothing", schema.empty_table())
        for table in ("people_marks", "profiles_marks") if name == "marks" else (name,):
            connection.execute(f"CREATE TABLE {table} AS FROM nothing")
        connection.unregister("nothing")
    helped = people.rows + profiles.rows >= _MANY
    readers = ProcessPoolExecutor(_READERS, mp_context=get_context("spawn")) if helped else None
    with readers or nullcontext():
        _poured(connection, people, "people", None, readers, told)
        found = connection.execute(
            "SELECT DISTINCT city FROM people WHERE city IS NOT NULL LIMIT ?", [_MOST_CITIES + 1]
        ).fetchall()
        cities = frozenset(city for (city,) in found) if len(found) <= _MOST_CITIES else None
        _poured(connection, profiles, "profiles", cities, readers, told)


def _poured(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    side: str,
    cities: frozenset[str] | None,
    readers: Executor | None,
    told: Told,
) -> None:
    done = 0
    for read in _groups(table, side, cities, readers):
        for name, part in zip(("rows_now", "marks_now", "also_now"), read, strict=True):
            connection.register(name, part)
        for statement in _INSERT:
            connection.execute(statement.format(side=side))
        for name in ("rows_now", "marks_now", "also_now"):
            connection.unregister(name)
        done += read[0].num_rows
        told(f"reading the {side}", done, table.rows)


def _groups(table: Table, side: str, cities: frozenset[str] | None, readers: Executor | None) -> Iterator[Tables]:
    """Row group by row group; with readers the order is not kept, and no more is held than they can read at once."""
    groups = range(pq.read_metadata(table.parquet).num_row_groups)
    if readers is None:
        yield from (read_group(table.parquet, group, side, cities) for group in groups)
        return
    waiting = set[Future[Tables]]()
    for group in groups:
        waiting.add(readers.submit(read_group, table.parquet, group, side, cities))
        if len(waiting) > _READERS:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in ready)
    yield from (one.result() for one in waiting)

"""Which pairs are looked at, and where there is something to learn: by what records agree on, counted and not guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb

LARGEST = 60
"""Records in one block of candidates; what more records share tells nothing."""
LEARNING = 200
"""Records in one block that is learned from."""
OWN = frozenset(("given", "born", "email"))
"""Columns that those who live together do not share."""
PURE = 0.7
"""The share of agreements beyond chance from which a way to agree is learned from."""


@dataclass(frozen=True, slots=True)
class Pool:
    """How many rows there are: those of one file, compared among themselves, or of a first and a second file, compared with
    each other. Rows are numbered from 0, those of the second file after the first."""

    first: int
    second: int = 0

    @property
    def count(self) -> int:
        """All rows."""
        return self.first + self.second

    @property
    def pairs(self) -> float:
        """All pairs that could be one."""
        return float(self.first * self.second or self.first * (self.first - 1) // 2 or 1)


@dataclass(frozen=True, slots=True)
class Way:
    """Two columns that records may agree on: how many pairs do, how many more than chance explains, and the share of all
    pairs in which both are known on both sides."""

    columns: tuple[str, str]
    pairs: float
    excess: float
    known: float

    @property
    def own(self) -> bool:
        """Whether one of the columns is nobody's but the person's; what a family shares teaches how families look."""
        return any(column in OWN for column in self.columns)

    @property
    def pure(self) -> bool:
        """Whether most that agree are one person."""
        return self.excess >= PURE * self.pairs and self.excess >= 5


def ways(connection: duckdb.DuckDBPyConnection, rows: str, columns: Sequence[str], pool: Pool) -> list[Way]:
    """How records agree on each two of these columns, most beyond chance first.

    Chance is what two independent columns would give: the product of the shares of pairs that agree on each.
    """
    alone = {column: _agreeing(connection, rows, (column,), pool, pool.count) / pool.pairs for column in columns}
    found = []
    for two in combinations(columns, 2):
        pairs = _agreeing(connection, rows, two, pool, LEARNING)
        excess = max(pairs - alone[two[0]] * alone[two[1]] * pool.pairs, 0.0)
        found.append(Way(two, pairs, excess, _known(connection, rows, two, pool)))
    return sorted(found, key=lambda way: (-way.excess, way.columns))


def _known(connection: duckdb.DuckDBPyConnection, rows: str, two: Sequence[str], pool: Pool) -> float:
    """The share of all pairs in which both columns are known on both sides."""
    asked = f"SELECT count(*), count(*) FILTER (unique_id < {pool.first:d}) FROM {rows} WHERE {_there(two)}"  # noqa: S608
    every, first = connection.execute(asked).fetchall()[0]
    return float(first * (every - first) if pool.second else every * (every - 1) / 2) / pool.pairs


def sessions(found: Sequence[Way]) -> list[Way]:
    """Up to three ways to learn from, so that what one looks at another does not; none where nothing is beyond chance."""
    chosen: list[Way] = []
    used: set[str] = set()
    pure = [way for way in found if way.pure and way.own] or [way for way in found if way.pure]
    for way in pure:
        if len(chosen) < 3 and not used.intersection(way.columns):
            chosen.append(way)
            used.update(way.columns)
    if len(chosen) == 1:
        chosen += [way for way in pure if way is not chosen[0]][:1]
    return chosen


def marked(connection: duckdb.DuckDBPyConnection, rows: str, number: int, way: Way) -> None:
    """Give the rows a column `session_<number>` in which those of a block that is learned from hold the same."""
    connection.execute(f"ALTER TABLE {rows} ADD COLUMN session_{number} UBIGINT")
    connection.execute(
        f"UPDATE {rows} SET session_{number} = block.key FROM {_blocks(rows, way.columns, LEARNING)} AS block "  # noqa: S608
        f"WHERE {rows}.unique_id = block.unique_id"
    )


def pairs(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    keys: Sequence[str],
    pool: Pool,
    *,
    most: int,
    largest: int = LARGEST,
) -> None:
    """Write the table `pairs` (`left` < `right`: ids of `rows`), each pair once.

    Records that agree on a key or on two are a pair; the ways that yield the fewest pairs come first, until together they
    yield `most`.
    """
    found = sorted((cost, way) for way in _ways(keys) if (cost := _agreeing(connection, rows, way, pool, largest)))
    connection.execute('CREATE OR REPLACE TABLE found ("left" BIGINT, "right" BIGINT)')
    spent = 0.0
    for cost, way in found:
        spent += cost
        if spent > most:
            break
        blocks = _blocks(rows, way, largest)
        apart = f" AND l.unique_id < {pool.first:d} AND r.unique_id >= {pool.first:d}" if pool.second else ""
        connection.execute(
            f"INSERT INTO found SELECT l.unique_id, r.unique_id FROM {blocks} l "  # noqa: S608
            f"JOIN {blocks} r ON l.key = r.key AND l.unique_id < r.unique_id{apart}"
        )
    connection.execute('CREATE OR REPLACE TABLE pairs AS SELECT DISTINCT "left", "right" FROM found ORDER BY ALL')
    connection.execute("DROP TABLE found")


def _ways(keys: Sequence[str]) -> Iterable[tuple[str, ...]]:
    yield from ((key,) for key in keys)
    yield from (two for two in combinations(keys, 2) if not _of_one(*two))


def _of_one(first: str, second: str) -> bool:
    return first.startswith(second) or second.startswith(first)


def _there(columns: Sequence[str]) -> str:
    return " AND ".join(f"{column} IS NOT NULL" for column in columns)


def _blocks(rows: str, way: Sequence[str], largest: int) -> str:
    key = f"hash({', '.join(way)})"
    return (
        f"(SELECT unique_id, {key} AS key FROM {rows} WHERE {_there(way)} "  # noqa: S608
        f"QUALIFY count(*) OVER (PARTITION BY {key}) BETWEEN 2 AND {largest:d})"
    )


def _agreeing(connection: duckdb.DuckDBPyConnection, rows: str, way: Sequence[str], pool: Pool, largest: int) -> float:
    """Pairs of rows that agree on all of these columns, in blocks of at most so many."""
    pairs = "f::DOUBLE * (n - f)" if pool.second else "n::DOUBLE * (n - 1) / 2"
    asked = (
        f"SELECT coalesce(sum({pairs}), 0) FROM (SELECT count(*) AS n, "  # noqa: S608
        f"count(*) FILTER (unique_id < {pool.first:d}) AS f FROM {rows} WHERE {_there(way)} "
        f"GROUP BY {', '.join(way)} HAVING n BETWEEN 2 AND {largest:d})"
    )
    return float(connection.execute(asked).fetchall()[0][0])

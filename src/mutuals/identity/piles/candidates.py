"""Which pairs are looked at, and where there is something to learn: by what records agree on, counted and not guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
CONFIRMED = 0.4
"""The share of agreements that must agree on the rest of a person too; in a household that has one telephone few do."""
ASKED = 16
"""Ways of which that is asked."""
PERSONAL = ("given", "family", "born", "email", "phone")
"""Columns that belong to one person, more or less."""


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
    pairs in which both are known on both sides. `confirmed` is the share of those that agree which also agree on what else
    belongs to one person alone, where that is known; None where nothing else is."""

    columns: tuple[str, str]
    pairs: float
    excess: float
    known: float
    confirmed: float | None = None

    @property
    def is_beyond_chance(self) -> bool:
        """Whether most that agree have something to do with each other: one person, or one household."""
        return self.excess >= PURE * self.pairs and self.excess >= 5

    @property
    def own(self) -> bool:
        """Whether one of the columns is nobody's but the person's; what a family shares teaches how families look."""
        return any(column in OWN for column in self.columns)

    @property
    def pure(self) -> bool:
        """Whether most that agree are one person."""
        return self.is_beyond_chance and (self.confirmed is None or self.confirmed >= CONFIRMED)


def ways(
    connection: duckdb.DuckDBPyConnection, rows: str, columns: Sequence[str], pool: Pool, strata: Sequence[str] = ()
) -> list[Way]:
    """How records agree on each two of these columns, most beyond chance first.

    Chance is what two independent columns would give: the product of the shares of pairs that agree on each, over all
    rows or within the rows of one country, language and so on (`strata`), whichever gives more: names, places and
    languages go together among strangers too.
    """
    parted = [_by_stratum(connection, rows, columns, pool, stratum) for stratum in ("", *strata)]
    found = []
    for two in combinations(columns, 2):
        pairs = _agreeing(connection, rows, two, pool, LEARNING)
        chance = max(sum(own[two[0]] * own[two[1]] / own[""] for own in parts if own[""]) for parts in parted)
        excess = max(pairs - chance, 0.0)
        found.append(Way(two, pairs, excess, _known(connection, rows, two, pool)))
    found.sort(key=lambda way: (-way.excess, way.columns))
    asked = [way for way in found if way.is_beyond_chance][:ASKED]
    confirmed = {way.columns: _confirmed(connection, rows, way.columns, columns, pool) for way in asked}
    return [replace(way, confirmed=confirmed.get(way.columns, 0.0)) for way in found]


def _confirmed(
    connection: duckdb.DuckDBPyConnection, rows: str, way: Sequence[str], columns: Sequence[str], pool: Pool
) -> float | None:
    """The mean, over the personal columns that the way does not look at, of the share of its pairs that agree on them."""
    others = [column for column in PERSONAL if column in columns and column not in way]
    if not others:
        return None
    shares = ", ".join(f"avg((l.{column} = r.{column})::INTEGER)" for column in others)
    right = f"r.unique_id >= {pool.first:d} AND l.unique_id < {pool.first:d}" if pool.second else "true"
    key = " AND ".join(f"l.{column} = r.{column}" for column in way)
    small = f"(FROM {rows} WHERE {_there(way)} QUALIFY count(*) OVER (PARTITION BY {', '.join(way)}) BETWEEN 2 AND {LARGEST})"
    asked = f"SELECT {shares} FROM {small} l JOIN {small} r ON {key} AND l.unique_id < r.unique_id AND {right}"  # noqa: S608
    told = [float(share) for share in connection.execute(asked).fetchall()[0] if share is not None]
    return sum(told) / len(told) if told else None


def _by_stratum(
    connection: duckdb.DuckDBPyConnection, rows: str, columns: Sequence[str], pool: Pool, stratum: str
) -> list[dict[str, float]]:
    """Pairs that agree on each column, and all pairs (""), in each stratum; the whole is one stratum without a name."""
    part = stratum or "0"
    pairs = "f::DOUBLE * (n - f)" if pool.second else "n::DOUBLE * (n - 1) / 2"
    found: dict[str, dict[str, float]] = {}
    for column in ("", *columns):
        inner = f"{part} AS part, {column or '0'} AS held"
        where = f"{part} IS NOT NULL AND {column or '0'} IS NOT NULL"
        asked = (
            f"SELECT part, sum({pairs}) FROM (SELECT part, count(*) AS n, count(*) FILTER (unique_id < {pool.first:d}) AS f "  # noqa: S608
            f"FROM (SELECT unique_id, {inner} FROM {rows} WHERE {where}) GROUP BY part, held) GROUP BY part"
        )
        for name, number in connection.execute(asked).fetchall():
            found.setdefault(str(name), dict.fromkeys(("", *columns), 0.0))[column] = float(number or 0)
    return [found[name] for name in sorted(found)]


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

"""Records of one file, or of two, compared without labels: pairs by what agrees beyond chance, weights learned from the
files themselves. The same for a seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mutuals.identity.model import batch, train
from mutuals.identity.model.arrow import TYPES
from mutuals.identity.model.batch import Bounds, Opening, duck, engine
from mutuals.identity.model.card import Column
from mutuals.identity.model.comparisons import columns_of
from mutuals.identity.model.file import Model
from mutuals.identity.piles import Refused, Told, candidates, circles, evidence
from mutuals.identity.piles.candidates import Pool, Way
from mutuals.identity.piles.circles import Expected, Pairs
from mutuals.identity.piles.evidence import Held, Plan
from mutuals.identity.piles.tables import Table

BOUNDS = Bounds(memory=1_500, threads=1)
A_RECORD, AT_MOST = 60, 20_000_000
"""Pairs that are looked at: for each record, and altogether."""
STRANGERS, LEARNED = 1_000_000, 400_000
"""Pairs that u is counted from, and pairs of a session that m is learned from."""
SOME = 2_000
"""Records that are looked at before a file is read."""
BORNE = 3
"""Families in which a given name occurs from which it is one, and no slip of the pen."""
STEADY = 100
"""Rows that what one would say of a frequency before counting is worth."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of rows with their bits, in order of the pairs; the rows of a second file follow on those of the first.

    `alike` counts records of which too many hold the same to be told apart; `rows` is the Parquet file of what was compared.
    """

    left: Any
    right: Any
    bits: Any
    alike: int
    model: Model
    rows: Path


def opening(engine: str) -> Opening:
    """How the engine of that name, `duckdb` or `spark`, is opened. Refused where Spark is not installed."""
    if engine == "duckdb":
        return duck
    try:
        module: Any = import_module("mutuals.identity.model.spark")
    except ImportError as lacking:
        told = f"Spark is not installed ({lacking}). In its folder: .venv/bin/pip install -e '.[spark]', and Java 17."
        raise Refused(told) from lacking
    opened: Opening = module.engine
    return opened


def compare(tables: Sequence[Table], *, seed: int, told: Told, opened: Opening = duck) -> Compared:
    """Compare the records of one table among themselves, or those of two with each other.

    The folder of the first table is used as scratch. `opened` is the engine that learns and weighs; pairs are found by
    DuckDB, which spills what is too large for its memory.
    """
    made = _plan(tables)
    read = _read(tables, made, told)
    pool = Pool(*(table.rows for table in tables))
    rows = read.with_name("rows.parquet")
    told("looking for pairs", 0, 0)
    with engine(BOUNDS) as connection:
        connection.execute(f"CREATE TABLE rows AS {_with_frequencies(read, made)}")
        many = [name for name, share in made.frequent.items() if share < evidence.KIND]
        kinds = [name for name in made.frequent if name not in many]
        ways = candidates.ways(connection, "rows", many, pool, kinds)
        learning = candidates.sessions(ways)
        for number, way in enumerate(learning):
            candidates.marked(connection, "rows", number, way)
        candidates.pairs(connection, "rows", made.keys, pool, most=min(A_RECORD * pool.count, AT_MOST))
        pairs = connection.sql("FROM pairs").to_arrow_table()
        alike = _alike(connection, made)
        connection.execute("COPY (FROM rows ORDER BY unique_id) TO $1", [str(rows)])
        sides = _sides(connection, rows, pool)
    told("learning", 0, 0)
    model = _trained(sides, made, ways, learning, pool, seed, opened)
    return Compared(*_scored(model, rows, pairs, pool, told, opened), alike, model, rows)


def _plan(tables: Sequence[Table]) -> Plan:
    """What is compared: the columns that every table has."""
    first, *others = tables
    columns = [name for name in first.columns if all(name in other.columns for other in others)]
    some = [record for table in tables for record in islice(table.records(columns), SOME)]
    gone = evidence.redundant(some, columns)
    with engine(BOUNDS) as connection:
        held = {name: _held(connection, tables, name) for name in columns if name not in gone}
    return evidence.plan(list(held), held)


def _held(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], name: str) -> Held:
    column = _quoted(name, '"')
    source = " UNION ALL ".join(f"SELECT {column} AS v FROM {_parquet(table.parquet)}" for table in tables)  # noqa: S608
    filled, distinct, length, words, digits = connection.execute(
        f"SELECT count(v), approx_count_distinct(v), avg(length(v)), avg(length(v) - length(replace(v, ' ', '')) + 1), "  # noqa: S608
        f"avg(length(regexp_replace(v, '[^0-9]', '', 'g')) / length(v)) FROM ({source})"
    ).fetchall()[0]
    share = filled / sum(table.rows for table in tables)
    return Held(share, distinct / max(filled, 1), distinct, length or 0.0, words or 0.0, digits or 0.0)


def _alike(connection: duckdb.DuckDBPyConnection, made: Plan) -> int:
    """Records of which so many hold the same in every column that nobody can tell whether they are one."""
    every = ", ".join(one.name for one in made.columns) or "1"  # nothing is compared: all are alike
    return int(
        connection.execute(
            f"SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM rows GROUP BY hash({every}) HAVING n > $1)",  # noqa: S608
            [candidates.LARGEST],
        ).fetchall()[0][0]
    )


def _quoted(name: str, mark: str) -> str:
    return mark + name.replace(mark, mark * 2) + mark


def _parquet(path: Path) -> str:
    return "read_parquet(" + _quoted(str(path), "'") + ")"


def _read(tables: Sequence[Table], made: Plan, told: Told) -> Path:
    """Every record in the columns of the plan, as a Parquet file, batch by batch."""
    path = tables[0].parquet.with_name("read.parquet")
    schema = pa.schema([("unique_id", pa.int64()), *((one.name, TYPES[one.kind]) for one in made.columns)])
    done, every = 0, sum(table.rows for table in tables)
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for part in (part for table in tables for part in table.batches(made.sources)):
            names, values = part.schema.names, [column.to_pylist() for column in part.columns]
            rows = [
                evidence.read({name: value for name, value in zip(names, record, strict=True) if value}, made)
                for record in zip(*values, strict=True)
            ]
            arrays = [pa.array([row.get(one.name) for row in rows], TYPES[one.kind]) for one in made.columns]
            numbers = pa.array(range(done, done + len(rows)), pa.int64())
            writer.write_batch(pa.RecordBatch.from_arrays([numbers, *arrays], schema=schema))
            done += len(rows)
            told("reading what tells who it is", done, every)
    return path


def _sides(connection: duckdb.DuckDBPyConnection, rows: Path, pool: Pool) -> list[Path]:
    """The rows as a file for each side."""
    if not pool.second:
        return [rows]
    sides = [rows.with_name("first.parquet"), rows.with_name("second.parquet")]
    for side, sign in zip(sides, ("<", ">="), strict=True):
        connection.execute(
            f"COPY (FROM rows WHERE unique_id {sign} {pool.first:d} ORDER BY unique_id) TO $1", [str(side)]
        )
    return sides


def _with_frequencies(read: Path, made: Plan) -> str:
    """SQL: the rows, each with the share of rows that hold the same, steadied by what one would say before counting."""
    source = _parquet(read)
    shares = [f"tf_{name}" for name in made.frequent]
    joins = [
        f"LEFT JOIN (SELECT {name}, (count(*) + {STEADY * share!r}) / (sum(count(*)) OVER () + {STEADY}) AS tf_{name} "  # noqa: S608
        f"FROM {source} WHERE {name} IS NOT NULL GROUP BY {name}) USING ({name})"
        for name, share in made.frequent.items()
    ]
    if made.named:
        shares.append("given_borne")
        borne = f"CASE WHEN n >= {BORNE} OR listed THEN log2(n) END AS given_borne"
        families = (
            "count(DISTINCT coalesce(family_sound, unique_id::VARCHAR)) AS n, any_value(given_listed) = 1 AS listed"
        )
        named = f"SELECT given, {families} FROM {source} WHERE length(given) > 1 GROUP BY given"  # noqa: S608
        joins.append(f"LEFT JOIN (SELECT given, {borne} FROM ({named})) USING (given)")  # noqa: S608
    columns = ", ".join(["unique_id", *(one.name for one in made.columns), *shares])
    return f"SELECT {columns} FROM {source} {' '.join(joins)} ORDER BY unique_id"  # noqa: S608


def _trained(
    sides: Sequence[Path],
    made: Plan,
    ways: Sequence[Way],
    learning: Sequence[Way],
    pool: Pool,
    seed: int,
    opened: Opening,
) -> Model:
    shares = [Column(f"tf_{name}", "number") for name in made.frequent]
    if made.named:
        shares.append(Column("given_borne", "number"))
    sizes = (pool.first, pool.second) if pool.second else (pool.first,)
    kind, prior = ("link", 0.5 / max(sizes)) if pool.second else ("dedupe", 0.4 / pool.first)
    begun = Model(
        kind, (*made.columns, *shares), made.comparisons, min(prior, 0.5), seed, sizes, link=bool(pool.second)
    )
    sessions = [
        " AND ".join(f"l.{column} = r.{column}" for column in (*way.columns, f"session_{number}"))
        for number, way in enumerate(learning)
    ]
    training = train.Training(sessions, pairs=STRANGERS, session_pairs=LEARNED, keep_prior=True)
    model = train.train(begun, training, *sides, bounds=BOUNDS, opened=opened)
    return replace(model, prior=_prior(model, ways, pool))


def _prior(model: Model, ways: Sequence[Way], pool: Pool) -> float:
    """The share of pairs that are one person.

    Of M such pairs, M * m_a * m_b * known agree on columns a and b; that is what agrees beyond chance. The median over all
    ways that mostly join one person; where there is none, the model's own.
    """
    same = {level.tf: level.m for comparison in model.comparisons for level in comparison.levels[:1]}
    found = [
        way.excess / (m * n * way.known)
        for way in ways
        if way.pure
        and (way.own or not any(one.own for one in ways))
        and (m := same.get(way.columns[0]))
        and (n := same.get(way.columns[1]))
    ]
    return min(median(found) / pool.pairs, 0.5) if found else model.prior


def _scored(model: Model, rows: Path, pairs: pa.Table, pool: Pool, told: Told, opened: Opening) -> tuple[Any, Any, Any]:
    """Pairs and their bits, in the order of the pairs."""
    rarely = {
        one.name: number
        for number, one in enumerate(one for one in model.comparisons if any(level.tf for level in one.levels))
    }
    parts = batch.scored(
        model,
        rows,
        pairs,
        bounds=BOUNDS,
        weights=True,
        progress=lambda done, every: told("comparing", done, every),
        opened=opened,
    )
    held = [_compact(model, part, rarely) for part in parts]
    if not held:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    columns = [np.concatenate(column) for column in zip(*held, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    left, right, bits, levels, rare = (column[order] for column in columns)
    found = Pairs(left, right, bits, levels, rare, rarely)
    return found.left, found.right, circles.among(model, found, _expected(model, rows, pool))


def _compact(model: Model, part: pa.Table, rarely: Mapping[str, int]) -> tuple[Any, ...]:
    """A chunk of scored pairs as the columns of `Pairs`."""
    levels = [circles.levels(one, part[f"mw_{one.name}"].to_numpy()) for one in model.comparisons]
    rare = [part[f"mw_tf_adj_{name}"].to_numpy().astype(np.float16) for name in rarely]
    plain = (part[name].to_numpy() for name in ("left", "right", "bits"))
    return (*plain, np.stack(levels, axis=1), np.stack(rare, axis=1) if rare else np.empty((part.num_rows, 0)))


def _expected(model: Model, rows: Path, pool: Pool) -> Expected:
    """How many pairs are one person by the prior, and in how many each comparison is known on both sides."""
    known = {}
    for one in model.comparisons:
        (column,) = columns_of(one.missing)
        held = pq.read_table(rows, columns=[column])[column]
        first, second = held.slice(0, pool.first), held.slice(pool.first) if pool.second else held
        known[one.name] = (1 - first.null_count / len(first)) * (1 - second.null_count / len(second))
    return Expected(model.prior * pool.pairs, known)

"""`mutuals dedupe`: which records of one file are one person. No labels; trained on the file itself, the same for a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mutuals.identity.model import batch, train
from mutuals.identity.model.batch import Bounds, engine
from mutuals.identity.model.card import TYPES, Column
from mutuals.identity.model.clusters import clusters
from mutuals.identity.model.file import Model
from mutuals.identity.piles import Counts, Told, candidates, evidence
from mutuals.identity.piles.candidates import Way
from mutuals.identity.piles.evidence import Held, Plan
from mutuals.identity.piles.tables import Table
from mutuals.identity.piles.writing import writing

BOUNDS = Bounds(memory=1_500, threads=1)
A_RECORD, AT_MOST = 60, 20_000_000
"""Pairs that are looked at: for each record, and altogether."""
ABSENT = -1.0
"""Bits of a pair that no key found: keys find most true pairs."""
STRANGERS, LEARNED = 1_000_000, 400_000
"""Pairs that u is counted from, and pairs of a session that m is learned from."""

SOME = 2_000
"""Records that are looked at before the file is read."""
STEADY = 100
"""Rows that what one would say of a frequency before counting is worth."""
BITS = 60.0
"""Weights beyond this are certain either way."""


def dedupe(records: Table, *, out: Path, seed: int, engine: str, told: Told) -> Counts:
    """Write `id, cluster, probability` for every record; a cluster is named by the id of its first record.

    `probability`: that the record belongs to its cluster, or, where it stands alone, that it does so rightly. The
    counts say what was compared and what came out. Values that more than `candidates.LARGEST` records share lead to no
    pairs, so a million equal rows stay apart, and are counted. Refused: another engine than DuckDB.
    """
    found = resolve(records, seed=seed, told=told)
    _write(records, out, found.labels, found.probabilities)
    sizes = np.bincount(found.labels, minlength=records.rows)
    return {
        "records": records.rows,
        "clusters": int((sizes > 0).sum()),
        "records that are one with others": int(sizes[sizes > 1].sum()),
        "largest cluster": int(sizes.max()),
        "pairs looked at": found.pairs,
        "records too alike to tell apart": found.alike,
        "compared": [comparison.name.removeprefix("x_") for comparison in found.model.comparisons],
    }


@dataclass(frozen=True, slots=True)
class Resolved:
    """By row of the file: the number of its cluster (that of its first row), and how probable it is. Then how many pairs
    were looked at, how many records are too alike to be joined or told apart, and the model that was learned."""

    labels: Any
    probabilities: Any
    pairs: int
    alike: int
    model: Model


def resolve(records: Table, *, seed: int, told: Told) -> Resolved:
    """Who is one in this file. The folder of `records` is used as scratch."""
    made = _plan(records)
    read = _read(records, made, told)
    count, folder = records.rows, records.parquet.parent
    told("looking for pairs", 0, 0)
    with engine(BOUNDS) as connection:
        connection.execute(f"CREATE TABLE rows AS {_with_frequencies(read, made)}")
        ways = candidates.ways(connection, "rows", list(made.frequent), count)
        learning = candidates.sessions(ways)
        for number, way in enumerate(learning):
            candidates.marked(connection, "rows", number, way)
        candidates.pairs(connection, "rows", made.keys, most=min(A_RECORD * count, AT_MOST))
        pairs = connection.sql("FROM pairs").to_arrow_table()
        alike = _alike(connection, made)
        connection.execute("COPY (FROM rows ORDER BY unique_id) TO $1", [str(folder / "rows.parquet")])
    told("learning", 0, 0)
    model = _trained(folder / "rows.parquet", made, ways, learning, count, seed)
    edges = _scored(model, folder / "rows.parquet", pairs, told)
    told("joining", 0, 0)
    labels = clusters(count, *edges, absent=ABSENT)
    return Resolved(labels, _probabilities(labels, *edges), pairs.num_rows, alike, model)


def _plan(records: Table) -> Plan:
    some = list(islice(records.records(records.columns), SOME))
    gone = evidence.redundant(some, records.columns)
    columns = [name for name in records.columns if name not in gone]
    with engine(BOUNDS) as connection:
        held = {name: _held(connection, records, name) for name in columns}
    return evidence.plan(columns, held)


def _held(connection: duckdb.DuckDBPyConnection, records: Table, name: str) -> Held:
    source, column = _quoted(str(records.parquet), "'"), _quoted(name, '"')
    filled, distinct, length, words, digits = connection.execute(
        f"SELECT count(v), approx_count_distinct(v), avg(length(v)), avg(length(v) - length(replace(v, ' ', '')) + 1), "  # noqa: S608
        f"avg(length(regexp_replace(v, '[^0-9]', '', 'g')) / length(v)) FROM (SELECT {column} AS v FROM {source})"
    ).fetchall()[0]
    filled_or_one = max(filled, 1)
    return Held(filled / records.rows, distinct / filled_or_one, distinct, length or 0.0, words or 0.0, digits or 0.0)


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


def _read(records: Table, made: Plan, told: Told) -> Path:
    """Every record in the columns of the plan, as a Parquet file, batch by batch."""
    path = records.parquet.with_name("read.parquet")
    schema = pa.schema([("unique_id", pa.int64()), *((one.name, TYPES[one.kind]) for one in made.columns)])
    done = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for batch_ in records.batches(["row", *made.sources]):
            columns = batch_.to_pydict()
            numbers = columns.pop("row")
            names = list(columns)
            rows = [
                evidence.read({name: value for name, value in zip(names, values, strict=True) if value}, made)
                for values in zip(*columns.values(), strict=True)
            ]
            arrays = [pa.array([row.get(one.name) for row in rows], TYPES[one.kind]) for one in made.columns]
            writer.write_batch(pa.RecordBatch.from_arrays([pa.array(numbers, pa.int64()), *arrays], schema=schema))
            done += len(rows)
            told("reading what tells who it is", done, records.rows)
    return path


def _with_frequencies(read: Path, made: Plan) -> str:
    """SQL: the rows, each with the share of rows that hold the same, steadied by what one would say before counting."""
    source = f"read_parquet({_quoted(str(read), chr(39))})"
    shares = [f"tf_{name}" for name in made.frequent]
    joins = [
        f"LEFT JOIN (SELECT {name}, (count(*) + {STEADY * share!r}) / (sum(count(*)) OVER () + {STEADY}) AS tf_{name} "  # noqa: S608
        f"FROM {source} WHERE {name} IS NOT NULL GROUP BY {name}) USING ({name})"
        for name, share in made.frequent.items()
    ]
    columns = ", ".join(["unique_id", *(one.name for one in made.columns), *shares])
    return f"SELECT {columns} FROM {source} {' '.join(joins)} ORDER BY unique_id"  # noqa: S608


def _trained(rows: Path, made: Plan, ways: Sequence[Way], learning: Sequence[Way], count: int, seed: int) -> Model:
    shares = (Column(f"tf_{name}", "number") for name in made.frequent)
    begun = Model("dedupe", (*made.columns, *shares), made.comparisons, 0.4 / count, seed, (count,))
    sessions = [
        " AND ".join(f"l.{column} = r.{column}" for column in (*way.columns, f"session_{number}"))
        for number, way in enumerate(learning)
    ]
    training = train.Training(sessions, pairs=STRANGERS, session_pairs=LEARNED, keep_prior=True)
    model = train.train(begun, training, rows, bounds=BOUNDS)
    return replace(model, prior=_prior(model, ways, count))


def _prior(model: Model, ways: Sequence[Way], count: int) -> float:
    """The share of pairs that are one person.

    Of M such pairs, M * m_a * m_b * known agree on columns a and b; that is what agrees beyond chance. The median over all
    ways that mostly join one person; where there is none, two pairs for ten records.
    """
    same = {level.tf: level.m for comparison in model.comparisons for level in comparison.levels[:1]}
    found = [
        way.excess / (m * n * way.known)
        for way in ways
        if way.pure and (m := same.get(way.columns[0])) and (n := same.get(way.columns[1]))
    ]
    every = count * (count - 1) / 2
    return min(median(found) / every, 0.5) if found else model.prior


def _scored(model: Model, rows: Path, pairs: pa.Table, told: Told) -> tuple[Any, Any, Any]:
    """Pairs and their bits, in the order of the pairs."""
    parts = batch.scored(model, rows, pairs, bounds=BOUNDS, progress=lambda done, every: told("comparing", done, every))
    held = [tuple(part[name].to_numpy() for name in ("left", "right", "bits")) for part in parts]
    if not held:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    left, right, bits = (np.concatenate(column) for column in zip(*held, strict=True))
    order = np.lexsort((right, left))
    return left[order], right[order], bits[order]


def _probabilities(labels: Any, left: Any, right: Any, bits: Any) -> Any:
    """By record: of the mean bits with the others of its cluster; for one alone, that its best edge is wrong."""
    count = len(labels)
    size = np.bincount(labels, minlength=count)[labels]
    inside = labels[left] == labels[right]
    sums, edges, best = np.zeros(count), np.zeros(count), np.full(count, -BITS)
    for side in (left, right):
        sums += np.bincount(side[inside], bits[inside].clip(-BITS, BITS), count)
        edges += np.bincount(side[inside], minlength=count)
        np.maximum.at(best, side[~inside], bits[~inside])
    mean = (sums + ABSENT * (size - 1 - edges)) / np.maximum(size - 1, 1)
    return 1 / (1 + np.exp2(-np.where(size > 1, mean, -best).clip(-BITS, BITS)))


def _write(records: Table, out: Path, labels: Any, probabilities: Any) -> None:
    names = pq.read_table(records.parquet, columns=["id"])["id"].combine_chunks()
    columns = {"id": pa.string(), "cluster": pa.string(), "probability": pa.float64()}
    with writing(out, columns) as file:
        for start in range(0, records.rows, SOME * 10):
            part = slice(start, start + SOME * 10)
            file.add(
                {
                    "id": names[part],
                    "cluster": names.take(pa.array(labels[part])),
                    "probability": np.round(probabilities[part], 6),
                }
            )

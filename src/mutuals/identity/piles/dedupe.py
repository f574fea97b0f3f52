"""`mutuals dedupe`: which records of one file are one person. No labels; trained on the file itself, the same for a seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mutuals.connectors.files.writing import writing
from mutuals.identity.model.clusters import clusters
from mutuals.identity.model.file import Model
from mutuals.identity.piles import Counts, Told
from mutuals.identity.piles.records import compare, opening
from mutuals.identity.piles.tables import Table

ABSENT = -1.0
"""Bits of a pair that no key found: keys find most true pairs."""
SURE = 4.0
"""Bits from which two records are joined: sixteen to one. A wrong join costs a customer more than one that is not made."""
BITS = 60.0
"""Weights beyond this are certain either way."""
_LINES = 20_000


def dedupe(records: Table, *, out: Path, seed: int, engine: str, told: Told) -> Counts:
    """Write `id, cluster, probability` for every record; a cluster is named by the id of its first record.

    `probability`: that the record belongs to its cluster, or, where it stands alone, that it does so rightly. The
    counts say what was compared and what came out. Values that more than `candidates.LARGEST` records share lead to no
    pairs, so a million equal rows stay apart, and are counted. Refused: an engine that is not installed.
    """
    found = resolve(records, seed=seed, told=told, engine=engine)
    _write(records, out, found.labels, found.probabilities)
    sizes = np.bincount(found.labels, minlength=records.rows)
    return {
        "records": records.rows,
        "clusters": int((sizes > 0).sum()),
        "records that are one with others": int(sizes[sizes > 1].sum()),
        "largest cluster": int(sizes.max()),
        "pairs looked at": found.pairs,
        "records too alike to tell apart": found.alike,
        "compared": [one.name.removeprefix("x_") for one in found.model.comparisons if one.missing[0] == "missing"],
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


def resolve(records: Table, *, seed: int, told: Told, engine: str = "duckdb") -> Resolved:
    """Who is one in this file. The folder of `records` is used as scratch."""
    found = compare([records], seed=seed, told=told, opened=opening(engine))
    told("joining", 0, 0)
    labels = clusters(records.rows, found.left, found.right, found.bits, absent=ABSENT, least=SURE)
    probabilities = _probabilities(labels, found.left, found.right, found.bits)
    return Resolved(labels, probabilities, len(found.bits), found.alike, found.model)


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
        for start in range(0, records.rows, _LINES):
            part = slice(start, start + _LINES)
            file.add(
                {
                    "id": names[part],
                    "cluster": names.take(pa.array(labels[part])),
                    "probability": np.round(probabilities[part], 6),
                }
            )

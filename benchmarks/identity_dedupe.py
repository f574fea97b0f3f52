"""Claims: `mutuals dedupe` without labels. historical_50k pairwise F1 >= .84, B-cubed F1 >= .88, largest cluster <= 30;
febrl3 pairwise F1 >= .998; fake_1000 pairwise F1 >= .90. One setting for all files; Splink's own defaults run beside.

The files are given without the column of the truth and with rows counted instead of their ids, which would tell it. Truth is
read here alone, to count. Every run is a process of its own: CPU and memory are the whole process's.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from benchmarks.figure import Figure
from benchmarks.identity import data


@dataclass(frozen=True)
class Counted:
    """How clusters compare with the truth: pairwise precision, recall and F1, B-cubed F1, the largest cluster."""

    precision: float
    recall: float
    f1: float
    b_cubed: float
    largest: int


@dataclass(frozen=True)
class Pile:
    """A file, how its truth is read from a column, and what is asked: measure -> bound."""

    file: str
    truth: str
    who: Callable[[str], str]
    asked: dict[str, str]


def _same(value: str) -> str:
    return value


def _febrl(value: str) -> str:
    return value.split("-")[1]


PILES = {
    "fake_1000": Pile("fake_1000.csv", "cluster", _same, {"f1": ">= 0.90"}),
    "febrl1": Pile("febrl_dataset1.csv", "rec_id", _febrl, {"f1": ">= 0.998"}),
    "febrl2": Pile("febrl_dataset2.csv", "rec_id", _febrl, {"f1": ">= 0.998"}),
    "febrl3": Pile("febrl_dataset3.csv", "rec_id", _febrl, {"f1": ">= 0.998"}),
    "historical_50k": Pile(
        "historical_figures_with_errors_50k.parquet",
        "cluster",
        _same,
        {"f1": ">= 0.84", "b_cubed": ">= 0.88", "largest": "<= 30"},
    ),
}
_TELLS = ("cluster", "rec_id", "unique_id")
_WORDS = {"f1": "pairwise F1", "b_cubed": "B-cubed F1", "largest": "largest cluster"}


def measure() -> list[Figure]:
    """Ours and Splink's on every file, in the same run."""
    paths = data(*(pile.file for pile in PILES.values()))
    figures = []
    with tempfile.TemporaryDirectory(prefix="mutuals-bench-") as folder:
        for (name, pile), path in zip(PILES.items(), paths, strict=True):
            given, truth = _prepared(pile, path, Path(folder) / f"{name}.csv")
            out = Path(folder) / "clusters.csv"
            ours = [sys.executable, "-m", "mutuals.identity.piles", "dedupe", str(given), "--out", str(out)]
            figures += _figures(name, pile, truth, out, ours)
            theirs = [sys.executable, "-m", "benchmarks.identity_splink", name, str(given), str(out)]
            figures += _figures(f"{name}, Splink's defaults", Pile("", "", _same, {}), truth, out, theirs)
    return figures


def _prepared(pile: Pile, path: Path, given: Path) -> tuple[Path, Any]:
    """The file without what tells the truth, rows counted from 0; and the truth by row."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
    else:
        with path.open(newline="", encoding="utf-8") as text:
            rows = [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(text)]
        table = pa.Table.from_pylist(rows)
    who = [pile.who(str(value)) for value in table[pile.truth].to_pylist()]
    kept = table.drop_columns([name for name in _TELLS if name in table.column_names])
    pacsv.write_csv(kept.add_column(0, "id", pa.array(range(table.num_rows), pa.int64())), given)
    return given, np.unique(who, return_inverse=True)[1]


def _figures(name: str, pile: Pile, truth: Any, out: Path, command: list[str]) -> list[Figure]:
    start = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=said, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        if status:
            said.seek(0)
            raise AssertionError(f"{command}: {said.read()[-2000:].decode(errors='replace')}")
    found = counted(truth, _clusters(out, len(truth)))
    spent = f"CPU {used.ru_utime + used.ru_stime:.0f} s, {time.monotonic() - start:.0f} s, {used.ru_maxrss >> 10} MB"
    note = f"P {found.precision:.4f}, R {found.recall:.4f}; {spent}"
    return [
        Figure(
            f"{name}, {word}", getattr(found, measured), "", pile.asked.get(measured, ""), note if not number else ""
        )
        for number, (measured, word) in enumerate(_WORDS.items())
    ]


def _clusters(out: Path, count: int) -> Any:
    table = pacsv.read_csv(out, convert_options=pacsv.ConvertOptions(column_types={"cluster": pa.string()}))
    labels = np.empty(count, dtype=np.int64)
    labels[table["id"].to_numpy()] = np.unique(table["cluster"].to_pylist(), return_inverse=True)[1]
    return labels


def counted(truth: Any, labels: Any) -> Counted:
    """Both are arrays of group numbers by row. B-cubed as Bagga and Baldwin (1998): the mean over rows of the share of
    the row's cluster, and of its truth, that belongs together."""
    together = np.unique(truth * (labels.max() + 1) + labels, return_inverse=True, return_counts=True)
    shared, true, held = together[2][together[1]], np.bincount(truth)[truth], np.bincount(labels)[labels]
    both, right, made = (float((sizes - 1).sum()) / 2 for sizes in (shared, true, held))
    precision, recall = both / made if made else 1.0, both / right if right else 1.0
    purity, found = float((shared / held).mean()), float((shared / true).mean())
    return Counted(precision, recall, _mean(precision, recall), _mean(purity, found), int(held.max()))


def _mean(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


if __name__ == "__main__":
    print(json.dumps([figure.__dict__ for figure in measure()], indent=1))

"""Claim: `mutuals link` of two lists of customers, without handles, labels or ids in common: febrl3's originals, a fifth of
them absent, and one spoilt copy of each. Precision and recall of the automatic links; truth is read here alone, to count."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.identity import data

SEED, ABSENT = 5, 0.2
LACKING = {"all columns": (), "without number and street": ("soc_sec_id", "address_1", "address_2")}


def measure() -> list[Figure]:
    """With everything that the lists hold, and without what tells most."""
    (path,) = data("febrl_dataset3.csv")
    with path.open(newline="", encoding="utf-8") as text:
        rows = [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(text)]
    people = [row for row in rows if row["rec_id"].endswith("-org")]
    random.Random(SEED).shuffle(people)
    people = people[: round(len(people) * (1 - ABSENT))]
    copies = [row for row in rows if row["rec_id"].endswith("-dup-0")]
    return [figure for name, lacking in LACKING.items() for figure in _figures(name, people, copies, lacking)]


def _figures(
    name: str, people: list[dict[str, str]], copies: list[dict[str, str]], lacking: Sequence[str]
) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="mutuals-bench-") as folder:
        first, second, out = (Path(folder) / one for one in ("people.csv", "copies.csv", "links.csv"))
        _write(first, people, lacking)
        _write(second, copies, lacking)
        command = [sys.executable, "-m", "mutuals.identity.piles", "link", str(first), str(second), "--out", str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with out.open(newline="", encoding="utf-8") as text:
            made = [line for line in csv.DictReader(text) if line["decision"] == "link"]
    who = [[row["rec_id"].split("-")[1] for row in side] for side in (people, copies)]
    right = sum(who[0][int(line["person_id"])] == who[1][int(line["profile_id"])] for line in made)
    possible = len(set(who[0]) & set(who[1]))
    note = f"{len(made):,} links, {possible:,} of {len(copies):,} have a person"
    return [
        Figure(f"two lists, {name}, precision", right / max(len(made), 1), "", ">= 0.99", note),
        Figure(f"two lists, {name}, recall", right / possible, "", ">= 0.99" if not lacking else ""),
    ]


def _write(path: Path, rows: list[dict[str, str]], lacking: Sequence[str]) -> None:
    """With rows counted from 0 instead of their ids, which would tell the truth."""
    kept = [name for name in rows[0] if name not in ("rec_id", *lacking)]
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text)
        writer.writerow(["id", *kept])
        writer.writerows([number, *(row[name] for name in kept)] for number, row in enumerate(rows))

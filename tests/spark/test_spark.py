"""`--engine spark` in a cluster of processes on this machine: the same model file, the same clusters. `make test-spark`."""

from __future__ import annotations

import csv
import random

import pyarrow
import pytest

from mutuals.identity.model import batch, file, social, spark
from mutuals.identity.model.batch import BOUNDS
from mutuals.identity.model.tests import made_people
from mutuals.identity.piles import records, silent
from mutuals.identity.piles.dedupe import dedupe
from mutuals.identity.piles.link import link
from mutuals.identity.piles.tables import How, bring
from mutuals.identity.piles.tests.test_dedupe import people, together
from mutuals.identity.piles.tests.test_link_model import made
from mutuals.identity.piles.words import Kind

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Some three hundred records of a hundred and twenty people."""
    folder = tmp_path_factory.mktemp("spark")
    made = list(people(random.Random(3), 120))
    with (folder / "records.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
    return made, bring(folder / "records.csv", folder, Kind.RECORDS, how=How({}, ["who"]))


def test_spark_weighs_pairs_by_a_model_file_as_duckdb_does(table, tmp_path):
    found = records.compare([table[1]], seed=7, told=silent)
    pairs = pyarrow.table({"left": found.left, "right": found.right})
    file.write(found.model, tmp_path / "model.json")
    told = file.read(tmp_path / "model.json")
    one, other = (
        {(row["left"], row["right"]): row["bits"] for part in parts for row in part.to_pylist()}
        for parts in (
            batch.scored(told, found.rows, pairs, bounds=BOUNDS),
            batch.scored(told, found.rows, pairs, bounds=BOUNDS, opened=spark.engine),
        )
    )

    apart = [abs(bits - other[pair]) for pair, bits in one.items()]
    assert len(one) == len(other) == pairs.num_rows > 500
    assert sum(gap < 1e-6 for gap in apart) >= 0.98 * len(apart)


def test_spark_weighs_people_and_accounts_by_the_live_model_as_duckdb_does():
    rng = random.Random(12)
    rows, table = made_people.rows_of(list(made_people.people(rng, 150)))
    chosen = sorted({tuple(sorted(rng.sample(range(len(rows)), 2))) for _ in range(1_000)})
    pairs = pyarrow.table({"left": [one for one, _ in chosen], "right": [other for _, other in chosen]})

    one, other = (
        {(row["left"], row["right"]): row["bits"] for part in parts for row in part.to_pylist()}
        for parts in (
            batch.scored(social.day_one(), table, pairs, bounds=BOUNDS),
            batch.scored(social.day_one(), table, pairs, bounds=BOUNDS, opened=spark.engine),
        )
    )

    apart = [abs(bits - other[pair]) for pair, bits in one.items()]
    assert len(one) == len(other) == len(chosen)
    assert sum(gap < 1e-6 for gap in apart) >= 0.98 * len(apart)


def test_spark_links_as_duckdb_does_by_the_same_model(tmp_path):
    us, profiles = made(tmp_path)

    link(us, profiles, out=tmp_path / "links.csv", engine="spark", told=silent)

    with (tmp_path / "links.csv").open() as text:
        lines = list(csv.DictReader(text))
    ours = [line for line in lines if line["profile_id"].startswith("a")]
    assert len(lines) == profiles.rows
    assert all(line["decision"] == "link" and line["person_id"][1:] == line["profile_id"][1:] for line in ours)
    assert not [line for line in lines if line["decision"] == "link" and line not in ours]


def test_spark_learns_and_finds_the_same_people(table, tmp_path):
    made, brought = table

    dedupe(brought, out=tmp_path / "out.csv", seed=7, engine="spark", told=silent)

    with (tmp_path / "out.csv").open() as text:
        labels = [row["cluster"] for row in csv.DictReader(text)]
    true, held = together([record["who"] for record in made]), together(labels)
    assert len(true & held) >= 0.98 * len(held)
    assert len(true & held) >= 0.9 * len(true)

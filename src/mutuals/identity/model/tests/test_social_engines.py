"""The golden test of the model that is used live: Splink on DuckDB and the scorer in process weigh a pair alike."""

from __future__ import annotations

import json
import random

import pyarrow
import pytest

from mutuals.identity.model import batch, file, score, social
from mutuals.identity.model.tests.made_people import people, rows_of

PAIRS = 16_000


@pytest.fixture(scope="module")
def compared():
    rng = random.Random(12)
    rows, table = rows_of(list(people(rng, 500)))
    near = [(i, j) for i in range(len(rows)) for j in range(i + 1, min(i + 4, len(rows)))]
    far = {tuple(sorted(rng.sample(range(len(rows)), 2))) for _ in range(3 * PAIRS)} - set(near)
    chosen = near + sorted(far)[:: len(far) // (PAIRS - len(near))][: PAIRS - len(near)]
    left, right = zip(*chosen, strict=True)
    return rows, table, pyarrow.table({"left": left, "right": right})


def test_splink_and_the_scorer_weigh_people_and_accounts_alike_to_a_millionth(compared):
    rows, table, pairs = compared
    model = social.day_one()
    scorer = score.Scorer(file.from_told(json.loads(file.told(model))))

    found = pyarrow.concat_tables(batch.scored(model, table, pairs, weights=True, bounds=batch.Bounds(threads=1)))

    assert found.num_rows == PAIRS >= 10_000
    seen, rare = set(), set()
    for told in found.to_pylist():
        left, right = rows[told["left"]], rows[told["right"]]
        mine = scorer.score(left, right)
        parts = {part.comparison: part for part in mine.evidence}
        assert abs(mine.bits - told["bits"]) < 1e-6
        for comparison in model.comparisons:
            theirs = told[f"mw_{comparison.name}"] + told.get(f"mw_tf_adj_{comparison.name}", 0.0)
            held = parts.get(comparison.name)
            assert abs((held.bits if held else 0.0) - theirs) < 1e-6
            seen.add((comparison.name, held.level if held else "missing"))
            rare |= {held.level} if told.get(f"mw_tf_adj_{comparison.name}") else set()
    assert seen == {
        (comparison.name, name)
        for comparison in model.comparisons
        for name in ("missing", comparison.otherwise.name, *(level.name for level in comparison.levels))
    }
    assert rare == {level.name for comparison in model.comparisons for level in comparison.levels if level.tf}

"""The golden test: both engines give the same weight for the same pair, over every test and level."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pyarrow
import pytest

from mutuals.identity.model import batch, comparisons, file, score
from mutuals.identity.model.arrow import table_of
from mutuals.identity.model.card import Column
from mutuals.identity.model.comparisons import Comparison, Level
from mutuals.identity.model.tests.made_people import with_frequencies
from mutuals.identity.model.train import Training, train

PAIRS = 12_000
SYLLABLES = [
    "an",
    "be",
    "ka",
    "ri",
    "mo",
    "tu",
    "sel",
    "vin",
    "o'ne",
    "mü",
    "ße",
    "øs",
    "Æn",
    "и",
    "ва",
    "нов",
    "ко",
    "田",
    "中",
    "太郎",
    "김",
    "민",
    "λα",
    "ός",
    "مح",
    "مد",
    "ﷺ",
    "é",
    "e\u0301",
    "\U0001f600",
    "zz",
]


def one(rng, least=1, most=4):
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(least, most)))


def spoilt(rng, text):
    at = rng.randrange(len(text))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + rng.choice("aeiкь") + text[at + 1 :]
    if kind == 1 and len(text) > 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
    return text


def people(rng, n=600):
    """Rows of which every third is a spoilt double of the one before, with gaps."""
    rows = []
    for number in range(n):
        if number % 3 and rows:
            before = rows[-1]
            row = {
                name: tuple(spoilt(rng, text) for text in value)
                if isinstance(value, tuple)
                else spoilt(rng, value)
                if isinstance(value, str) and rng.random() < 0.4
                else value
                for name, value in before.items()
            }
            if rng.random() < 0.2:
                row["given"], row["family"] = row["family"], row["given"]
        else:
            row = {
                "given": one(rng, 1, 2),
                "family": one(rng),
                "born": f"19{rng.randint(10, 99)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
                "height": float(rng.randint(150, 200)),
                "net": rng.choice(["a", "b", "o'c"]),
                "words": tuple(one(rng, 1, 2) for _ in range(rng.randint(1, 5))),
                "sites": tuple(one(rng, 2, 3) for _ in range(rng.randint(1, 2))),
            }
        rows.append({name: None if rng.random() < 0.12 else value for name, value in row.items()})
    return rows


def every_test():
    """A model in which each kind of test stands in some level."""
    both = ("all", ("not", ("missing", "given")), ("not", ("missing", "family")))
    return (
        Comparison(
            "family",
            ("missing", "family"),
            (
                Level("same", ("equal", "family"), tf="family"),
                Level("begins", ("all", ("begins", "family"), ("not", ("edits", "family", 1)))),
                Level("like", ("jaro", "family", 0.9), tf="family", share=0.5, floor=0.001),
                Level("edits", ("edits", "family", 2)),
                Level("first letters", ("prefix", "family", 2)),
            ),
        ),
        Comparison(
            "name",
            ("not", both),
            (
                Level("both", ("all", ("equal", "given"), ("equal", "family")), tf="given"),
                Level("crossed", ("crossed", "given", "family")),
                Level("across", ("across", "given", "family")),
                Level("one", ("any", ("equal", "given"), ("equal", "family"))),
            ),
        ),
        Comparison(
            "born", ("missing", "born"), (Level("same", ("equal", "born")), Level("slip", ("edits", "born", 1)))
        ),
        Comparison("height", ("missing", "height"), (Level("near", ("within", "height", 2.5)),)),
        Comparison(
            "net", ("missing", "net"), (Level("a and c", ("pair", "net", "a", "o'c")), Level("same", ("equal", "net")))
        ),
        Comparison(
            "words",
            ("missing", "words"),
            (
                Level("most", ("jaccard", "words", 0.6)),
                Level("two", ("share_count", "words", 2)),
                Level("half", ("overlap", "words", 0.5)),
                Level("any", ("share", "words")),
                Level("near", ("near", "words", 0.93)),
                Level("edits", ("near_edits", "words", 1)),
            ),
        ),
        Comparison("sites", ("missing", "sites"), (Level("as a word", ("across_share", "sites", "words")),)),
        Comparison(
            "ends",
            ("missing", "words"),
            (Level("an, o'ne", ("parted", "words", "an", "o'ne")), Level("田, é", ("parted", "words", "田", "é"))),
        ),
    )


@pytest.fixture(scope="module")
def trained():
    rows = people(random.Random(5))
    kinds = {"height": "number", "words": "texts", "sites": "texts"}
    columns = [Column(name, kinds.get(name, "text")) for name in ("given", "family", "born", "net", *kinds)]
    columns += with_frequencies(rows, ["given", "family"])
    table = table_of(range(len(rows)), rows, columns)
    blank = file.Model("test", tuple(columns), every_test(), 0.002, 7, (len(rows),))
    training = Training(["l.born = r.born", "l.family = r.family", "l.height = r.height"], ["l.born = r.born"])
    return rows, table, blank, training, train(blank, training, table)


def pairs_of(rows, rng):
    near = [(i, j) for i in range(len(rows)) for j in range(i + 1, min(i + 4, len(rows)))]
    far = [tuple(rng.sample(range(len(rows)), 2)) for _ in range(PAIRS - len(near))]
    left, right = zip(*near, *far, strict=True)
    return pyarrow.table({"left": left, "right": right})


def test_both_engines_give_the_same_weight_over_every_test_and_level(trained):
    rows, table, _, _, model = trained
    pairs = pairs_of(rows, random.Random(8))
    scorer = score.Scorer(file.from_told(json.loads(file.told(model))))

    found = pyarrow.concat_tables(batch.scored(model, table, pairs, weights=True, bounds=batch.Bounds(chunk=5_000)))

    assert found.num_rows == PAIRS >= 10_000
    apart, seen = 0.0, set()
    for told in found.to_pylist():
        mine = scorer.score(rows[told["left"]], rows[told["right"]])
        apart = max(apart, abs(mine.bits - told["bits"]))
        parts = {part.comparison: part.bits for part in mine.evidence}
        for comparison in model.comparisons:
            theirs = told[f"mw_{comparison.name}"] + told.get(f"mw_tf_adj_{comparison.name}", 0.0)
            apart = max(apart, abs(parts.get(comparison.name, 0.0) - theirs))
        seen |= {(part.comparison, part.level) for part in mine.evidence}
        seen |= {(comparison.name, "missing") for comparison in model.comparisons if comparison.name not in parts}
    assert apart < 1e-6
    assert seen == {
        (comparison.name, name)
        for comparison in model.comparisons
        for name in ("missing", comparison.otherwise.name, *(level.name for level in comparison.levels))
    }


def test_every_kind_of_test_is_held_to_the_golden_test():
    def kinds(test):
        return {test[0]}.union(*(kinds(part) for part in test[1:] if isinstance(part, tuple)))

    stood = set()
    for comparison in every_test():
        stood |= kinds(comparison.missing).union(*(kinds(level.test) for level in comparison.levels))

    assert stood == set(comparisons._SQL) == set(comparisons._PYTHON)


def test_the_same_seed_gives_the_same_file_byte_for_byte(trained):
    _, table, blank, training, model = trained

    again = train(blank, training, table)

    assert file.told(again).encode() == file.told(model).encode()


def test_a_model_file_is_read_as_it_was_written(trained, tmp_path):
    *_, model = trained
    file.write(model, tmp_path / "model.json")

    held = file.read(tmp_path / "model.json")

    assert held == model


def test_what_is_no_model_file_is_refused_in_words(tmp_path):
    (tmp_path / "model.json").write_text("{")
    (tmp_path / "other.json").write_text('{"format": 99}')

    with pytest.raises(ValueError, match="is not a model file"):
        file.read(tmp_path / "model.json")
    with pytest.raises(ValueError, match="format 1"):
        file.read(tmp_path / "other.json")


def test_scoring_needs_neither_splink_nor_duckdb_nor_django():
    code = (
        "import sys, mutuals.identity.model.score; "
        "print([name for name in ('splink', 'duckdb', 'django') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"


def test_a_session_without_pairs_is_passed_over_and_named(trained):
    _, table, blank, _, _ = trained

    model = train(blank, Training(["l.born = r.born", "l.net = r.born"]), table)

    assert model.notes["passed_over"] == ["l.net = r.born"]


def test_where_nothing_agrees_there_is_nothing_to_learn_from(trained):
    _, table, blank, _, _ = trained

    with pytest.raises(ValueError, match="nothing to learn from"):
        train(blank, Training(["l.net = r.born"]), table)

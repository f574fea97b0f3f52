"""The corpus keeps its promises: enough of everything, right in form, no texts twice, none of another set."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mutuals.text.alike import groups, print_of
from mutuals.text.labels import EMOTIONS, INTENTS, MOODS

HERE = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("MUTUALS_DATA", HERE.parent / "shared" / "data")) / "text"
KINDS = {"post", "reply", "review", "mail", "talk"}
LANGUAGES = {"ar", "en", "fr", "de", "hi", "hi-Latn", "it", "pt", "es"}
MARKS = {"irony", "negation", "mixed", "targets", "typos", "slang", "emoji", "hashtag", "code-mix", "short", "implicit"}
MOST_ALIKE = 0.02


def rows(part):
    return [json.loads(line) for path in sorted((HERE / "corpus" / part).glob("*.jsonl")) for line in path.open()]


@pytest.fixture(scope="module")
def train():
    return rows("train")


@pytest.fixture(scope="module")
def test():
    return rows("test")


def bare(text):
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def test_there_is_enough_of_everything(train, test):
    spoken = Counter(row["language"] for row in train)
    of_companies = {row["industry"] for row in train} - {"everyday"}

    assert len(train) >= 6000
    assert len(test) >= 1000
    assert set(spoken) == {row["language"] for row in test} == LANGUAGES
    assert min(spoken.values()) >= 400
    assert spoken["en"] >= len(train) / 2
    assert len(of_companies) >= 15
    assert {row["kind"] for row in test} == KINDS - {"talk"}


def test_every_line_is_right_in_form(train, test):
    wrong = [
        row["text"][:60]
        for row in train + test
        if not (
            row["kind"] in KINDS
            and row["language"] in LANGUAGES
            and row["sentiment"] in MOODS
            and row["emotion"] in EMOTIONS
            and set(row["intents"]) <= set(INTENTS)
            and row["urgency"] in (0, 1, 2)
            and set(row["marks"]) <= MARKS
            and all(mood in MOODS for _, mood in row["others"])
            and (row["kind"] == "talk" or row["industry"] != "everyday")
            and row["text"].strip()
        )
    ]

    assert wrong == []


def test_spam_means_nothing_else(train, test):
    spam = [row for row in train + test if "spam" in row["intents"]]

    assert len(spam) > 200
    assert [row["text"][:60] for row in spam if row["intents"] != ["spam"]] == []


def test_hardly_any_two_texts_are_alike(train, test):
    texts = [row["text"] for row in train + test]

    found = groups([print_of(text) for text in texts])

    alike = sum(place != first for place, first in enumerate(found))
    assert alike / len(texts) <= MOST_ALIKE


def test_texts_do_not_follow_a_pattern(train):
    openings = Counter(tuple(bare(row["text"]).split()[:4]) for row in train)
    common = {opening: count for opening, count in openings.items() if count > len(train) * 0.002}

    assert {opening: count for opening, count in common.items() if len(opening) == 4} == {}


def test_no_text_of_the_test_part_is_learned_from(train, test):
    learned = {bare(row["text"]) for row in train}

    assert [row["text"] for row in test if len(bare(row["text"]).split()) > 3 and bare(row["text"]) in learned] == []


def test_no_sentence_is_of_another_set(train, test):
    if not DATA.is_dir():
        pytest.skip("the public sets are not beside the project")
    ours = {
        bare(row["text"]) for row in train + test if len(bare(row["text"]).split()) > 8
    }  # shorter ones are everybody's

    theirs = set[str]()
    for path in DATA.glob("*.parquet"):
        names = [name for name in ("text", "sentence") if name in pq.read_schema(path).names]
        for column in pq.read_table(path, columns=names).columns:
            theirs |= {bare(text) for text in column.to_pylist() if text}

    assert ours & theirs == set()

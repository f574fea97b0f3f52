"""Shipped weights with the closer look (the extra `closer`) where the fast heads are unsure; every figure says so."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.figure import Figure
from benchmarks.text_own import measure_with
from benchmarks.text_sets import f1, in_words, macro_f1, mood, recalls, rows, texts_of
from corpus.make.rows import feelings
from mutuals.text.closer import NoEncoder, shipped
from mutuals.text.labels import EMOTIONS, MOODS
from mutuals.text.read import Post, Reader, Reading

_SOME = 1_000
"""Posts of a large set that are read, drawn at random: a closer look takes a fiftieth of a second."""


def measure() -> list[Figure]:
    """The sets of `shipped` and `own`, read again; one line that says why where the extra is not installed."""
    try:
        reader = Reader(closer=shipped())
    except NoEncoder as error:
        return [Figure("closer look", 0.0, "", "", str(error))]
    start = time.process_time()
    found = [*measure_with(reader, "shipped, closer look"), _complaints(reader), _feelings(reader), *_moods(reader)]
    found.append(_languages(reader))
    spent = (time.process_time() - start) / max(reader.looked, 1)
    return [*found, Figure("closer looks a CPU second, one process", 1 / spent, "/s", "", f"{reader.looked} posts")]


def _read(reader: Reader, texts: list[str]) -> tuple[list[Reading], str]:
    before = reader.looked
    found = reader.read([Post(text) for text in texts])
    return found, f"{(reader.looked - before) / len(texts):.0%} looked at; "


def _some(count: int) -> np.ndarray:
    return np.sort(np.random.default_rng(5).permutation(count)[:_SOME])


def _said(found: list[Reading]) -> np.ndarray:
    return np.array([MOODS.index(one.mood.name) for one in found])


def _complaints(reader: Reader) -> Figure:
    some = rows("complaints_tweets")
    true = np.array([row["label"] == 1 for row in some])
    found, note = _read(reader, texts_of(some))
    said = np.array([any(one.name == "complaint" for one in reading.intents) for reading in found])
    note += in_words(("none", "complaint"), true.astype(int), said.astype(int))
    return Figure("complaints, all, F1 of complaint, shipped, closer look", f1(true, said), "", ">= 0.72", note)


def _feelings(reader: Reader) -> Figure:
    texts, shares, _ = feelings(("test",))
    one = np.flatnonzero((shares == 1).any(axis=1))
    one = one[_some(len(one))]
    true = shares[one].argmax(axis=1)
    found, note = _read(reader, [texts[at] for at in one])
    said = np.array([EMOTIONS.index(reading.emotion.name) for reading in found])
    note += in_words(EMOTIONS, true, said)
    name = f"GoEmotions test, {_SOME} posts, seven groups, macro F1, shipped, closer look"
    return Figure(name, macro_f1(true, said, 7), "", ">= 0.60", note)


def _moods(reader: Reader) -> list[Figure]:
    made = []
    for name, every, asked, by in (
        (f"airline, {_SOME} posts", rows("airline"), ">= 0.58", "F1"),
        ("TweetEval val", rows("tweeteval", task="sentiment", split="val"), ">= 0.58", "recall"),
    ):
        some = [every[at] for at in _some(len(every))]
        true = np.array([mood(row["label"]) for row in some])
        found, note = _read(reader, texts_of(some))
        value = macro_f1(true, _said(found), 3) if by == "F1" else float(np.mean(recalls(true, _said(found), 3)))
        note += in_words(MOODS, true, _said(found))
        made.append(Figure(f"{name}, macro {by}, shipped, closer look", value, "", asked, note))
    return made


def _languages(reader: Reader) -> Figure:
    some = rows("umsab_xlmt", split="val")
    true = np.array([mood(row["label"]) for row in some])
    spoken = np.array([row["lang"] for row in some])
    found, note = _read(reader, texts_of(some))
    said = _said(found)
    each = {one: macro_f1(true[spoken == one], said[spoken == one], 3) for one in sorted(set(spoken.tolist()))}
    note += ", ".join(f"{one[:2]} {value:.2f}" for one, value in each.items())
    mean = float(np.mean(list(each.values())))
    return Figure("UMSAB val, 8 languages, mean macro F1, shipped, closer look", mean, "", ">= 0.48", note)

"""Shipped weights on the test part of our corpus, which nothing was fitted on."""

from __future__ import annotations

import numpy as np

from benchmarks.figure import Figure
from benchmarks.text_sets import calibration_error, f1, in_words, macro_f1
from corpus.make.rows import corpus
from mutuals.text.labels import EMOTIONS, INTENTS, MOODS, URGENCY
from mutuals.text.read import Post, Reader, Reading


def measure() -> list[Figure]:
    """Every head, and how far its probabilities lie from what happens."""
    return measure_with(Reader(), "shipped")


def measure_with(reader: Reader, weights: str) -> list[Figure]:
    """The same by any reader; `weights` stands behind each figure's name."""
    test = corpus("test")
    readings = reader.read([Post(text, (brand,)) for text, brand in zip(test.texts, test.brands, strict=True)])
    given = np.array([[any(one.name == name for one in reading.intents) for name in INTENTS] for reading in readings])
    true = test.intents > 0
    each = [f1(true[:, at], given[:, at]) for at in range(len(INTENTS))]
    recall = ", ".join(f"{name} {given[true[:, at], at].mean():.2f}" for at, name in enumerate(INTENTS))
    chances = np.array([reading.chances for reading in readings])
    return [
        Figure(f"corpus/test, intents, macro F1, {weights}", float(np.mean(each)), "", ">= 0.85", f"recall {recall}"),
        Figure(
            f"corpus/test, intents, calibration error, {weights}",
            calibration_error(chances.ravel(), true.ravel()),
            "",
            "<= 0.05",
        ),
        *_one("mood", weights, readings, test.mood.argmax(axis=1), MOODS),
        *_one("emotion", weights, readings, test.emotion.argmax(axis=1), EMOTIONS),
        *_one("urgency", weights, readings, test.urgency.argmax(axis=1), URGENCY),
    ]


def _one(name: str, weights: str, readings: list[Reading], true: np.ndarray, labels: tuple[str, ...]) -> list[Figure]:
    given = [getattr(reading, name) for reading in readings]
    said = np.array([labels.index(one.name) for one in given])
    sure = np.array([one.probability for one in given])
    asked = "<= 0.05" if name == "mood" else ""
    return [
        Figure(
            f"corpus/test, {name}, macro F1, {weights}",
            macro_f1(true, said, len(labels)),
            "",
            "",
            in_words(labels, true, said),
        ),
        Figure(f"corpus/test, {name}, calibration error, {weights}", calibration_error(sure, said == true), "", asked),
    ]

"""What the heads are fitted on: our corpus, and GoEmotions (Demszky and others 2020, CC BY 4.0) where it is at hand."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import pyarrow.parquet as pq

from mutuals.text.labels import EMOTIONS, INTENTS, MOODS

HERE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("MUTUALS_DATA", HERE.parent.parent / "shared" / "data")) / "text"
_FEELINGS = {
    "anger": "anger annoyance disapproval",
    "disgust": "disgust",
    "fear": "fear nervousness",
    "joy": "joy amusement approval excitement gratitude love optimism relief pride admiration desire caring",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
    "neutral": "neutral",
}
"""The grouping into Ekman's six that the authors of GoEmotions give."""
GROUP = {fine: coarse for coarse, all_of in _FEELINGS.items() for fine in all_of.split()}


_TALKS = 21
"""Parts of the talk that is about no company, so that one is no larger than an industry."""


@dataclass
class Rows:
    """Texts with shares of labels; `group` is what a fold leaves out together, `to_company` marks all but talk."""

    texts: list[str]
    languages: list[str]
    brands: list[str]
    mood: np.ndarray
    emotion: np.ndarray
    intents: np.ndarray
    urgency: np.ndarray
    group: list[str]
    to_company: np.ndarray


def corpus(part: str = "train") -> Rows:
    """A part of our corpus."""
    lines = [json.loads(line) for path in sorted((HERE / part).glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    return Rows(
        [line["text"] for line in lines],
        [line["language"] for line in lines],
        [line["brand"] for line in lines],
        np.array([[line["sentiment"] == mood for mood in MOODS] for line in lines], np.float32),
        np.array([[line["emotion"] == emotion for emotion in EMOTIONS] for line in lines], np.float32),
        np.array([[intent in line["intents"] for intent in INTENTS] for line in lines], np.float32),
        np.eye(3, dtype=np.float32)[[line["urgency"] for line in lines]],
        [
            f"talk {crc32(line['text'].encode()) % _TALKS}" if line["kind"] == "talk" else line["industry"]
            for line in lines
        ],
        np.array([line["kind"] != "talk" for line in lines]),
    )


def feelings(splits: tuple[str, ...]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts of GoEmotions with shares of our seven emotions, and of moods: nought in all three where feelings differ."""
    table = pq.read_table(DATA / "goemotions.parquet").to_pylist()
    lines = [line for line in table if line["split"] in splits]
    emotion = np.zeros((len(lines), len(EMOTIONS)), np.float32)
    mood = np.zeros((len(lines), 3), np.float32)
    for row, line in enumerate(lines):
        groups = [GROUP[fine] for fine in line["labels"].split(",")]
        for group in groups:
            emotion[row, EMOTIONS.index(group)] += 1 / len(groups)
        moods = {_MOOD.get(group, "neutral") for group in groups}
        if len(moods - {"neutral"}) < 2:
            mood[row, MOODS.index(next(iter(moods - {"neutral"}), "neutral"))] = 1
    return [line["text"] for line in lines], emotion, mood


_MOOD = {"joy": "positive", "anger": "negative", "disgust": "negative", "fear": "negative", "sadness": "negative"}


def digest(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder in their order."""
    paths = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(one.read_bytes() for one in paths)).hexdigest()

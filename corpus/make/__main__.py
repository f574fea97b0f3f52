"""`python -m corpus.make [--minilm FOLDER]`: the models of `mutuals.text` from our corpus and GoEmotions. `make models`.

With a folder of MiniLM the word vectors are distilled anew; without, those that are there stay. Nothing of a set that may
only be measured with is opened here. The same data gives the same arrays.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy import sparse

from corpus.make import distil, fit, rows, valences
from mutuals.text import model
from mutuals.text.features import Text, bag, cut
from mutuals.text.labels import HEADS, INTENTS
from mutuals.text.normal import plain
from mutuals.text.vectors import Vectors

FOLDS = 3
ELSEWHERE = {"mood": 0.3, "emotion": 0.35}
"""What a comment of GoEmotions weighs beside a post of the corpus: its moods are not towards a brand."""
RIDGE = {"mood": 1.5, "emotion": 0.3, "intents": 0.4, "urgency": 0.4}
_SOME = 5
"""Of the comments each such one helps to fit a fold; the head that ships is fitted on all."""


def main(argv: list[str]) -> int:
    """Build, write and say how it went; 0."""
    parser = argparse.ArgumentParser(prog="python -m corpus.make", description=__doc__)
    parser.add_argument("--minilm", type=Path)
    folder = model.FOLDER
    if minilm := parser.parse_args(argv).minilm:
        distil.distil(minilm, folder / "vectors.npz")
    valences.write(folder / "valences.txt")
    vectors = Vectors.load(folder / "vectors.npz")
    ours = rows.corpus()
    comments, emotion, mood = rows.feelings(("train", "val"))
    texts = [cut(plain(text), language) for text, language in zip(ours.texts, ours.languages, strict=True)]
    texts += [Text(cut(plain(text), "en").tokens, "en") for text in comments]
    made = bag(texts, vectors)
    made_of = Made(fit.matrix(made), made.dense, ours)
    heads, about = {}, {}
    for name, (target, other, many) in {
        "mood": (ours.mood, mood, False),
        "emotion": (ours.emotion, emotion, False),
        "intents": (ours.intents, None, True),
        "urgency": (ours.urgency, None, False),
    }.items():
        start = time.process_time()
        heads[name], about[name] = made_of.head(name, target, other, many=many)
        print(name, json.dumps(about[name]), f"{time.process_time() - start:.0f} s", flush=True)
    write(folder, heads, about, ours)
    return 0


class Made:
    """The rows of our corpus as numbers, and below them the comments from elsewhere."""

    def __init__(self, x: sparse.csr_matrix, dense: np.ndarray, ours: rows.Rows) -> None:
        self.x, self.dense, self.count = x, dense, len(ours.texts)
        kinds = sorted(set(ours.group))
        self.fold = np.array([kinds.index(group) % FOLDS for group in ours.group])
        self.english = np.array([language == "en" for language in ours.languages])

    def head(
        self, name: str, target: np.ndarray, other: np.ndarray | None, *, many: bool
    ) -> tuple[fit.Head, dict[str, object]]:
        """A calibrated head, and how it did on industries that it had not seen."""
        held = np.zeros_like(target)
        for fold in range(FOLDS):
            out = self.fold == fold
            found = self._fit(name, target, other, ~out, many=many, every=_SOME)
            held[out] = fit.logits(found, self.x[: self.count][out], self.dense[: self.count][out])
        factor, added = fit.calibrated(held, target, many=many)
        head = self._fit(name, target, other, np.ones(self.count, bool), many=many, every=1)
        head = fit.Head(head.places * factor, head.meanings * factor, head.bias * factor + added)
        return head, self._about(held * factor + added, target, many=many)

    def _fit(
        self, name: str, target: np.ndarray, other: np.ndarray | None, among: np.ndarray, *, many: bool, every: int
    ) -> fit.Head:
        ours = np.flatnonzero(among)
        if other is None:
            return fit.fit(
                self.x[ours], self.dense[ours], target[ours], np.ones(len(ours)), many=many, ridge=RIDGE[name]
            )
        told = np.flatnonzero(other.sum(axis=1) > 0)[::every]
        rows_used = np.concatenate([ours, self.count + told])
        weights = np.concatenate([np.ones(len(ours)), np.full(len(told), ELSEWHERE[name] * every)])
        y = np.vstack([target[ours], other[told]])
        return fit.fit(
            self.x[rows_used],
            self.dense[rows_used],
            y,
            weights,
            many=many,
            ridge=RIDGE[name],
            foreign=np.arange(len(rows_used)) >= len(ours),
        )

    def _about(self, z: np.ndarray, target: np.ndarray, *, many: bool) -> dict[str, object]:
        if many:
            chances = 1 / (1 + np.exp(-z))
            limits = [limit(chances[:, one], target[:, one] > 0) for one in range(z.shape[1])]
            each = [round(f1(chances[:, one] >= limits[one], target[:, one] > 0), 3) for one in range(z.shape[1])]
            return {"limits": limits, "f1": each, "macro_f1": round(float(np.mean(each)), 3)}
        said, true = z.argmax(axis=1), target.argmax(axis=1)
        every = range(z.shape[1])
        each = [round(f1(said == one, true == one), 3) for one in every]
        english = [f1((said == one)[self.english], (true == one)[self.english]) for one in every]
        return {
            "f1": each,
            "macro_f1": round(float(np.mean(each)), 3),
            "macro_f1_en": round(float(np.mean(english)), 3),
        }


def f1(said: np.ndarray, true: np.ndarray) -> float:
    return float(2 * (said & true).sum() / max(said.sum() + true.sum(), 1))


def limit(chances: np.ndarray, true: np.ndarray) -> float:
    """The probability from which on a label is given: where F1 is highest on held-out rows."""
    return max((round(0.2 + 0.02 * step, 2) for step in range(26)), key=lambda limit: f1(chances >= limit, true))


def write(folder: Path, heads: dict[str, fit.Head], about: dict[str, object], ours: rows.Rows) -> None:
    """heads.npz, heads.json: one table for all labels, eight bits a number; and what it was made from."""
    table = np.hstack([heads[name].places for name in HEADS])
    meanings = np.hstack([heads[name].meanings for name in HEADS])
    bias = np.concatenate([heads[name].bias for name in HEADS])
    places = np.flatnonzero(np.abs(table).max(axis=1) > 0)
    scales = np.abs(table).max(axis=0) / 127
    rounded = np.round(table[places] / scales).astype(np.int8)
    some = np.abs(rounded).max(axis=1) > 0
    arrays = {"places": places[some].astype(np.int32), "values": rounded[some], "scales": scales.astype(np.float32)}
    arrays |= {"meanings": meanings.astype(np.float16), "bias": bias.astype(np.float32)}
    np.savez_compressed(folder / "heads.npz", **arrays)
    digest = hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()
    card = {
        "version": digest[:12],
        "labels": {name: list(labels) for name, labels in HEADS.items()},
        "limits": dict(zip(INTENTS, about["intents"]["limits"], strict=True)),
        "held_out_by_industry": about,
        "vectors_sha256": rows.digest(folder / "vectors.npz"),
        "data": {
            "corpus/train": {
                "rows": len(ours.texts),
                "sha256": rows.digest(rows.HERE / "train"),
                "licence": "CC BY 4.0",
            },
            "VADER's lexicon": {"sha256": rows.digest(folder / "valences.txt"), "licence": "MIT"},
            "GoEmotions, train and val": {
                "sha256": rows.digest(rows.DATA / "goemotions.parquet"),
                "licence": "CC BY 4.0",
            },
        },
    }
    (folder / "heads.json").write_text(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

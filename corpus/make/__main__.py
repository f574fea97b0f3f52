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
from mutuals.text.labels import ASIDE, HEADS, INTENTS
from mutuals.text.normal import plain
from mutuals.text.vectors import Vectors

FOLDS = 3
ELSEWHERE = {"mood": 0.3, "emotion": 0.35}
"""What a comment of GoEmotions weighs beside a post of the corpus: its moods are not towards a brand."""
RIDGE = {"mood": 1.5, "emotion": 0.3, "intents": 0.1, "urgency": 0.2, "feeling": 0.3, "chatter": 2.0}
MEANT = {"intents": 0.6, "urgency": 0.6}
"""By what meanings are multiplied, one if it is not told: less is a stiffer ridge on them than on words."""
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
    for name, made_head in (("feeling", made_of.feeling(emotion)), ("chatter", made_of.chatter())):
        heads[name], about[name] = made_head
        print(name, json.dumps(about[name]), flush=True)
    heads["feeling"] = heads["feeling"].beside(heads["emotion"])
    write(folder, heads, about, ours)
    return 0


class Made:
    """The rows of our corpus as numbers, and below them the comments from elsewhere."""

    def __init__(self, x: sparse.csr_matrix, dense: np.ndarray, ours: rows.Rows) -> None:
        self.x, self.dense, self.count = x, dense, len(ours.texts)
        kinds = sorted(set(ours.group))
        self.fold = np.array([kinds.index(group) % FOLDS for group in ours.group])
        self.asked = {"intents": ours.to_company, "urgency": ours.to_company}
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
        some = self.asked.get(name, np.ones(self.count, bool))  # nobody wants anything of a company in mere talk
        factor, added = fit.calibrated(held[some], target[some], many=many)
        if name == "mood":  # as if all three were met as often, which of a stream nobody knows beforehand
            added = added - np.log(target.mean(axis=0) * target.shape[1])
        head = self._fit(name, target, other, np.ones(self.count, bool), many=many, every=1)
        head = fit.Head(head.places * factor, head.meanings * factor, head.bias * factor + added)
        return head, self._about(held[some] * factor + added, target[some], many=many, lifted=name == "emotion")

    def feeling(self, emotion: np.ndarray) -> tuple[fit.Head, dict[str, object]]:
        """What is felt in the comments, one in eight held out to calibrate; of those with one feeling it is told how it did."""
        at = np.arange(self.count, self.count + len(emotion))
        out = np.arange(len(at)) % 8 == 0
        out_one = out & (emotion == 1).any(axis=1)
        x, dense, ridge = self.x, self.dense, RIDGE["feeling"]
        among = [
            fit.fit(x[at[held]], dense[at[held]], emotion[held], np.ones(held.sum()), many=False, ridge=ridge)
            for held in (~out, np.ones(len(at), bool))
        ]
        z = fit.logits(among[0], x[at[out_one]], dense[at[out_one]])
        factor, added = fit.calibrated(z, emotion[out_one], many=False)
        head = fit.Head(among[1].places * factor, among[1].meanings * factor, among[1].bias * factor + added)
        return head, self._about(z * factor + added, emotion[out_one], many=False, lifted=True)

    def chatter(self) -> tuple[fit.Head, dict[str, object]]:
        """Whether a text is one of the comments rather than of the corpus, as if both were as many."""
        every = np.concatenate([np.arange(self.count), np.arange(self.count, self.x.shape[0], _SOME)])
        is_comment = (every >= self.count).astype(np.float32)[:, None]
        fold = np.concatenate([self.fold, np.arange(len(every) - self.count) % FOLDS])
        weights = np.where(is_comment[:, 0] > 0, self.count / is_comment.sum(), 1.0)
        z = np.zeros_like(is_comment)

        def found(among: np.ndarray) -> fit.Head:
            rows_used = every[among]
            return fit.fit(
                self.x[rows_used],
                self.dense[rows_used],
                is_comment[among],
                weights[among],
                many=True,
                ridge=RIDGE["chatter"],
            )

        for one in range(FOLDS):
            out = fold == one
            z[out] = fit.logits(found(~out), self.x[every[out]], self.dense[every[out]])
        factor, added = fit.calibrated(z, is_comment, many=True)
        head = found(np.ones(len(every), bool))
        said = (z * factor + added)[:, 0] > 0
        recalls = [round(float((said == one)[is_comment[:, 0] == one].mean()), 3) for one in (0, 1)]
        return fit.Head(head.places * factor, head.meanings * factor, head.bias * factor + added), {"recall": recalls}

    def _fit(
        self, name: str, target: np.ndarray, other: np.ndarray | None, among: np.ndarray, *, many: bool, every: int
    ) -> fit.Head:
        ours = np.flatnonzero(among)
        if other is None:
            return fit.fit(
                self.x[ours],
                self.dense[ours],
                target[ours],
                np.ones(len(ours)),
                many=many,
                ridge=RIDGE[name],
                meant=MEANT.get(name, 1.0),
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

    def _about(self, z: np.ndarray, target: np.ndarray, *, many: bool, lifted: bool = False) -> dict[str, object]:
        if many:
            chances = 1 / (1 + np.exp(-z))
            limits = [limit(chances[:, one], target[:, one] > 0) for one in range(z.shape[1])]
            each = [round(f1(chances[:, one] >= limits[one], target[:, one] > 0), 3) for one in range(z.shape[1])]
            return {"limits": limits, "f1": each, "macro_f1": round(float(np.mean(each)), 3)}
        true, every = target.argmax(axis=1), range(z.shape[1])
        added = lift(z, target) if lifted else np.zeros(z.shape[1])
        said = (z + added).argmax(axis=1)
        each = [round(f1(said == one, true == one), 3) for one in every]
        about: dict[str, object] = {"f1": each, "macro_f1": round(float(np.mean(each)), 3)}
        if len(z) == len(self.english):
            english = [f1((said == one)[self.english], (true == one)[self.english]) for one in every]
            about["macro_f1_en"] = round(float(np.mean(english)), 3)
        return {**about, "lift": [round(float(one), 3) for one in added]} if lifted else about


def f1(said: np.ndarray, true: np.ndarray) -> float:
    return float(2 * (said & true).sum() / max(said.sum() + true.sum(), 1))


def limit(chances: np.ndarray, true: np.ndarray, nearly: float = 0.0) -> float:
    """The probability from which on a label is given: where F1 is highest on held-out rows; the lowest of those so near."""
    reached = {limit: f1(chances >= limit, true) for limit in (round(0.2 + 0.02 * step, 2) for step in range(26))}
    return min(limit for limit, one in reached.items() if one >= max(reached.values()) - nearly)


def lift(z: np.ndarray, target: np.ndarray) -> np.ndarray:
    """How much more rare labels count when one is chosen: that power of their rarity which does best on held-out rows."""
    true, rarity = target.argmax(axis=1), -np.log(target.mean(axis=0))

    def reached(power: float) -> float:
        said = (z + power * rarity).argmax(axis=1)
        return float(np.mean([f1(said == one, true == one) for one in range(z.shape[1])]))

    return max((0.1 * step for step in range(8)), key=reached) * (rarity - rarity.min())


def write(folder: Path, heads: dict[str, fit.Head], about: dict[str, object], ours: rows.Rows) -> None:
    """heads.npz, heads.json: one table for all labels, eight bits a number; and what it was made from."""
    names = [*HEADS, *ASIDE]
    table = np.hstack([heads[name].places for name in names])
    meanings = np.hstack([heads[name].meanings for name in names])
    bias = np.concatenate([heads[name].bias for name in names])
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
        "lifts": {name: about[name]["lift"] for name in ("emotion", "feeling")},
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

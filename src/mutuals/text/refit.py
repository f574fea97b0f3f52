"""Learning from corrections: a head moved by what staff said of their posts, in seconds, without other data; and the gate."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mutuals.text import ridge
from mutuals.text.features import Bag, Text, bag, cut
from mutuals.text.labels import HEADS
from mutuals.text.language import languages
from mutuals.text.model import FOLDER, Model, Scorer, span
from mutuals.text.normal import plain
from mutuals.text.ridge import Doubles, Ints, Step

CHECK = FOLDER / "check.jsonl"
"""Posts of our corpus with their labels: what whoever learned must still know."""
LEAST = 20
"""Corrections below which nothing is learned."""
MOST = 2_000
KEPT = 0.6
"""The share of macro F1 on CHECK that must stay. The base was built from these posts too (0.89, of others it reads 0.62), and a
company's own posts rightly move what is usual: good corrections left 0.6 to 0.85, shuffled and turned ones 0.2 to 0.5."""
_RIDGES = (0.6, 2.0, 6.0)
_EVEN = (0.0, 0.5)
_FOLDS = 5
_DRAWS = 200  # of the band
Booleans = NDArray[np.bool_]


class TooFew(ValueError):
    """So few corrections that nothing can be learned from them."""


@dataclass(frozen=True, slots=True)
class Move:
    """What is done to one head of the model `base`: stretched, and numbers added at some places of its table.

    `places` [n], `values` [n, labels], `meanings` [2 * vectors.size, labels], `bias` [labels].
    """

    head: str
    base: str
    mark: str
    stretch: float
    places: Ints
    values: NDArray[np.float32]
    meanings: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Compared:
    """Macro F1 before and after on `many` posts that neither has learned from, and between what their difference lies nine
    times in ten (drawn anew 200 times)."""

    many: int
    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Refitted:
    """The new model, and how it does beside the one before: on all corrections, each judged while it was left out; on those
    of them that the one before has learned from (None where it has from fewer than LEAST); on CHECK, which both know."""

    model: Model
    move: Move
    own: Compared
    earlier: Compared | None
    known: Compared

    @property
    def before(self) -> float:
        """Macro F1 of the one before, on all corrections."""
        return self.own.before

    @property
    def after(self) -> float:
        """The same of the new one."""
        return self.own.after

    @property
    def is_better(self) -> bool:
        """Whether it may be promoted: on all corrections not worse than what it would take the place of, not clearly so on
        those from before, and it still knows what it came with."""
        is_forgotten = self.known.after < KEPT * self.known.before
        is_against = self.earlier is not None and self.earlier.high < 0
        return self.after >= self.before and not is_forgotten and not is_against


def refit(
    model: Model, posts: Sequence[str], said: Sequence[str | Sequence[str]], *, head: str = "mood",
    learned: Sequence[bool] = (), used: Model | None = None, seed: int = 7,
) -> Refitted:  # fmt: skip
    """Move a head of `model` towards what was said of these posts; the newest MOST count.

    The head is the base's logits, stretched, plus a ridge regression on the same features (so that what nobody corrected
    stays as it was). How far it may move is chosen on corrections that are left out. `used` is the model that it would take
    the place of, which has `learned` from some of the posts already; without it, that is `model`. TooFew below LEAST, or where
    all is the same; ValueError for a label that the head has not.
    """
    true = _true(head, said)[-MOST:]
    known = np.array(list(learned) or [False] * len(posts), bool)[-MOST:]
    posts = posts[-MOST:]
    if len(posts) < LEAST or (true == true[0]).all():
        raise TooFew(f"{LEAST} corrections that are not all the same are needed; there are {len(posts)}.")
    texts = _cut(posts)
    rows = bag(texts, model.vectors)
    work = _Work(model, head, ridge.root(rows), _logits(model, head, texts), true.astype(np.float64), seed)
    everything = np.ones(len(posts), bool)
    after, settings = work.best(everything)
    before = work.said(work.base)
    if _is_enough(known, true):
        before = after if known.all() else work.best(known)[0]
    found = work.fitted(everything, *settings)
    move = _move(
        model, head, found, np.asarray(np.linalg.solve(work.root.T, found.rows), np.float64), rows, texts, true
    )
    made = moved(model, [move])
    return Refitted(
        made,
        move,
        compared(true, before, after, seed=seed),
        compared(true[known], before[known], after[known], seed=seed) if _is_enough(known, true) else None,
        _on_check(used or model, made, head, seed),
    )


def moved(model: Model, moves: Sequence[Move]) -> Model:
    """The model with some of its heads moved. ValueError: a move of another model."""
    table, meanings, bias = model.table.copy(), model.meanings.copy(), model.bias.copy()
    for move in moves:
        if move.base != model.version:
            raise ValueError(f"This was learned on {move.base}, and the model is {model.version}.")
        part = span(move.head)
        table[:, part] *= np.float32(move.stretch)
        table[move.places, part] += move.values
        meanings[:, part] = meanings[:, part] * np.float32(move.stretch) + move.meanings
        bias[part] = bias[part] * np.float32(move.stretch) + move.bias
    mark = hashlib.sha256("".join(move.mark for move in moves).encode()).hexdigest()[:8]
    version = f"{model.version}+{mark}" if moves else model.version
    return replace(model, table=table, meanings=meanings, bias=bias, version=version)


def saved(moves: Sequence[Move]) -> bytes:
    """Moves as arrays and JSON (npz), never pickle; texts are not in it."""
    about = [[move.head, move.base, move.mark, move.stretch] for move in moves]
    arrays = {
        f"{name}{at}": getattr(move, name)
        for at, move in enumerate(moves)
        for name in ("places", "values", "meanings", "bias")
    }
    file = io.BytesIO()
    np.savez_compressed(file, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)
    return file.getvalue()


def restored(told: bytes) -> tuple[Move, ...]:
    """What `saved` gave."""
    with np.load(io.BytesIO(told), allow_pickle=False) as file:
        about = json.loads(file["about"].tobytes())
        return tuple(
            Move(*one, *(file[f"{name}{at}"] for name in ("places", "values", "meanings", "bias")))
            for at, one in enumerate(about)
        )


def compared(true: Booleans, before: Booleans, after: Booleans, *, seed: int = 7) -> Compared:
    """Two readers on the same posts, labels as booleans [posts, labels]; the band is a bootstrap of the posts."""
    chance = np.random.default_rng(seed)
    told = []
    for _ in range(_DRAWS):
        some = chance.integers(0, len(true), len(true))
        told.append(_macro_f1(true[some], after[some]) - _macro_f1(true[some], before[some]))
    low, high = np.quantile(told, [0.05, 0.95])
    return Compared(len(true), _macro_f1(true, before), _macro_f1(true, after), float(low), float(high))


@dataclass(frozen=True, slots=True)
class _Work:
    """Corrections as numbers: the root of what they have in common, what the base says of them, and what is so."""

    model: Model
    head: str
    root: Doubles
    base: Doubles
    true: Doubles
    seed: int

    def best(self, some: Booleans) -> tuple[Booleans, tuple[float, float]]:
        """What is said of each by a reader that learned from `some` of the others, as well as it can be tuned."""
        tried = [(one, even) for even in _EVEN for one in _RIDGES]
        said = [self._held_out(some, *settings) for settings in tried]
        scores = [_macro_f1(self.true[some] > 0, one[some]) for one in said]
        at = max(range(len(tried)), key=lambda at: (scores[at], -at))
        return said[at], tried[at]

    def _held_out(self, some: Booleans, stiff: float, even: float) -> Booleans:
        z = np.zeros_like(self.base)
        fold = np.random.default_rng(self.seed).permutation(len(z)) % _FOLDS
        for one in range(_FOLDS):
            out = fold == one
            step = self.fitted(some & ~out, stiff, even)
            z[out] = self.base[out] * step.stretch + self.root[out] @ step.rows + step.bias
        return self.said(z)

    def fitted(self, some: Booleans, stiff: float, even: float) -> Step:
        return ridge.moved(self.root, self.base, self.true, self._counts(even) * some, stiff, is_one=_is_one(self.head))

    def _counts(self, even: float) -> Doubles:
        """What each counts, one on average: rare labels more, by the power `even` of how rare they are."""
        often = self.true.sum(axis=0)
        held = np.where(self.true > 0, often, np.inf).min(axis=1)
        counts = np.where(np.isfinite(held), held, len(held)) ** -even
        return np.asarray(counts / counts.mean(), np.float64)

    def said(self, z: Doubles) -> Booleans:
        return _given(self.model, self.head, z)


def _true(head: str, said: Sequence[str | Sequence[str]]) -> Booleans:
    labels = HEADS[head]
    told = [{one} if isinstance(one, str) else set(one) for one in said]
    if unknown := {each for one in told for each in one} - set(labels):
        raise ValueError(f"{sorted(unknown)[0]!r} is no {head}; there are {', '.join(labels)}.")
    return np.array([[label in one for label in labels] for one in told], bool).reshape(-1, len(labels))


def _is_one(head: str) -> bool:
    return head != "intents"


def _is_enough(learned: Booleans, true: Booleans) -> bool:
    return int(learned.sum()) >= LEAST and not (true[learned] == true[learned][0]).all()


def _cut(posts: Sequence[str]) -> list[Text]:
    lines = [plain(post) for post in posts]
    return [cut(line, language) for line, language in zip(lines, languages(lines), strict=True)]


def _logits(model: Model, head: str, texts: Sequence[Text]) -> Doubles:
    return Scorer(model).score(texts)[0][:, span(head)].astype(np.float64)


def _given(model: Model, head: str, z: Doubles) -> Booleans:
    """Which labels are given."""
    if _is_one(head):
        return np.asarray(z.argmax(axis=1)[:, None] == np.arange(z.shape[1]), bool)
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -50, 50))) >= [model.limits[one] for one in HEADS[head]], bool)


@lru_cache(maxsize=1)
def _check() -> tuple[tuple[Text, ...], dict[str, Booleans]]:
    rows = [json.loads(line) for line in CHECK.read_text(encoding="utf-8").splitlines()]
    return tuple(_cut([row["text"] for row in rows])), {
        head: _true(head, [row[head] for row in rows]) for head in HEADS
    }


def _on_check(used: Model, made: Model, head: str, seed: int) -> Compared:
    texts, true = _check()
    before, after = (_given(one, head, _logits(one, head, texts)) for one in (used, made))
    return compared(true[head], before, after, seed=seed)


def _move(model: Model, head: str, step: Step, by: Doubles, rows: Bag, texts: Sequence[Text], true: Booleans) -> Move:
    """Each correction's features, `by` each times, added to what the head says."""
    row = np.repeat(np.arange(len(texts)), np.diff(rows.starts))
    places, at = np.unique(rows.places, return_inverse=True)
    values = np.zeros((len(places), by.shape[1]))
    np.add.at(values, at, by[row] * rows.values[:, None])
    told = repr([(text.tokens, one) for text, one in zip(texts, true.tolist(), strict=True)])
    return Move(
        head,
        model.version,
        hashlib.sha256(f"{head}{told}".encode()).hexdigest()[:16],
        step.stretch,
        places.astype(np.int64),
        values.astype(np.float32),
        (rows.dense.T @ by).astype(np.float32),
        step.bias.astype(np.float32),
    )


def _macro_f1(true: Booleans, said: Booleans) -> float:
    """The mean F1 of all labels that are so somewhere."""
    held = true.sum(axis=0)
    hit = 2 * (true & said).sum(axis=0)
    found = hit / np.maximum(held + said.sum(axis=0), 1)
    return float(found[held > 0].mean()) if held.any() else 0.0

"""Learning from corrections: the head for mood moved by what staff said of their posts, in seconds, without other data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mutuals.text.features import Bag, Text, bag, cut
from mutuals.text.labels import MOODS
from mutuals.text.language import languages
from mutuals.text.model import Model, Scorer, span
from mutuals.text.normal import plain

WEIGHT = 8.0
"""What a correction weighs beside a row that the model was built from."""
LEAST = 10
"""Corrections below which nothing is learned."""
MOST = 2_000
_RIDGES = (0.6, 2.0, 6.0)
_EVEN = (0.0, 0.5)
_ROUNDS = 40
_FOLDS = 5
_WIDE = 4_096  # features at a time
Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]


class TooFew(ValueError):
    """So few corrections that nothing can be learned from them."""


@dataclass(frozen=True, slots=True)
class Refitted:
    """The new model; macro F1 of both on corrections that were left out, five times over."""

    model: Model
    before: float
    after: float

    @property
    def is_better(self) -> bool:
        """Whether it may be promoted: it is not worse than what it would take the place of."""
        return self.after >= self.before


def refit(model: Model, posts: Sequence[str], moods: Sequence[str], *, seed: int = 7) -> Refitted:
    """Move the head for mood towards what was said of these posts; the newest MOST count.

    The head is the base's logits, stretched, plus a ridge regression on the same features (so that what nobody corrected
    stays as it was). How far it may move is chosen on corrections that are left out. TooFew below LEAST, or where all
    moods are the same; ValueError for a mood that is none of MOODS.
    """
    if unknown := set(moods) - set(MOODS):
        raise ValueError(f"{sorted(unknown)[0]!r} is no mood; there are {', '.join(MOODS)}.")
    posts, moods = posts[-MOST:], moods[-MOST:]
    if len(posts) < LEAST or len(set(moods)) < 2:
        raise TooFew(f"{LEAST} corrections of at least two moods are needed; there are {len(posts)}.")
    lines = [plain(post) for post in posts]
    texts = [cut(line, language) for line, language in zip(lines, languages(lines), strict=True)]
    base = Scorer(model).score(texts)[0][:, span("mood")].astype(np.float64)
    rows = bag(texts, model.vectors)
    target = np.array([MOODS.index(mood) for mood in moods])
    root = np.asarray(np.linalg.cholesky(_alike(rows) + 1e-6 * np.eye(len(texts))), np.float64)
    fold = np.random.default_rng(seed).permutation(len(texts)) % _FOLDS
    tried = [(ridge, _even(target, even)) for even in _EVEN for ridge in _RIDGES]
    after, best = max((_held_out(root, base, target, fold, *one), -at) for at, one in enumerate(tried))
    move = _moved(root, base, target, tried[-best][1], tried[-best][0])
    by = np.asarray(np.linalg.solve(root.T, move.rows), np.float64)
    said = _with(model, move, by, rows, texts, target)
    return Refitted(said, _macro_f1(target, base.argmax(axis=1)), after)


@dataclass(frozen=True, slots=True)
class _Move:
    """By what the base is stretched, what is added along each row of the root [corrections, labels], and to all."""

    stretch: float
    rows: Doubles
    bias: Doubles


def _alike(rows: Bag) -> Doubles:
    """The product of each correction's features with each other's. What only one of them has lies on the diagonal."""
    count = len(rows.starts) - 1
    row = np.repeat(np.arange(count), np.diff(rows.starts))
    _met, at, times = np.unique(rows.places, return_inverse=True, return_counts=True)
    found = rows.dense.astype(np.float64) @ rows.dense.T
    alone = times[at] == 1
    found[np.diag_indices(count)] += np.bincount(row[alone], rows.values[alone].astype(np.float64) ** 2, count)
    number = np.cumsum(times > 1) - 1  # of what several have
    shared = int((times > 1).sum())
    column, row, value = number[at[~alone]], row[~alone], rows.values[~alone]
    for begin in range(0, shared, _WIDE):
        some = (column >= begin) & (column < begin + _WIDE)
        part = np.zeros((count, min(_WIDE, shared - begin)), np.float32)
        np.add.at(part, (row[some], column[some] - begin), value[some])
        found += part @ part.T
    return found


def _even(target: Ints, even: float) -> Doubles:
    """What each correction counts, one on average: rare moods more, by the power `even` of how rare they are."""
    counts = np.bincount(target)[target].astype(float) ** -even
    return np.asarray(counts / counts.mean(), np.float64)


def _held_out(root: Doubles, base: Doubles, target: Ints, fold: Ints, ridge: float, counts: Doubles) -> float:
    said = np.zeros_like(target)
    for one in range(_FOLDS):
        move = _moved(root, base, target, counts * (fold != one), ridge)
        out = fold == one
        said[out] = (base[out] * move.stretch + root[out] @ move.rows + move.bias).argmax(axis=1)
    return _macro_f1(target, said)


def _moved(root: Doubles, base: Doubles, target: Ints, counts: Doubles, ridge: float) -> _Move:
    """The most probable move; `counts` is 0 for rows that are left out.

    A ridge on features is a ridge on the rows of the root of their products (Hofmann and others 2008), of which there are
    as many as corrections and not as many as words.
    """
    labels, a = base.shape[1], base.size
    true = np.eye(labels)[target]
    weight = WEIGHT * counts[:, None]

    def loss(v: Doubles) -> tuple[float, Doubles]:
        w, c, s = v[:a].reshape(-1, labels), v[a:-1], v[-1]
        z = base * np.exp(s) + root @ w + c
        z -= z.max(axis=1, keepdims=True)
        log = np.log(np.exp(z).sum(axis=1, keepdims=True))
        slope = weight * (np.exp(z - log) - true)
        value = float((weight * true * (log - z)).sum()) + 0.5 * ridge * float((w * w).sum())
        value += 4 * s * s + 0.25 * float(c @ c)
        gs = float((slope * base).sum() * np.exp(s)) + 8 * s
        return value, np.concatenate([(root.T @ slope + ridge * w).ravel(), slope.sum(axis=0) + 0.5 * c, [gs]])

    v = _least(loss, np.zeros(a + labels + 1))
    return _Move(float(np.exp(v[-1])), v[:a].reshape(-1, labels), v[a:-1])


def _least(loss: Callable[[Doubles], tuple[float, Doubles]], v: Doubles) -> Doubles:
    """Where a smooth convex loss is least: L-BFGS with eight pairs and halved steps (Nocedal and Wright, 7.4)."""
    pairs: list[tuple[Doubles, Doubles, float]] = []
    value, slope = loss(v)
    for _ in range(_ROUNDS):
        way, kept = slope.copy(), list[float]()
        for moved, turned, by in reversed(pairs):
            kept.append(by * float(moved @ way))
            way -= kept[-1] * turned
        way *= (
            float(pairs[-1][0] @ pairs[-1][1]) / float(pairs[-1][1] @ pairs[-1][1])
            if pairs
            else 1 / max(1.0, float(np.linalg.norm(slope)))
        )
        for (moved, turned, by), share in zip(pairs, reversed(kept), strict=True):
            way += (share - by * float(turned @ way)) * moved
        step, down = 1.0, float(slope @ way)
        for _ in range(20):
            new, turn = loss(v - step * way)
            if new <= value - 1e-4 * step * down:
                break
            step /= 2
        else:
            return v
        moved, turned = -step * way, turn - slope
        curve = float(moved @ turned)
        if curve > 1e-12:
            pairs = [*pairs[-7:], (moved, turned, 1 / curve)]
        is_still = value - new < 1e-7 * max(1.0, abs(value))
        v, value, slope = v + moved, new, turn
        if is_still:
            break
    return v


def _with(model: Model, move: _Move, by: Doubles, rows: Bag, texts: Sequence[Text], target: Ints) -> Model:
    """The model moved: each correction's features, `by` each times, added to what the head says."""
    mood = span("mood")
    table = model.table[:, mood] * np.float32(move.stretch)
    row = np.repeat(np.arange(len(texts)), np.diff(rows.starts))
    np.add.at(table, rows.places, (by[row] * rows.values[:, None]).astype(np.float32))
    meanings = model.meanings[:, mood] * np.float32(move.stretch) + (rows.dense.T @ by).astype(np.float32)
    bias = (model.bias[mood] * move.stretch + move.bias).astype(np.float32)
    told = hashlib.sha256(repr([(text.tokens, int(one)) for text, one in zip(texts, target, strict=True)]).encode())
    return model.with_mood(table, meanings, bias, version=f"{model.version.split('+')[0]}+{told.hexdigest()[:8]}")


def _macro_f1(true: Ints, said: Ints) -> float:
    found = [
        2 * int(((said == one) & (true == one)).sum()) / max(int((said == one).sum() + (true == one).sum()), 1)
        for one in range(len(MOODS))
        if (true == one).any()
    ]
    return float(np.mean(found))

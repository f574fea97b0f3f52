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
from mutuals.text.model import Floats, Model, Scorer, span
from mutuals.text.normal import plain

WEIGHT = 8.0
"""What a correction weighs beside a row that the model was built from."""
LEAST = 10
"""Corrections below which nothing is learned."""
MOST = 5_000
_RIDGES = (0.6, 2.0, 6.0)
_ROUNDS = 40
_FOLDS = 5
Ints = NDArray[np.int64]


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
    base = Scorer(model).score(texts)[0][:, span("mood")]
    rows = bag(texts, model.vectors)
    target = np.array([MOODS.index(mood) for mood in moods])
    fold = np.random.default_rng(seed).permutation(len(texts)) % _FOLDS
    ridge, after = max(((one, _held_out(rows, base, target, fold, one)) for one in _RIDGES), key=lambda found: found[1])
    moved = _moved(rows, base, target, np.ones(len(texts)), ridge)
    return Refitted(_with(model, moved, texts, target), _macro_f1(target, base.argmax(axis=1)), after)


@dataclass(frozen=True, slots=True)
class _Move:
    """By what the base is stretched, and what is added: on places (met ones only), on meanings, flat."""

    stretch: float
    met: Ints
    places: Floats
    meanings: Floats
    bias: Floats

    def logits(self, rows: Bag, base: Floats) -> Floats:
        at = np.minimum(np.searchsorted(self.met, rows.places), len(self.met) - 1)
        says = self.places[at] * (rows.values * (self.met[at] == rows.places))[:, None]
        found = (
            base * self.stretch
            + np.add.reduceat(says, rows.starts[:-1], axis=0)
            + rows.dense @ self.meanings
            + self.bias
        )
        return np.asarray(found, np.float32)


def _held_out(rows: Bag, base: Floats, target: Ints, fold: Ints, ridge: float) -> float:
    said = np.zeros_like(target)
    for one in range(_FOLDS):
        move = _moved(rows, base, target, (fold != one).astype(float), ridge)
        said[fold == one] = move.logits(rows, base)[fold == one].argmax(axis=1)
    return _macro_f1(target, said)


def _moved(rows: Bag, base: Floats, target: Ints, counts: NDArray[np.float64], ridge: float) -> _Move:
    """The most probable move; `counts` is 0 for rows that are left out."""
    met, at = np.unique(rows.places, return_inverse=True)
    labels, size = base.shape[1], rows.dense.shape[1]
    row = np.repeat(np.arange(len(target)), np.diff(rows.starts))
    true = np.eye(labels)[target]
    weight = WEIGHT * counts[:, None]
    a, b = len(met) * labels, (len(met) + size) * labels

    def loss(v: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        w, u, c, s = v[:a].reshape(-1, labels), v[a:b].reshape(-1, labels), v[b:-1], v[-1]
        z = base * np.exp(s) + np.add.reduceat(w[at] * rows.values[:, None], rows.starts[:-1], axis=0)
        z = z + rows.dense @ u + c
        z -= z.max(axis=1, keepdims=True)
        log = np.log(np.exp(z).sum(axis=1, keepdims=True))
        slope = weight * (np.exp(z - log) - true)
        by_place = slope[row] * rows.values[:, None]
        gw = np.stack([np.bincount(at, by_place[:, one], len(met)) for one in range(labels)], axis=1) + ridge * w
        gs = float((slope * base).sum() * np.exp(s)) + 8 * s
        value = float((weight * true * (log - z)).sum()) + 0.5 * ridge * float((w * w).sum() + (u * u).sum())
        value += 4 * s * s + 0.25 * float(c @ c)
        gradient = [gw.ravel(), (rows.dense.T @ slope + ridge * u).ravel(), slope.sum(axis=0) + 0.5 * c, [gs]]
        return value, np.concatenate(gradient)

    v = _least(loss, np.zeros(b + labels + 1))
    return _Move(
        float(np.exp(v[-1])),
        met,
        v[:a].reshape(-1, labels).astype(np.float32),
        v[a:b].reshape(-1, labels).astype(np.float32),
        v[b:-1].astype(np.float32),
    )


def _least(
    loss: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]], v: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where a smooth convex loss is least: L-BFGS with eight pairs and halved steps (Nocedal and Wright, 7.4)."""
    pairs: list[tuple[NDArray[np.float64], NDArray[np.float64], float]] = []
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


def _with(model: Model, move: _Move, texts: Sequence[Text], target: Ints) -> Model:
    mood = span("mood")
    table = model.table[:, mood] * np.float32(move.stretch)
    table[move.met] += move.places
    meanings = model.meanings[:, mood] * np.float32(move.stretch) + move.meanings
    bias = model.bias[mood] * np.float32(move.stretch) + move.bias
    told = hashlib.sha256(repr([(text.tokens, int(one)) for text, one in zip(texts, target, strict=True)]).encode())
    return model.with_mood(table, meanings, bias, version=f"{model.version.split('+')[0]}+{told.hexdigest()[:8]}")


def _macro_f1(true: Ints, said: Ints) -> float:
    found = [
        2 * int(((said == one) & (true == one)).sum()) / max(int((said == one).sum() + (true == one).sum()), 1)
        for one in range(len(MOODS))
        if (true == one).any()
    ]
    return float(np.mean(found))

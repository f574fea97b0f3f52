"""The most probable move of a head towards what was said: a ridge regression in the space of the corrections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mutuals.text.features import Bag

WEIGHT = 8.0
"""What a correction weighs beside a row that the model was built from."""
_ROUNDS = 40
_WIDE = 4_096  # features at a time
Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """By what the base is stretched, what is added along each row of the root [corrections, labels], and to all."""

    stretch: float
    rows: Doubles
    bias: Doubles


def alike(rows: Bag) -> Doubles:
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
        part = np.zeros((count, min(_WIDE, shared - begin)))  # doubles: two alike rows leave nothing to lose
        np.add.at(part, (row[some], column[some] - begin), value[some])
        found += part @ part.T
    return found


def root(rows: Bag) -> Doubles:
    """The lower root of `alike`: a ridge on features is one on its rows, of which there are as many as corrections."""
    found = alike(rows)
    return np.asarray(np.linalg.cholesky(found + 1e-6 * np.eye(len(found))), np.float64)


def moved(root: Doubles, base: Doubles, true: Doubles, counts: Doubles, ridge: float, *, is_one: bool) -> Step:
    """The most probable move. `true` [corrections, labels] is 1 where a label is so; `counts` is 0 for rows left out.

    `is_one`: of the labels exactly one is so (softmax), else each by itself. A ridge on features is a ridge on the rows of the
    root of their products (Hofmann and others 2008), of which there are as many as corrections and not as many as words.
    """
    labels, a = base.shape[1], base.size
    weight = WEIGHT * counts[:, None]

    def loss(v: Doubles) -> tuple[float, Doubles]:
        w, c, s = v[:a].reshape(-1, labels), v[a:-1], v[-1]
        z = base * np.exp(s) + root @ w + c
        if is_one:
            z -= z.max(axis=1, keepdims=True)
            log = np.log(np.exp(z).sum(axis=1, keepdims=True))
            slope, missed = weight * (np.exp(z - log) - true), true * (log - z)
        else:
            slope, missed = weight * (1 / (1 + np.exp(-np.clip(z, -50, 50))) - true), np.logaddexp(0, z) - true * z
        value = float((weight * missed).sum()) + 0.5 * ridge * float((w * w).sum())
        value += 4 * s * s + 0.25 * float(c @ c)
        gs = float((slope * base).sum() * np.exp(s)) + 8 * s
        return value, np.concatenate([(root.T @ slope + ridge * w).ravel(), slope.sum(axis=0) + 0.5 * c, [gs]])

    v = _least(loss, np.zeros(a + labels + 1))
    return Step(float(np.exp(v[-1])), v[:a].reshape(-1, labels), v[a:-1])


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

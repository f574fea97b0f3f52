"""Linear heads fitted by maximum likelihood with a ridge (L-BFGS of SciPy), and their calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from mutuals.text.features import BITS, Bag


@dataclass
class Head:
    """`places` [2^BITS, labels], `meanings` [2 * vector size, labels], `bias` [labels]."""

    places: np.ndarray
    meanings: np.ndarray
    bias: np.ndarray

    def beside(self, other: Head) -> Head:
        """What is to be added to the other to become this one."""
        return Head(self.places - other.places, self.meanings - other.meanings, self.bias - other.bias)


def matrix(bag: Bag) -> sparse.csr_matrix:
    """The sparse half of a bag."""
    rows = len(bag.starts) - 1
    return sparse.csr_matrix((bag.values, bag.places, bag.starts), shape=(rows, 1 << BITS))


def logits(head: Head, x: sparse.csr_matrix, dense: np.ndarray) -> np.ndarray:
    """What the head says, before any link function."""
    return x @ head.places + dense @ head.meanings + head.bias


def fit(
    x: sparse.csr_matrix,
    dense: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray,
    *,
    many: bool,
    foreign: np.ndarray | None = None,
    ridge: float = 0.1,
    meant: float = 1.0,
    rounds: int = 60,
    least: int = 3,
) -> Head:
    """Softmax regression on shares `y` [rows, labels], or one logistic regression a label where `many` may hold.

    Rows that `foreign` marks come from elsewhere: they get a bias of their own, which is forgotten. Places met in fewer
    than `least` rows are left out; rarer ones weigh more (by the logarithm of their share). `meant` multiplies meanings before.
    """
    met = np.bincount(x.indices, minlength=x.shape[1])
    used = np.flatnonzero(met >= least)
    rarity = np.clip(np.log(x.shape[0] / met[used]) / 6, 0.3, 1.5).astype(np.float32)
    part = (x[:, used] @ sparse.diags(rarity)).tocsr().astype(np.float32)
    across = part.T.tocsr()
    rows, labels = y.shape
    aside = np.zeros((rows, 1), np.float32) if foreign is None else foreign.astype(np.float32)[:, None]
    wide = np.hstack([dense * meant, aside]).astype(np.float32)
    y, by = y.astype(np.float32), weights.astype(np.float32)[:, None]
    total = float(by.sum())
    a, b = len(used) * labels, (len(used) + wide.shape[1]) * labels

    def loss(v: np.ndarray) -> tuple[float, np.ndarray]:
        v = v.astype(np.float32)
        w, u, c = v[:a].reshape(-1, labels), v[a:b].reshape(-1, labels), v[b:]
        z = part @ w + wide @ u + c
        if many:
            shares = 1 / (1 + np.exp(-z))
            value = float((by * (np.logaddexp(0, z) - y * z)).sum())
        else:
            z -= z.max(axis=1, keepdims=True)
            log = np.log(np.exp(z).sum(axis=1, keepdims=True))
            shares = np.exp(z - log)
            value = float((by * y * (log - z)).sum())
        slope = by * (shares - y)
        value += 0.5 * ridge * float((w * w).sum() + (u * u).sum())
        gradient = np.concatenate(
            [(across @ slope + ridge * w).ravel(), (wide.T @ slope + ridge * u).ravel(), slope.sum(0)]
        )
        return value / total, gradient.astype(np.float64) / total

    start = np.zeros(b + labels)
    v = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": rounds, "maxcor": 8}).x.astype(
        np.float32
    )
    places = np.zeros((x.shape[1], labels), np.float32)
    places[used] = v[:a].reshape(-1, labels) * rarity[:, None]
    return Head(places, meant * v[a:b].reshape(-1, labels)[:-1], v[b:])


def calibrated(z: np.ndarray, y: np.ndarray, *, many: bool) -> tuple[np.ndarray, np.ndarray]:
    """By what each label's logit is multiplied and what is added, fitted to held-out logits (Platt 1999; Guo and others 2017).

    A softmax gets one factor for all its labels; labels of which many may hold one each.
    """
    labels = z.shape[1]
    if many:
        found = [_platt(z[:, one], y[:, one]) for one in range(labels)]
        return np.array([one for one, _ in found], np.float32), np.array([one for _, one in found], np.float32)

    def loss(v: np.ndarray) -> float:
        w = z * np.exp(v[0]) + np.append(v[1:], 0.0)
        w = w - w.max(axis=1, keepdims=True)
        return float((y * (np.log(np.exp(w).sum(axis=1, keepdims=True)) - w)).sum()) / len(z)

    v = minimize(loss, np.zeros(labels), method="L-BFGS-B").x
    return np.full(labels, np.exp(v[0]), np.float32), np.append(v[1:], 0.0).astype(np.float32)


def _platt(z: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    def loss(v: np.ndarray) -> float:
        w = z * np.exp(v[0]) + v[1]
        return float((np.logaddexp(0, w) - y * w).sum()) / len(z)

    v = minimize(loss, np.zeros(2), method="L-BFGS-B").x
    return float(np.exp(v[0])), float(v[1])

"""How surprising a count is, by arithmetic on arrays alone, and how often such a thing comes by chance, in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST = 1e9
"""Counts above it surprise as much as it does; the sums stay exact enough."""
LEAST_SCATTER = 0.01
"""Smallest over-dispersion that is believed: rates of people are never steadier than a tenth of themselves."""
_ROUNDS = 200  # of the continued fraction; with counts well above the expected one, ten to thirty are needed
_TINY = 1e-300
_YEAR = 365.25 * 86_400
_SPANS = (("hour", 3_600.0), ("day", 86_400.0), ("week", 7 * 86_400.0), ("month", _YEAR / 12), ("year", _YEAR))
_CENTURY = 100 * _YEAR


def log_gamma(x: Floats) -> Floats:
    """The logarithm of the gamma function for 0 < x <= 1e18: Stirling's series (error below 1e-10), shifted up by seven."""
    shifted = x + 7.0
    product = x * (x + 1) * (x + 2) * (x + 3) * (x + 4) * (x + 5) * (x + 6)
    inverse = 1 / shifted
    square = inverse * inverse
    series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
    done = (shifted - 0.5) * np.log(shifted) - shifted + 0.5 * math.log(2 * math.pi) + series - np.log(product)
    return np.asarray(done, np.float64)


def surprise(counts: Floats, expected: Floats, scatter: Floats) -> Floats:
    """-log10 of the chance of as many or more, for counts above what is expected; arrays of one shape.

    Negative binomial with mean `expected` and variance expected + scatter * expected**2. The tail is the regularised
    incomplete beta function I_p(y, r), p = mean / (mean + r), r = 1 / scatter, by Lentz's continued fraction
    (Didonato and Morris 1992; Press et al., Numerical Recipes, 6.4).
    """
    y = np.clip(np.floor(counts), 1, MOST)
    r = 1 / np.maximum(scatter, 1e-6)
    mean = np.clip(expected, 1e-9, MOST)
    p = mean / (mean + r)
    front = y * np.log(p) + r * np.log1p(-p) - (log_gamma(y) + log_gamma(r) - log_gamma(y + r)) - np.log(y)
    logarithm = front + np.log(np.maximum(_fraction(y, r, p), _TINY))
    return np.asarray(np.maximum(-logarithm / math.log(10), 0.0), np.float64)


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """The continued fraction of the incomplete beta function by Lentz's method."""
    c = np.ones_like(x)
    d = 1 / _apart(1 - (a + b) * x / (a + 1))
    done, unfinished = d.copy(), np.ones(x.shape, bool)  # each is ended by itself, so that company changes no digit
    for m in range(1, _ROUNDS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _apart(1 + even * d)
        c = _apart(1 + even / c)
        done *= np.where(unfinished, d * c, 1.0)
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _apart(1 + odd * d)
        c = _apart(1 + odd / c)
        step = np.where(unfinished, d * c, 1.0)
        done *= step
        unfinished = np.abs(step - 1) >= 1e-10
        if not unfinished.any():
            break
    return done


def _apart(values: Floats) -> Floats:
    """Nothing is divided by zero."""
    return np.asarray(np.where(np.abs(values) < _TINY, _TINY, values), np.float64)


def in_words(chance: float, *, step: float) -> str:
    """How often a chance that is taken each `step` seconds comes true: "less than once a year by chance"."""
    wait = step / max(chance, 1e-300)
    if wait > _CENTURY:
        return "less than once in a hundred years by chance"
    if wait >= 2 * _YEAR:
        return f"about once in {round(wait / _YEAR)} years by chance"
    name, span = next(((name, span) for name, span in reversed(_SPANS) if wait >= span), _SPANS[0])
    many = span / wait
    article = "an" if name == "hour" else "a"
    return (
        f"about once in {round(1 / many)} {name}s by chance"
        if many < 2 / 3
        else f"about once {article} {name} by chance"
    )


def plain(value: Any) -> Any:
    """Numbers and arrays as JSON takes them; what is not known becomes null."""
    if isinstance(value, np.ndarray):
        return [plain(one) for one in value.tolist()]
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

"""Streams of posts that are made up: what the early warning is tried on where the truth must be known.

Posts an hour scatter more than by chance (gamma-Poisson, scatter 0.12), follow the day (a quarter at night of what comes
in the afternoon) and the week (Saturday and Sunday 0.7), and their level drifts (standard deviation 0.2, two weeks). The
share of negative ones is drawn anew each hour (beta distribution worth 40 posts, mean 0.15).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
WEEK = 168  # hours
SCATTER, SHARE, PRECISION = 0.12, 0.15, 40.0


@dataclass(frozen=True)
class Made:
    """Hours x series, the first hour a Monday's first. `at` is the hour of the crisis, -1 where there is none."""

    posts: Floats
    negatives: Floats
    at: int


def made(
    seed: int, *, level: float, weeks: int, series: int, at: int = -1, times: float = 1.0, share_times: float = 1.0
) -> Made:
    """Quiet streams; or, from hour `at` for a day, `times` as many posts (reached in six hours), or that share."""
    chance = np.random.default_rng(seed)
    hours = np.arange(weeks * WEEK)
    day = 1 + 0.6 * np.cos((hours % 24 - 15) * 2 * np.pi / 24)
    week = np.where(hours % WEEK >= 5 * 24, 0.7, 1.0)
    rate = level * (day * week / (day * week).mean())[:, None] * np.exp(_drift(chance, len(hours), series))
    usual = np.full((len(hours), series), SHARE)
    if at >= 0:
        into = hours - at
        grown = np.where((into >= 0) & (into < 24), 1 + (times - 1) * np.minimum((into + 1) / 6, 1), 1.0)
        rate = rate * grown[:, None]
        usual[at : at + 24] *= share_times
    posts = chance.poisson(rate * chance.gamma(1 / SCATTER, SCATTER, rate.shape)).astype(float)
    share = chance.beta(usual * PRECISION, (1 - usual) * PRECISION)
    return Made(posts, chance.binomial(posts.astype(int), share).astype(float), at)


def _drift(chance: np.random.Generator, hours: int, series: int) -> Floats:
    """An Ornstein-Uhlenbeck walk of standard deviation 0.2 that forgets in two weeks."""
    fade = np.exp(-1 / (2 * WEEK))
    walk = np.empty((hours, series))
    walk[0] = chance.normal(0, 0.2, series)
    steps = chance.normal(0, 0.2 * np.sqrt(1 - fade**2), (hours, series))
    for hour in range(1, hours):
        walk[hour] = fade * walk[hour - 1] + steps[hour]
    return walk

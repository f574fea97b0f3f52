"""Has the share of negative posts risen? A cumulated sum of beta-binomial likelihood ratios, for many series at once.

Each step adds ln(chance at 2.5 times the usual share / chance at the usual share) and never falls below zero (Page 1954).
Posts of one hour speak of the same things, so they count for less than as many independent ones: the precision of the
beta distribution is learned, from a prior of 40 posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mutuals.listening.alarm.chance import MOST, Floats, log_gamma, plain

_MEMORY = 14 * 86_400  # seconds that the usual share remembers
_PRIOR, _PRIOR_POSTS = 0.2, 20.0  # a share and the posts that it is worth, before any was seen
_PRECISION = 40.0  # posts
_PRIOR_STEPS = 48.0  # that the precision is worth
_FEWEST = 50.0  # posts before the share is believed
_FIRST, _FEWEST_STEPS = 3 * 86_400, 14  # seconds and steps before it is
_RISE = 2.5  # the share that is looked for, as a multiple of the usual one
_LEAST_RISE = 1.25  # of the usual share: a step below it is no evidence of a rise
_HIGHEST, _FALLING = (
    16.0,
    10.0,
)  # of the sum, and once it falls, so that an alarm ends within hours of what it was about
_CLIP, _WIDE = 2.0, 3.5  # standard deviations: for the share, for its scatter


@dataclass(slots=True)
class Share:
    """The usual share of `size` series, one pair of counts each `step` seconds. Make it by `fresh` or `restored`."""

    step: float
    numbers: Floats  # rows: negatives, posts, steps, excess of scatter, its weight, the sum; one number a series

    @classmethod
    def fresh(cls, size: int, step: float) -> Share:
        """Nothing is known yet: it speaks after three days (14 steps at least) and 50 posts."""
        numbers = np.zeros((6, size))
        numbers[0], numbers[1] = _PRIOR * _PRIOR_POSTS, _PRIOR_POSTS
        return cls(step, numbers)

    def take(self, negatives: Floats, posts: Floats) -> tuple[Floats, Floats, Floats]:
        """The usual share before this step, what the step adds to the sum, and the sum after it; then learn.

        Negatives above the posts are taken as all of them; NaN and no posts say nothing. The sum is 0 while too little
        is known.
        """
        n = np.where(np.isfinite(posts) & np.isfinite(negatives), np.minimum(np.maximum(posts, 0), MOST), 0.0)
        k = np.minimum(np.where(n > 0, np.maximum(negatives, 0), 0.0), n)
        usual = self.numbers[0] / self.numbers[1]
        likeness = 1 / (_PRECISION + 1)
        scatter = (self.numbers[3] + likeness * _PRIOR_STEPS) / (self.numbers[4] + _PRIOR_STEPS)
        scatter = np.minimum(np.maximum(scatter, 0.002), 0.3)
        added = self._ratio(k, n, usual, 1 / scatter - 1)
        added = np.where(k >= _LEAST_RISE * usual * n, added, np.minimum(added, 0.0))
        is_ready = (self.numbers[2] >= max(_FIRST / self.step, _FEWEST_STEPS)) & (self.numbers[1] >= _FEWEST)
        before = np.where(added < 0, np.minimum(self.numbers[5], _FALLING), self.numbers[5])
        self.numbers[5] = np.where(is_ready, np.minimum(np.maximum(before + added, 0), _HIGHEST), 0.0)
        self._learn(k, n, usual, scatter, is_ready)
        return usual, added, self.numbers[5].copy()

    def saved(self) -> dict[str, Any]:
        """The state as JSON takes it."""
        return {"step": self.step, "numbers": plain(self.numbers)}

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> Share:
        """What `saved` gave."""
        return cls(float(saved["step"]), np.array(saved["numbers"], np.float64))

    @staticmethod
    def _ratio(k: Floats, n: Floats, usual: Floats, precision: Floats) -> Floats:
        """ln of the likelihood ratio; what does not depend on the share falls out."""
        raised = np.minimum(_RISE * usual, (1 + usual) / 2)
        a = np.stack((raised, 1 - raised, usual, 1 - usual)) * precision
        a = np.maximum(a, 1e-6)
        grown = log_gamma(np.stack((k, n - k, k, n - k)) + a) - log_gamma(a)
        return np.asarray(grown[0] + grown[1] - grown[2] - grown[3], np.float64)

    def _learn(self, k: Floats, n: Floats, usual: Floats, scatter: Floats, is_ready: Any) -> None:
        """Fade and add; a step counts as the independent posts that it is worth, its share is clipped once it speaks."""
        which = n > 0
        more = np.maximum(n - 1, 0)
        width = 1 + more * scatter
        variance = np.maximum(usual * (1 - usual), 1e-4) * width / np.maximum(n, 1)
        limit = _CLIP * np.sqrt(variance)
        share = k / np.maximum(n, 1)
        share = np.where(is_ready, np.minimum(np.maximum(share, usual - limit), usual + limit), share)
        worth = n / width
        fade = np.where(which, 1 - 1 / (_MEMORY / self.step), 1.0)
        weight = np.where(which, 1 / (1 + more / _PRECISION) ** 2, 0.0)
        unlike = np.minimum((k / np.maximum(n, 1) - usual) ** 2 / variance, _WIDE**2) * width - 1
        new = np.stack((worth * share, worth, which * 1.0, weight * more * unlike, weight * more * more))
        self.numbers[:5] = self.numbers[:5] * fade + new

"""What is usual for a source, and when its silence is unlike it."""

import numpy as np
import pytest

from mutuals.insights.habit import silence

WEEK = 168
RANDOM = np.random.default_rng(7)
CLOCK = np.arange(8 * WEEK)
DAY = (CLOCK % 24 >= 8) & (CLOCK % 24 < 19) & (CLOCK % WEEK < 120)
"""Hours of eight weeks in which a shop is open."""


def after(counts, hours, past=0.5):
    """The silence of a source that says nothing for so many hours more."""
    return silence(np.concatenate((counts, np.zeros(hours))), first=0, past=past)


def first_told(counts, most):
    """After how many silent hours it is told; None where it is not within `most`."""
    return next((hours for hours in range(1, most) if after(counts, hours)), None)


@pytest.mark.parametrize(
    ("name", "counts", "soonest", "latest"),
    [
        ("ten an hour", RANDOM.poisson(10, 8 * WEEK), 2, 4),
        (
            "a busy day, a silent night",
            RANDOM.poisson(np.where(DAY, 20, 0)),
            60,
            75,
        ),  # it ends on a Sunday: Monday noon
        ("twice a week", np.bincount(np.arange(16) * 84 + 10, minlength=8 * WEEK), 130, 24 * 40),
        ("in bursts", RANDOM.poisson(40, 8 * WEEK) * (RANDOM.random(8 * WEEK) < 0.02), 40, 24 * 40),
    ],
)
def test_how_long_a_silence_is_unlike_a_source_is_its_own_habit(name, counts, soonest, latest):
    ended = np.trim_zeros(counts.astype(float), "b")

    told = first_told(ended, 24 * 42)

    assert told is not None, name
    assert soonest <= told <= latest, (name, told)


def test_of_who_is_hardly_known_nothing_is_said():
    newcomer, seldom = np.full(48, 9.0), np.bincount([0, WEEK, 3 * WEEK], minlength=4 * WEEK).astype(float)

    found = [after(np.zeros(0) if one is None else one, 24 * 30) for one in (newcomer, seldom, None)]

    assert found == [None, None, None]


def test_a_source_that_goes_on_as_it_does_is_seldom_called_silent():
    """Twenty sources of four kinds, eight weeks each after four of learning, looked at every hour."""
    false = 0
    for number in range(20):
        rate = (0.02, 0.3, 3.0, 12.0)[number % 4]
        counts = RANDOM.poisson(RANDOM.gamma(1, rate, 12 * WEEK)).astype(float)
        alarms = [
            silence(counts[max(0, end - 8 * WEEK) : end], first=0, past=1.0) for end in range(4 * WEEK, 12 * WEEK, 3)
        ]
        raised = np.array([one is not None for one in alarms])
        false += int(raised[0]) + int((raised[1:] & ~raised[:-1]).sum())

    assert false <= 4  # 20 sources x 8 weeks are three years: about three by the bound of one a year

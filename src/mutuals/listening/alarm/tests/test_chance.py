"""Arithmetic beside what is known exactly, and budgets in words."""

import math
from itertools import pairwise

import numpy as np
import pytest

from mutuals.listening.alarm import budget
from mutuals.listening.alarm.chance import in_words, log_gamma, surprise
from mutuals.listening.alarm.watch import Counts, Watch

HOUR = 3_600.0


def test_the_gamma_function_is_that_of_the_standard_library():
    values = np.array([1e-6, 0.3, 1, 2.5, 7, 40, 1e4, 1e9, 1e15])

    found = log_gamma(values)

    assert np.allclose(found, [math.lgamma(value) for value in values], rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize(("mean", "scatter", "count"), [(20, 0.1, 60), (2, 0.5, 12), (500, 0.02, 900), (0.02, 0.01, 5)])
def test_the_surprise_is_the_tail_summed_term_by_term(mean, scatter, count):
    r, p = 1 / scatter, mean / (mean + 1 / scatter)
    terms = [
        math.exp(math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1) + r * math.log(1 - p) + k * math.log(p))
        for k in range(count, count + 20_000)
    ]

    found = surprise(np.array([float(count)]), np.array([float(mean)]), np.array([scatter]))

    assert found[0] == pytest.approx(-math.log10(math.fsum(terms)), rel=1e-6)


def test_the_surprise_of_anything_is_a_number():
    counts, means = np.meshgrid([1.0, 5, 1e6, 1e18, 1e300], [1e-300, 0.02, 1, 1e9])

    found = surprise(counts.ravel(), means.ravel(), np.full(20, 0.01))

    assert np.isfinite(found).all()
    assert (found >= 0).all()


@pytest.mark.parametrize(
    ("words", "a_week"),
    [
        ("at most one false alarm a month", 0.23),
        ("2 a week", 2),
        ("One per quarter", 0.0767),
        ("twice a year", 0.0383),
        ("1/day", 7),
        ("monthly", 0.23),
        ("not more than three false alarms per month", 0.69),
        ("0.5 a week", 0.5),
    ],
)
def test_a_budget_is_read_from_words(words, a_week):
    assert budget.read(words).a_week == pytest.approx(a_week, rel=0.01)


@pytest.mark.parametrize(
    "words", ["", "few", "a lot a month", "no alarm a year", "1000 a day", "1 a blue moon", "1" * 200]
)
def test_a_budget_that_says_nothing_is_refused(words):
    with pytest.raises(ValueError, match="budget"):
        budget.read(words)


def test_a_tighter_budget_is_never_less_strict_and_a_livelier_history_is_stricter():
    chance = np.random.default_rng(4)
    posts = chance.poisson(20 * chance.gamma(4, 0.25, (1_500, 2))).astype(float)
    posts[400:1_500:30, 1] *= 4
    marks = Watch(2, HOUR).take(Counts(posts), began=0.0)

    found = [budget.replay(marks, budget.read(words)).strictness for words in ("1 a week", "1 a month", "1 a year")]

    assert all((tighter >= looser).all() for looser, tighter in pairwise(found))
    assert found[1][1] > found[1][0]


def test_alarms_that_were_right_do_not_make_it_stricter():
    posts = np.random.default_rng(4).poisson(20, (1_000, 1)).astype(float)
    posts[500:900:50] = 65
    marks = Watch(1, HOUR).take(Counts(posts), began=0.0)
    wanted = budget.read("1 a month")

    plain = budget.replay(marks, wanted)
    told = budget.replay(marks, wanted, real=posts == 65)

    assert told.strictness[0] < plain.strictness[0]


def test_without_a_history_the_table_decides():
    marks = Watch(1, HOUR).take(Counts(np.ones((1, 1))), began=0.0)

    found = budget.replay(marks, budget.read("1 a month"))

    assert budget.expected_a_week(found.strictness)[0] <= 0.23


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0, "less than once in a hundred years by chance"),
        (1e-5, "about once in 11 years by chance"),
        (1 / 9_000, "about once a year by chance"),
        (1 / 2_300, "about once in 3 months by chance"),
        (1 / 24, "about once a day by chance"),
        (1.0, "about once a hour by chance"),
    ],
)
def test_chance_is_told_in_words(chance, words):
    assert in_words(chance, step=HOUR) == words.replace("a hour", "an hour")

"""Forecasts of posts on simulated truth: ranges hold what they promise, and nothing is claimed that our posts do not show."""

import numpy as np
import pytest

from mutuals.listening.draft.forecast import LEAST, WEEK, Curve, Range, Shape, Written, better, learn, usual

DAYTIME = np.array([3.0 if 8 <= hour % 24 < 20 else 0.3 for hour in range(WEEK)])


def simulated(seed, many, *, words=0.5, time=0.4, noise=0.8, level=2.5, new=100):
    """Posts whose words and hours bring what they bring, times chance; and the curve of the hours."""
    rng = np.random.default_rng(seed)
    plain, meaning = rng.normal(size=(many + new, 10)), 0.05 * rng.normal(size=(many + new, 192))
    meaning[:, :8] += 0.3 * rng.normal(size=(many + new, 8))
    hours = rng.choice(WEEK, size=many + new, p=DAYTIME / DAYTIME.sum())
    curve = time * np.sin(2 * np.pi * (np.arange(WEEK) % 24 - 6) / 24)
    brings = level + words * (0.5 * plain[:, 0] + 0.3 * plain[:, 1] + meaning[:, 0]) + curve[hours]
    counts = rng.poisson(np.exp(brings + noise * rng.normal(size=many + new)))
    return Written(plain, meaning), hours, counts, curve


def part(written, begin, end):
    return Written(written.plain[begin:end], written.meaning[begin:end])


def taught(seed, many, **truth):
    """What is learned from the first posts, and the ranges of those that came after with what they truly had."""
    written, hours, counts, curve = simulated(seed, many, **truth)
    shape = Shape.of(part(written, 0, many))
    learned = learn(shape.rows(part(written, 0, many)), hours[:many], counts[:many])
    bases = learned.base(shape.rows(part(written, many, len(written))))
    ranges = [learned.range_of(float(base), int(hour)) for base, hour in zip(bases, hours[many:], strict=True)]
    return learned, ranges, counts[many:], curve


TRUTHS = [{}, {"words": 0, "time": 0}, {"words": 0}, {"time": 0}, {"level": 1.6}, {"noise": 0.3}, {"noise": 1.4}]


@pytest.mark.parametrize("truth", TRUTHS, ids=str)
@pytest.mark.parametrize("many", [40, 200])
def test_eight_in_ten_lie_in_the_range_and_the_middle_is_no_worse_than_the_average(truth, many):
    found = [taught(seed, many, **truth) for seed in range(6)]

    inside = np.mean(
        [one.low <= n <= one.high for _, some, counts, _ in found for one, n in zip(some, counts, strict=True)]
    )
    off = np.array(
        [[abs(np.log1p(told) - np.log1p(n)) for told in (one.middle, one.usual)]
         for _, some, counts, _ in found for one, n in zip(some, counts, strict=True)]
    )  # fmt: skip
    ours, naive = off.mean(axis=0)

    assert 0.7 <= inside <= 0.9
    assert ours <= naive + 0.05


def test_where_words_and_hours_matter_they_are_found_from_a_few_hundred_posts_on():
    found = [taught(seed, 400, words=1.0) for seed in range(6)]

    off = np.array(
        [[abs(np.log1p(told) - np.log1p(n)) for told in (one.middle, one.usual)]
         for _, some, counts, _ in found for one, n in zip(some, counts, strict=True)]
    )  # fmt: skip
    regret = np.mean([curve.max() - curve[learned.best(1)[0]] for learned, _, _, curve in found])

    assert off[:, 0].mean() < 0.9 * off[:, 1].mean()
    assert regret < 0.1


def test_where_nothing_matters_every_draft_is_told_to_do_as_usual():
    learned = [taught(seed, 200, words=0, time=0)[0] for seed in range(6)]

    claimed = [bool(np.any(one.weights)) or bool(np.ptp(one.times) > 1e-9) for one in learned]

    assert sum(claimed) <= 2


@pytest.mark.parametrize("counts", [np.zeros(60, int), np.full(60, 10_000_000), np.arange(60) % 2 * 1_000_000])
def test_posts_all_alike_or_absurd_give_ranges_that_can_be_shown(counts):
    rows, hours = np.zeros((60, 4)), np.arange(60) % WEEK

    learned = learn(rows, hours, counts)
    told = learned.range_of(float(learned.base(rows[:1])[0]), 9)

    assert 0 <= told.low <= told.high
    assert np.isfinite([told.middle, told.usual]).all()
    assert (told.low, told.high) == (counts[0], counts[0]) or counts[0] != counts[1]


def test_fewer_than_thirty_posts_are_too_few():
    with pytest.raises(ValueError, match=f"29 of {LEAST}"):
        learn(np.zeros((29, 3)), np.arange(29), np.ones(29, int))


def test_one_post_at_an_hour_hardly_moves_what_is_usual_there():
    hours, z = np.array([10] * 40 + [100]), np.array([1.0] * 40 + [6.0])

    found = usual(hours, z)

    assert found[100] < 2
    assert found[10] == pytest.approx(1.0, abs=0.05)


def test_what_is_kept_as_json_tells_the_same():
    learned, ranges, _, _ = taught(3, 120)

    again = Curve.read(learned.told())

    assert again.range_of(1.5, 9).middle == pytest.approx(learned.range_of(1.5, 9).middle, rel=1e-3)
    assert len(ranges) == 100


def test_the_better_of_two_is_told_by_a_chance_and_equals_are_even():
    left = np.linspace(-1, 1, 101)

    assert better(2.0, 2.0, left) == pytest.approx(0.5)
    assert better(2.5, 2.0, left) == pytest.approx(1 - better(2.0, 2.5, left))
    assert better(9.0, 2.0, left) == 1.0


def test_a_range_holds_whole_numbers_only_and_is_never_empty():
    assert Range.of(0.0, np.zeros(101), 0.0) == Range(0, 0.0, 0, 0.0)
    assert Range.of(-3.0, np.zeros(101), -1.0).low == 0
    assert Range.of(1.0, np.linspace(-0.01, 0.01, 101), 1.0).low == 2

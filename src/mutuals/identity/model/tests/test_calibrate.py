"""A probability that keeps its word."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.identity.model.calibrate import Calibration, _bins, error_above, from_told, learn

some = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=300)


def judged(number, truth, seed=5):
    """Pairs at random probabilities by the model, of which a share by `truth` are one person."""
    chance = random.Random(seed)
    told = [chance.random() for _ in range(number)]
    return [(probability, chance.random() < truth(probability)) for probability in told]


def test_without_judgements_nothing_is_changed():
    calibrated = learn([])

    assert calibrated == Calibration()
    assert [calibrated(x) for x in (0.0, 0.3, 1.0)] == [0.0, 0.3, 1.0]


@pytest.mark.parametrize(
    "pairs", [judged(39, lambda p: p), [(0.9, True)] * 500, [(0.9, True)] * 500 + [(0.1, False)] * 4]
)
def test_too_few_judgements_or_of_one_kind_alone_teach_nothing(pairs):
    assert learn(pairs) == Calibration()


def test_a_model_that_is_too_sure_is_corrected():
    calibrated = learn(judged(5_000, lambda p: p**2))

    assert [calibrated(x) for x in (0.3, 0.5, 0.7, 0.9)] == pytest.approx([0.09, 0.25, 0.49, 0.81], abs=0.08)


def test_a_model_that_is_right_is_hardly_changed():
    calibrated = learn(judged(5_000, lambda p: p))

    assert [calibrated(x) for x in (0.1, 0.5, 0.9)] == pytest.approx([0.1, 0.5, 0.9], abs=0.06)


def test_beyond_what_was_judged_the_nearest_correction_goes_on():
    pairs = [(0.9, number % 2 == 0) for number in range(200)]

    calibrated = learn(pairs)

    assert calibrated(0.9) == pytest.approx(0.5, abs=0.02)
    assert 0.5 < calibrated(0.99) < 0.99
    assert calibrated(1 - 1e-12) > 0.999999


@given(some)
def test_what_the_model_holds_more_probable_stays_more_probable(pairs):
    calibrated = learn(pairs)

    shown = [calibrated(step / 200) for step in range(201)]

    assert shown == sorted(shown)
    assert all(0 <= x <= 1 for x in shown)


@given(some, st.randoms(use_true_random=False))
def test_the_order_of_judgements_does_not_matter(pairs, chance):
    assert learn(pairs) == learn(chance.sample(pairs, len(pairs)))


def test_the_last_judgements_that_fill_no_bin_go_with_the_ones_before_and_none_is_lost():
    judged = [(float(place), place % 3 > 0) for place in range(69)]

    bins = _bins(judged)

    assert [one for part in bins for one in part] == judged
    assert [len(part) for part in bins] == [20, 20, 29]


@given(some)
def test_it_comes_back_from_the_model_file_as_it_went_in(pairs):
    calibrated = learn(pairs)

    assert from_told(json.loads(json.dumps(calibrated.told()))) == calibrated


def test_a_file_whose_calibration_falls_is_refused():
    with pytest.raises(ValueError):
        from_told({"knots": [[0, 1], [1, 0]], "judged": 50})


def test_the_error_of_accepting_is_wide_without_judgements_and_narrow_with_them():
    pairs = [0.995] * 300

    blind = error_above(0.99, pairs, [])
    seen = error_above(0.99, pairs, [(0.995, True)] * 995 + [(0.995, False)] * 5)

    assert (blind.pairs, blind.judged) == (300, 0)
    assert blind.low == pytest.approx(0, abs=0.01)
    assert blind.high > 0.5
    assert seen.judged == 1_000
    assert seen.low < 0.005 < seen.high < 0.02


def test_judgements_below_the_threshold_say_nothing_of_what_is_above():
    found = error_above(0.9, [0.95, 0.2], [(0.5, False)] * 100)

    assert (found.pairs, found.judged) == (1, 0)


def test_of_no_pairs_the_error_is_what_the_threshold_lets_through():
    found = error_above(0.9, [], [])

    assert found.pairs == 0
    assert found.share == pytest.approx(0.1)

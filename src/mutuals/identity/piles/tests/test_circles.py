"""What strangers of a circle have in common, on pairs made up: no file and no engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mutuals.identity.model.comparisons import Comparison, Level
from mutuals.identity.model.file import Model
from mutuals.identity.piles import circles
from mutuals.identity.piles.circles import Expected, Pairs

SAME, DIFFERS, UNKNOWN = 0, 1, -1
NAMES = ("given", "family", "phone", "city", "email")
STRANGERS = (0.01, 0.005, 0.001, 0.1, 0.001)
PRIOR = 1e-4


def comparison(name, u):
    level = Level("same", ("equal", name), m=0.9, u=u)
    family = "name" if name in ("given", "family") else name
    return Comparison(name, ("missing", name), (level,), family, Level("differs", ("otherwise",), m=0.1, u=1 - u))


MODEL = Model("dedupe", (), tuple(map(comparison, NAMES, STRANGERS)), prior=PRIOR, seed=7, pool=(1_000,))


def weighed(*kinds, persons=100.0, model=MODEL):
    """The bits of each kind of pair before and after; a kind is how many there are, and their levels."""
    levels = np.array([shown for times, shown in kinds for _ in range(times)], np.int8)
    weights = [
        np.append(np.log2([level.m / level.u for level in (*one.levels, one.otherwise)]), 0.0)
        for one in model.comparisons
    ]
    bits = np.log2(PRIOR) + sum(one[levels[:, place]] for place, one in enumerate(weights))
    number = np.arange(len(levels))
    pairs = Pairs(number, number + 1, bits, levels, np.empty((len(levels), 0), np.float16), {})
    after = circles.among(model, pairs, Expected(persons, dict.fromkeys(NAMES, 1.0)))
    starts = np.cumsum([0, *(times for times, _ in kinds)])[:-1]
    return bits[starts], after[starts]


def test_namesakes_of_one_town_stay_apart_where_the_file_shows_that_there_are_such():
    one = (80, (SAME, SAME, SAME, SAME, SAME))
    namesakes = (500, (SAME, SAME, DIFFERS, SAME, DIFFERS))
    unknown = (50, (SAME, SAME, UNKNOWN, SAME, UNKNOWN))

    before, after = weighed(one, namesakes, unknown)

    assert before[2] > 0 > after[2]
    assert after[0] > 0 > after[1]


def test_those_who_live_together_stay_apart_however_much_they_share():
    one = (80, (SAME, SAME, SAME, SAME, SAME))
    home = (500, (DIFFERS, SAME, SAME, SAME, UNKNOWN))

    before, after = weighed(one, home)

    assert before[1] > 0 > after[1]
    assert after[0] > 0


def test_a_file_of_one_person_s_records_is_left_as_it_is():
    one = (200, (SAME, SAME, SAME, SAME, SAME))

    before, after = weighed(one, persons=200.0)

    assert after[0] == before[0]


def test_a_twin_shares_all_but_the_given_name():
    one = (200, (SAME, SAME, SAME, SAME, SAME))
    twin = (8, (DIFFERS, SAME, SAME, SAME, DIFFERS))

    before, after = weighed(one, twin, persons=200.0)

    assert before[1] > 0 > after[1]


def test_an_address_that_two_of_one_name_share_counts_though_many_alike_are_strangers():
    alike = comparison("email", 0.001)
    near = Level("alike", ("equal", "box"), m=0.3, u=0.001)
    model = replace(MODEL, comparisons=(*MODEL.comparisons[:4], replace(alike, levels=(*alike.levels, near))))
    one = (60, (SAME, SAME, UNKNOWN, UNKNOWN, SAME))
    strangers = (600, (SAME, SAME, UNKNOWN, DIFFERS, 1))

    before, after = weighed(one, strangers, model=model)

    assert before[1] > 0 > after[1]
    assert after[0] > 4


def test_no_pair_ever_says_more_than_before():
    chance = np.random.default_rng(3)
    kinds = [(int(chance.integers(1, 40)), tuple(chance.integers(-1, 2, 5))) for _ in range(60)]

    before, after = weighed(*kinds)

    assert (after <= before).all()


def test_where_fathers_and_sons_of_one_name_live_together_a_pair_without_dates_says_no_more():
    names = ("given", "family", "phone", "city", "born")
    model = replace(MODEL, comparisons=tuple(map(comparison, names, STRANGERS)))
    one = (60, (SAME, SAME, SAME, SAME, SAME))
    juniors = (40, (SAME, SAME, SAME, SAME, DIFFERS))
    undated = (30, (SAME, SAME, SAME, SAME, UNKNOWN))
    elsewhere = (200, (SAME, DIFFERS, UNKNOWN, SAME, SAME))

    before, after = weighed(one, juniors, undated, elsewhere, model=model)

    assert before[2] > 10
    assert after[2] < 2
    assert after[0] > 10 > 2 > after[1]


def test_no_pairs_are_no_trouble():
    nothing = np.empty(0, np.int64)
    pairs = Pairs(nothing, nothing, np.empty(0), np.empty((0, 5), np.int8), np.empty((0, 0), np.float16), {})

    assert len(circles.among(MODEL, pairs, Expected(1.0, {}))) == 0


def test_levels_are_read_from_weights_and_nothing_known_is_none():
    one = MODEL.comparisons[0]

    found = circles.levels(one, np.log2([0.9 / 0.01, 0.1 / 0.99, 1.0]))

    assert found.tolist() == [SAME, DIFFERS, UNKNOWN]

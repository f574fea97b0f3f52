"""What stands behind a shared number is learned from the pool, and both engines weigh it alike."""

from __future__ import annotations

import json
import random

import pyarrow
import pytest

from mutuals.identity.model import batch, behind, file, score, social
from mutuals.identity.model.arrow import table_of
from mutuals.identity.model.card import Card, Column, row_of
from mutuals.identity.model.comparisons import Comparison, Level, predicate

MANY = 400


def household(number):
    """Three of one number: their mailboxes end in a, b and c, their handles in nothing, 1 and 2."""
    return [(f"{number}{letter}", f"{number}{digit}") for letter, digit in zip("abc", ("", "1", "2"), strict=True)]


def met(*, told=True):
    """Presences and persons of many households. Of one person much is alike beside the number, if it is `told`."""
    pairs = []
    for number in range(100, 100 + MANY // 3):
        held = household(number)
        for place, (_, handle) in enumerate(held):
            for other, (mail, _) in enumerate(held):
                presence = row(handles=(("mastodon", f"kettle{handle}"),))
                code = behind.code(presence, row(emails=(f"otter{mail}@tea.example",)))
                same = place == other and told
                pairs.append(behind.Met(3 * number + place, code, 16.0 if same else 9.0, 9.0))
    return pairs


def row(**told):
    return row_of(Card("1", **told), social.READINGS)


def bits(habit, one, other):
    levels = {level.name: score.weight(level) for level in habit.comparison.levels}
    return levels.get(f"{one} and {other}", 0.0)


def test_who_numbers_themselves_how_is_learned_without_labels():
    habit = behind.learn(met(), 1_000)

    assert habit.ones == pytest.approx(MANY - 1, rel=0.2)
    assert bits(habit, "handle", "mail a") > 2
    assert bits(habit, "handle 1", "mail b") > 2
    assert bits(habit, "handle 1", "mail a") < -2
    assert all(abs(score.weight(level)) <= behind.MOST_BITS + 1e-9 for level in habit.comparison.levels)


@pytest.mark.parametrize("pairs", [[], met()[:60], met(told=False)])
def test_too_few_pairs_or_pairs_that_nothing_tells_apart_teach_nothing(pairs):
    habit = behind.learn(pairs, 1_000)

    assert habit is None


def test_the_order_of_pairs_does_not_matter():
    pairs = met()
    turned = random.Random(3).sample(pairs, len(pairs))

    first, second = behind.learn(pairs, 1_000), behind.learn(turned, 1_000)

    assert first == second


def test_the_longest_number_that_both_have_counts_and_no_other_does():
    one = row(handles=(("mastodon", "otter4217"), ("bluesky", "kettle99")))

    found = behind.code(one, row(emails=("a.kettle421b@tea.example", "otters.of99x@tea.example")))
    other = behind.code(one, row(emails=("a.kettle555b@tea.example",)))

    assert found == (" handle 7", " mail b")
    assert other is None


def test_both_engines_weigh_what_stands_behind_numbers_alike():
    rng = random.Random(5)
    ends = ("", "a", "b", "7", "'x", "ab")
    rows = [
        row(handles=(("mastodon", f"kettle{rng.randrange(100, 104)}{rng.choice(ends)}"),),
            emails=(f"otters{rng.randrange(100, 104)}{rng.choice(ends)}@tea.example",) if rng.random() < 0.7 else ())
        for _ in range(150)
    ]  # fmt: skip
    model = behind.with_habit(social.day_one(), behind.learn(met(), 1_000).comparison)
    model = file.from_told(json.loads(file.told(model)))
    scorer = score.Scorer(model)
    frequent = sorted({level.tf for each in model.comparisons for level in each.levels if level.tf})
    columns = [*model.columns, *(Column(f"tf_{name}", "number") for name in frequent)]
    pairs = [(i, j) for i in range(len(rows)) for j in range(i)]
    left, right = zip(*pairs, strict=True)

    table = table_of(range(len(rows)), rows, columns)
    told = pyarrow.table({"left": left, "right": right})
    (found,) = batch.scored(model, table, told, weights=True, bounds=batch.Bounds(threads=1))

    seen = set()
    for pair in found.to_pylist():
        mine = scorer.score(rows[pair["left"]], rows[pair["right"]])
        held = next((one for one in mine.evidence if one.comparison == behind.NAME), None)
        seen.add(held.level if held else "missing")
        assert abs((held.bits if held else 0.0) - pair[f"mw_{behind.NAME}"]) < 1e-6
    assert {"missing", "seldom", "handle and mail a", "handle 7 and mail a"} - seen <= {"handle 7 and mail a"}
    assert len(seen) >= 4


def test_a_value_that_is_the_end_alone_begins_with_nothing():
    holds = predicate(("parted", "behind", " mail a", " handle "))

    both = holds({"behind": ("84 mail a", "9")}, {"behind": ("84 handle ", "x")})
    turned = holds({"behind": ("84 handle ",)}, {"behind": ("84 mail a",)})
    none = holds({"behind": ("84 mail a",)}, {"behind": ("85 handle ",)})

    assert (both, turned, none) == (True, True, False)
    assert not holds({"behind": None}, {"behind": ("84 mail a",)})


def test_a_model_keeps_one_habit():
    level = Level("x", ("parted", behind.NAME, " a", " b"), m=0.5, u=0.5)
    habit = Comparison(behind.NAME, ("missing", behind.NAME), (level,))

    twice = behind.with_habit(behind.with_habit(social.day_one(), habit), habit)
    without = behind.with_habit(twice, None)

    assert [one.name for one in twice.comparisons].count(behind.NAME) == 1
    assert behind.habit_of(twice) == habit
    assert without == social.day_one()

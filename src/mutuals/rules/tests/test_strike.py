"""Rules of the clock: a day whose first hour nobody worked in is not lost."""

from datetime import timedelta

import pytest

import cast
from mutuals.people.models import Person
from mutuals.rules import keep, watch
from mutuals.rules.models import Firing
from mutuals.rules.tests.test_judge import running

DAILY = {
    "when": "clock", "every": "day", "again": 1, "if": ["orders:over:2"], "then": [{"open_case": {"title": "Call"}}],
}  # fmt: skip
TEN = cast.NOW.replace(hour=10, minute=5)


@pytest.fixture
def us(db):
    us = cast.staff()
    bea = cast.person("Bea", by=us.ada)
    Person.objects.filter(pk=bea.pk).update(order_count=3)
    return us


def test_a_worker_that_was_away_at_midnight_makes_up_for_it_once(us):
    running(DAILY, by=us.lea, now=TEN)

    same_day = watch.strike(TEN + timedelta(hours=1))
    back_at_nine = watch.strike(TEN + timedelta(hours=23))
    later = [watch.strike(TEN + timedelta(hours=23 + hours)) for hours in (1, 2, 3)]

    assert (same_day, back_at_nine, later) == (0, 1, [0, 0, 0])


def test_days_that_were_missed_whole_are_judged_once(us):
    running(DAILY, by=us.lea, now=TEN)

    fired = [watch.strike(TEN + timedelta(days=5, hours=hours)) for hours in (0, 1)]

    assert fired == [1, 0]


def test_each_day_has_its_turn_though_the_hour_moves(us):
    running(DAILY, by=us.lea, now=TEN)

    fired = [watch.strike(TEN + timedelta(days=day, hours=-hour)) for day, hour in ((1, 10), (2, 9), (3, 1))]

    assert fired == [1, 1, 1]


def test_what_is_turned_off_and_on_again_has_not_missed_the_days_between(us):
    rule = running(DAILY, by=us.lea, now=TEN)
    keep.switch(rule, is_on=False, by=us.lea, now=TEN)

    keep.switch(rule, is_on=True, by=us.lea, now=TEN + timedelta(days=3))

    assert watch.strike(TEN + timedelta(days=3, hours=1)) == 0
    assert Firing.objects.count() == 0

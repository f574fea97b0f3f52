"""Days as the viewer lives them, and conditions in words: sentences, chips, one word of an address, "me"."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.base.filters import (
    All,
    Condition,
    Test,
    check,
    chips,
    from_json,
    predicate,
    read,
    register,
    said,
    to_json,
    unchip,
    write,
)
from mutuals.people.tests.test_filters import CONDITIONS, FIRM, ORDER, TOWN, _depth, _plain


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Europe/Lisbon", datetime(2026, 3, 29, 9, tzinfo=UTC)),
        ("Europe/Lisbon", datetime(2026, 10, 25, 9, tzinfo=UTC)),  # this day has 25 hours
        ("America/Santiago", datetime(2026, 9, 6, 4, 30, tzinfo=UTC)),  # this one begins at one o'clock
        ("Pacific/Kiritimati", datetime(2026, 1, 1, 9, 59, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2028, 2, 29, 18, 29, tzinfo=UTC)),
    ],
)
@settings(max_examples=60, deadline=None)
@given(minutes=st.integers(-400 * 1440, 400 * 1440) | st.integers(-3 * 1440, 3 * 1440))
def test_moments_fall_into_the_days_weeks_and_months_that_the_viewer_lives_in(
    zone: str, now: datetime, minutes: int
) -> None:
    moment, here = now + timedelta(minutes=minutes), ZoneInfo(zone)
    day, today = moment.astimezone(here).date(), now.astimezone(here).date()
    away = (day - today).days
    quarter = (day.year * 4 + (day.month - 1) // 3) - (today.year * 4 + (today.month - 1) // 3)
    month = (day.year * 12 + day.month) - (today.year * 12 + today.month)
    week = ((day - timedelta(day.weekday())) - (today - timedelta(today.weekday()))).days // 7
    meant = {
        ("on", "today"): away == 0, ("on", "yesterday"): away == -1, ("on", "tomorrow"): away == 1,
        ("before", "today"): away < 0, ("after", "tomorrow"): away > 1,
        ("last", "10"): -10 <= away <= 0, ("last", "2 weeks"): -14 <= away <= 0, ("older", "10 days"): away < -10,
        ("next", 10): 0 <= away <= 10, ("later", "1w"): away > 7,
        ("this", "day"): away == 0, ("previous", "day"): away == -1, ("coming", "week"): week == 1,
        ("this", "week"): week == 0, ("previous", "week"): week == -1, ("this", "month"): month == 0,
        ("previous", "month"): month == -1, ("coming", "month"): month == 1, ("this", "quarter"): quarter == 0,
        ("previous", "quarter"): quarter == -1, ("this", "year"): day.year == today.year,
        ("previous", "year"): day.year == today.year - 1, ("coming", "year"): day.year == today.year + 1,
    }  # fmt: skip

    for (op, value), wanted in meant.items():
        holds = predicate(check(Test("last", op, value), TOWN, viewer=None), TOWN, zone=here, now=now)
        assert holds({"last": moment}) is wanted, (op, value, moment)


def test_a_month_before_its_last_day_is_the_last_of_the_one_before() -> None:
    at = datetime(2027, 3, 31, 12, tzinfo=UTC)
    holds = predicate(check(Test("birthday", "last", "1m"), TOWN, viewer=None), TOWN, zone=ZoneInfo("UTC"), now=at)

    assert [holds({"birthday": date(2027, 2, day)}) for day in (27, 28)] == [False, True]


@given(condition=CONDITIONS)
def test_a_condition_is_told_in_words_and_comes_back_from_its_chips_and_its_one_word(condition: Condition) -> None:
    register(TOWN)
    register(FIRM)
    register(ORDER)
    shown, words = chips(condition, TOWN), said(condition, TOWN)

    assert to_json(unchip(shown)) == to_json(condition if isinstance(condition, All) else All((condition,)))
    assert bool(words) is (condition != All())
    plain = from_json(_plain(to_json(condition))) if _depth(to_json(condition)) <= 4 else All()
    assert to_json(read(write(plain))) in (to_json(plain), to_json(All((plain,))))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("last:last:3w;city:in:Porto|Faro", "last contact is in the last 3 weeks, and town is one of Porto or Faro"),
        ("last:this:week;birthday:on:today", "last contact is in this week, and birthday is today"),
        ("last:previous:day;last:older:1", "last contact is yesterday, and last contact is more than 1 day ago"),
        ("orders:atleast:3;tags:notin:a|b", "orders is at least 3, and tags has none of a or b"),
        ("buys:atleast:3", "has at least 3 orders"),
        ("buys:any;firms:none", "has an order, and has no organisation"),
        (
            '{"field":"buys","op":"atleast","amount":500,"of":"worth","value":{"any":["worth:over:9","number:empty"]}}',
            "has orders whose worth is at least 500 in sum where (worth is above 9, or number is empty)",
        ),
        (
            '{"not":{"field":"firms","op":"any","value":"place:is:Porto"}}'.replace(
                '"place:is:Porto"', '{"field":"place","op":"is","value":"Porto"}'
            ),
            "not (has an organisation where town is Porto)",
        ),
    ],
)
def test_a_condition_reads_as_it_is_meant(told: str, words: str) -> None:
    for one in (TOWN, FIRM, ORDER):
        register(one)

    assert said(read(told), TOWN) == words
    check(read(told), TOWN, viewer=None)


def test_chips_stand_in_one_another_and_hide_what_a_viewer_does_not_see() -> None:
    for one in (TOWN, FIRM, ORDER):
        register(one)
    told = from_json({"all": [
        {"field": "firms", "op": "atleast", "amount": 2, "value": {"any": ["place:is:Porto", "seats:over:3"]}},
        "email:is:bea@kettle.example",
    ]})  # fmt: skip

    group, secret = chips(told, TOWN, viewer="cleo")

    assert str(group) == "Has at least 2 organisations where"
    assert [str(one) for one in group.inner[0].inner] == ["Town is Porto", "Seats is above 3"]
    assert "bea" not in f"{secret}{said(told, TOWN, viewer='cleo')}"
    assert str(chips(told, TOWN, viewer="ada")[1]) == "Email is bea@kettle.example"


def test_me_and_mine_are_whoever_looks() -> None:
    asked = read("owner:is:me;owner:isnot:mine;owner:in:me|9")

    mine, others, some = check(asked, TOWN, viewer="ada").parts
    nobody = check(asked, TOWN, viewer="cleo").parts[0]

    assert (mine.op, mine.value, others.op, some.value) == ("in", (7,), "notin", (7, 9))
    assert (nobody.op, nobody.value) == ("in", ())

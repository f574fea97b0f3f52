"""Limits by calendars, against a slow oracle that walks minute by minute and looks at the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.base.calendars import Calendar, Holiday, Window, day_of, due, explain, length, spent
from mutuals.base.refusals import Refusal

MINUTE = timedelta(minutes=1)
OFFICE = tuple(Window(day, *hours) for day in range(5) for hours in ((time(9), time(13)), (time(14), time(18))))
NIGHTS = tuple(Window(day, time(22), time(6)) for day in range(7))
LISBON = Calendar("Lisbon", "Europe/Lisbon", OFFICE)
LONDON_NIGHTS = Calendar("Nights", "Europe/London", NIGHTS)


def utc(*told: int) -> datetime:
    return datetime(*told, tzinfo=UTC)


def oracle(start: datetime, end: datetime, calendar: Calendar) -> set[datetime]:
    """The minutes that count: the wall clock is read at each, and the furthest reading so far decides what is open."""
    zone, holidays = ZoneInfo(calendar.zone), {one.on_day: one for one in calendar.holidays}
    now, furthest = start - timedelta(days=4), datetime.min  # noqa: DTZ901 - a reading of a wall clock
    of_day: dict[date, list[datetime]] = {}
    while now < end + timedelta(days=4):
        furthest = max(furthest, now.astimezone(zone).replace(tzinfo=None))
        for back in (0, 1):
            day = furthest.date() - timedelta(days=back)
            holiday = holidays.get(day)
            told = [(one.starts, one.ends) for one in calendar.windows if one.weekday == day.weekday()]
            if holiday and not holiday.is_half:
                told = list(holiday.windows)
            for opens, closes in told:
                until = datetime.combine(day if closes > opens else day + timedelta(days=1), closes)
                if datetime.combine(day, opens) <= furthest < until:
                    of_day.setdefault(day, []).append(now)
        now += MINUTE
    found: set[datetime] = set()
    for day, minutes in of_day.items():
        mine = sorted(set(minutes))
        is_half = day in holidays and holidays[day].is_half
        found |= set(mine[: len(mine) // 2] if is_half else mine)
    return {one for one in found if start <= one < end}


def test_a_limit_goes_over_lunch_the_night_and_the_weekend():
    friday = utc(2026, 11, 20, 12, 30)  # Lisbon is at UTC in winter

    assert due(friday, 4 * 60, LISBON) == utc(2026, 11, 20, 17, 30)
    assert due(friday, 5 * 60, LISBON) == utc(2026, 11, 23, 9, 30)
    assert spent(friday, utc(2026, 11, 23, 9, 30), LISBON) == timedelta(hours=5)
    assert due(friday, 0, LISBON) == friday


def test_a_night_is_seven_hours_long_when_clocks_go_forward_and_nine_when_they_go_back():
    forward, back = utc(2026, 3, 28, 12), utc(2026, 10, 24, 12)

    assert spent(forward, forward + timedelta(days=1), LONDON_NIGHTS) == timedelta(hours=7)
    assert spent(back, back + timedelta(days=1), LONDON_NIGHTS) == timedelta(hours=9)
    assert due(forward, 7 * 60, LONDON_NIGHTS) == utc(2026, 3, 29, 5)  # 06:00 in summer time
    assert due(back, 9 * 60, LONDON_NIGHTS) == utc(2026, 10, 25, 6)


def test_an_hour_that_the_clock_skips_is_no_time_and_one_that_comes_twice_is_two():
    skipped = Calendar("Skipped", "Europe/Berlin", (Window(6, time(2, 30), time(3, 15)),))
    twice = Calendar("Twice", "Europe/Berlin", (Window(6, time(2), time(3)),))

    assert day_of(skipped, date(2026, 3, 29)) == [(utc(2026, 3, 29, 1), utc(2026, 3, 29, 1, 15))]
    assert day_of(twice, date(2026, 10, 25)) == [(utc(2026, 10, 25, 0), utc(2026, 10, 25, 2))]
    assert day_of(twice, date(2026, 3, 29)) == []


def test_a_day_that_a_country_left_out_has_no_hours():
    apia = Calendar("Apia", "Pacific/Apia", tuple(Window(day, time(9), time(17)) for day in range(7)))

    assert day_of(apia, date(2011, 12, 30)) == []
    assert spent(utc(2011, 12, 29, 19), utc(2011, 12, 31, 19), apia) == timedelta(hours=16)  # the 29th and the 31st


def test_a_leap_day_is_worked_and_counts():
    friday = utc(2028, 2, 25, 17)

    assert due(friday, 9 * 60, LISBON) == utc(2028, 2, 28, 18)
    assert due(friday, (1 + 8 + 8) * 60, LISBON) == utc(2028, 2, 29, 18)


def test_holidays_close_halve_or_change_their_day_and_leave_the_night_before():
    told = (
        Holiday(date(2026, 12, 24), "Christmas Eve", is_half=True),
        Holiday(date(2026, 12, 25), "Christmas"),
        Holiday(date(2026, 12, 31), "New Year's Eve", windows=((time(10), time(12)),)),
    )
    office, nights = Calendar("Office", "UTC", OFFICE, told), Calendar("Nights", "UTC", NIGHTS, told)

    assert day_of(office, date(2026, 12, 24)) == [(utc(2026, 12, 24, 9), utc(2026, 12, 24, 13))]
    assert day_of(office, date(2026, 12, 25)) == []
    assert day_of(office, date(2026, 12, 31)) == [(utc(2026, 12, 31, 10), utc(2026, 12, 31, 12))]
    assert spent(utc(2026, 12, 25), utc(2026, 12, 26), nights) == timedelta(hours=2)  # of half the night before
    assert due(utc(2026, 12, 24, 12), 2 * 60, office) == utc(2026, 12, 28, 10)


def test_windows_that_overlap_count_once():
    told = Calendar(
        "Twice", "UTC", (Window(0, time(9), time(12)), Window(0, time(11), time(14)), Window(6, time(20), time(10)))
    )

    assert spent(utc(2026, 11, 23), utc(2026, 11, 24), told) == timedelta(hours=14)


def test_a_calendar_in_which_nobody_works_is_refused():
    empty = Calendar("Nobody", "UTC", ())
    closed = Calendar("Closed", "UTC", (Window(0, time(9), time(10)),))

    with pytest.raises(Refusal, match="no hours"):
        due(utc(2026, 1, 1), 5, empty)
    with pytest.raises(Refusal, match="no hours"):
        spent(utc(2026, 1, 1), utc(2026, 1, 2), empty)
    with pytest.raises(Refusal, match="ten years"):
        due(utc(2026, 1, 1), 366 * 24 * 60, closed)
    with pytest.raises(Refusal, match="not less"):
        due(utc(2026, 1, 1), -1, closed)


def test_an_explanation_names_the_hours_each_day_and_what_it_gave():
    told = Calendar("Support", "Europe/Lisbon", OFFICE, (Holiday(date(2026, 10, 26), "Bridge day"),))

    found = explain(utc(2026, 10, 23, 15), 6 * 60, told)  # Friday 16:00 in summer time

    assert found.over == due(utc(2026, 10, 23, 15), 6 * 60, told) == utc(2026, 10, 27, 13)
    assert "Monday to Friday 09:00–13:00, 14:00–18:00" in found.words[1]
    assert "Friday, 23 October 2026, 16:00" in found.words[2]
    assert "Tuesday, 27 October 2026, 13:00" in found.words[2]
    assert [(one.day.day, one.words, length(one.counted)) for one in found.rows] == [
        (23, "", "2 h"),
        (24, "closed", "0 min"),
        (25, "clocks go back by 1 h", "0 min"),
        (26, "Bridge day (holiday)", "0 min"),
        (27, "", "4 h"),
    ]
    assert found.rows[-1].so_far == timedelta(hours=6)


def test_seconds_are_said_where_there_are_any():
    found = explain(utc(2026, 11, 23, 12, 40, 36), 60, LISBON)

    assert [length(one.counted) for one in found.rows] == ["19 min 24 s", "40 min 36 s"]
    assert "12:40:36 are over on Monday, 23 November 2026, 14:40:36." in found.words[2]
    assert length(timedelta()) == "0 min"


def test_a_long_explanation_is_cut_in_the_middle_and_says_by_how_much():
    found = explain(utc(2026, 1, 1), 1_000 * 60, LISBON)

    assert len(found.rows) + found.left_out > 120 == len(found.rows)
    assert found.rows[-1].so_far == timedelta(hours=1_000)


clocks = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
windows = st.builds(Window, st.integers(0, 6), clocks, clocks)
changes = st.sampled_from(
    [("Europe/Lisbon", date(2026, 3, 29)), ("Europe/Lisbon", date(2026, 10, 25)), ("Europe/Berlin", date(2028, 2, 29)),
     ("America/New_York", date(2026, 3, 8)), ("America/New_York", date(2026, 11, 1)), ("Australia/Lord_Howe", date(2026, 4, 5)),
     ("Australia/Lord_Howe", date(2026, 10, 4)), ("Africa/Cairo", date(2026, 4, 24)), ("Asia/Kathmandu", date(2026, 5, 1))]
)  # fmt: skip


@st.composite
def asked(draw):
    """A calendar with a change of clocks or a leap day near, and a moment of some minute near it."""
    zone, around = draw(changes)
    holidays = st.builds(
        Holiday,
        st.integers(-3, 3).map(lambda days: around + timedelta(days=days)),
        st.just("Day"),
        st.booleans(),
        st.lists(st.tuples(clocks, clocks), max_size=2).map(tuple),
    )
    calendar = Calendar(
        "Drawn",
        zone,
        tuple(draw(st.lists(windows, min_size=1, max_size=6))),
        tuple({one.on_day: one for one in draw(st.lists(holidays, max_size=3))}.values()),
    )
    start = datetime.combine(around, time(0), UTC) + timedelta(minutes=draw(st.integers(-2_880, 2_880)))
    return calendar, start


@settings(max_examples=40, deadline=None)
@given(asked(), st.integers(0, 4_320))
def test_what_is_spent_is_what_a_walk_by_the_minute_counts(told, minutes):
    calendar, start = told
    end = start + timedelta(minutes=minutes)

    assert spent(start, end, calendar) == len(oracle(start, end, calendar)) * MINUTE


@settings(max_examples=150, deadline=None)
@given(asked(), st.integers(1, 4_000))
def test_due_and_spent_are_inverse_and_due_is_the_first_such_moment(told, minutes):
    calendar, start = told

    over = due(start, minutes, calendar)

    assert spent(start, over, calendar) == timedelta(minutes=minutes)
    assert spent(start, over - MINUTE, calendar) == timedelta(minutes=minutes - 1)


@settings(max_examples=150, deadline=None)
@given(asked(), st.integers(0, 20_000), st.integers(0, 20_000))
def test_spent_adds_up_and_never_exceeds_the_time_between(told, first, second):
    calendar, start = told
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)

    assert spent(start, middle, calendar) + spent(middle, end, calendar) == spent(start, end, calendar) <= end - start


@settings(max_examples=100, deadline=None)
@given(asked(), st.integers(1, 5_000))
def test_the_rows_of_an_explanation_add_up_to_the_limit(told, minutes):
    calendar, start = told

    found = explain(start, minutes, calendar)

    assert found.over == due(start, minutes, calendar)
    if not found.left_out:
        assert sum((one.counted for one in found.rows), timedelta()) == timedelta(minutes=minutes)

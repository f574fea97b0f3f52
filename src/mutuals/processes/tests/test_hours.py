"""Processes that count by a calendar of the house: read, checked, due, explained, and followed when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

import cast
from mutuals.base.calendars import Holiday
from mutuals.base.refusals import Refusal
from mutuals.processes import calendars as follows
from mutuals.processes import hours, keep, kinds, run, steps, text
from mutuals.processes.hours import Week, read_limit, read_week
from mutuals.processes.models import Item, Passage
from mutuals.staff import calendars

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 20, 16, tzinfo=UTC)
TEXT = """hours: {hours}
steps:
- step: ask
  limit: {limit}
  next: done
- {{step: done, end: done}}
"""


@pytest.fixture
def us() -> Iterator[cast.Staff]:
    kinds.about(
        "visit", label="Visit", keys=("person",), read=lambda keys: {key: {} for key in keys}, shown=lambda keys: {}
    )
    yield cast.staff()
    kinds.forget("visit")


def support(us, *, name: str = "Support", end: int = 18):
    return calendars.put(
        name, "UTC", {day: [(time(9), time(13)), (time(14), time(end))] for day in range(5)}, by=us.aron
    )


def process(us, told: str = "Support", limit: str = "5 working hours", name: str = "Visits"):
    body = text.read(TEXT.format(hours=told, limit=limit)).plain
    return keep.publish(keep.draft(body, by=us.lea, now=FRIDAY, name=name, kind="visit"), by=us.lea, now=FRIDAY)


def begun(us, version) -> Item:
    bea = cast.person(by=us.ada)
    return run.start(f"person:{bea.pk}", version.process, by=us.ada, now=FRIDAY)


@pytest.mark.parametrize("told", ["Support", "{calendar: Support}", "{calendar: Support, day: 7.5}"])
def test_a_calendar_is_named_alone_or_with_the_length_of_a_day(told):
    body = text.read(TEXT.format(hours=told, limit="2 working days")).plain
    shape = text.read(text.write(body))

    assert shape.plain == body
    assert shape.week.calendar == "Support"
    assert shape.steps[0].limit.seconds == (15 if "7.5" in told else 16) * 3_600


@pytest.mark.parametrize("told", ["{calendar: }", "{calendar: A, zone: UTC}", "{calendar: A, day: 0}", "{calendar: A, day: 25}",
                                  "{calendar: A, day: yes}", "{calendar: A, day: 7.333}", "[A]", "x" * 61])  # fmt: skip
def test_hours_that_name_no_calendar_are_refused_by_their_line(told):
    with pytest.raises(Refusal, match="Line 1"):
        text.read(TEXT.format(hours=told, limit="1 hour"))


def test_versions_with_one_window_count_as_before():
    week = read_week({"zone": "Europe/Lisbon", "from": "09:00", "to": "17:00"})
    limit = read_limit("2 working hours", week)

    assert week == Week("Europe/Lisbon")
    assert hours.due(FRIDAY, limit, week) == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert "Monday to Friday 09:00–17:00" in hours.explain(FRIDAY, limit, week).words[1]


def test_a_version_that_names_a_calendar_that_is_not_there_is_not_published(us):
    with pytest.raises(Refusal, match="There is no calendar “Support”"):
        process(us)


def test_what_runs_is_due_spent_and_explained_by_the_calendar(us):
    support(us)
    item = begun(us, process(us))

    monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert item.due_at == monday
    told = steps.shape_of(item.version)
    assert hours.explain(item.entered_at, told.steps[0].limit, told.week).over == monday
    run.move(item, to="done", by=us.ada, now=monday + timedelta(minutes=1))
    last = Passage.objects.order_by("pk").last()
    assert (last.seconds, last.in_time) == (5 * 3_600 + 60, False)


def test_days_are_said_in_hours_when_a_limit_is_explained(us):
    support(us)
    version = process(us, "{calendar: Support, day: 7.5}", "2 working days")
    told = steps.shape_of(version)

    found = hours.explain(FRIDAY, told.steps[0].limit, told.week)

    assert "One working day is 7 h 30 min here, so 2 working days are 15 h." in found.words
    assert hours.explain(FRIDAY, read_limit("2 days", told.week), told.week).rows == ()


def test_limits_of_what_runs_follow_the_calendar(us):
    row = support(us)
    item = begun(us, process(us))
    Item.objects.filter(pk=item.pk).update(told_at=FRIDAY)

    calendars.put_holidays(row, [Holiday(date(2026, 11, 23), "Bridge day")], by=us.aron)

    assert follows.follow("Support", now=FRIDAY) == 1
    item.refresh_from_db()
    assert (item.due_at, item.told_at) == (datetime(2026, 11, 24, 12, tzinfo=UTC), None)
    assert follows.follow("Support", now=FRIDAY) == 0
    assert follows.follow("Never there", now=FRIDAY) == 0


def test_a_limit_that_a_calendar_can_count_no_more_stays_as_it_was(us):
    support(us)
    item = begun(us, process(us, limit="2000 working hours"))

    calendars.put("Support", "UTC", {0: [(time(9), time(9, 5))]}, by=us.aron)

    assert follows.follow("Support", now=FRIDAY) == 0
    assert Item.objects.get(pk=item.pk).due_at == item.due_at


def test_a_calendar_by_which_something_counts_is_not_removed(us):
    row = support(us)
    process(us, name="Visits")

    assert follows.asked_by("Support") == ["the process “Visits”"]
    assert follows.asked_by("Other") == []
    with pytest.raises(Refusal, match="asked by the process “Visits”"):
        calendars.remove(row, by=us.aron)

"""Applying to what is there: what was held or failed is made up for, whom the clock met is left alone, and it can be ended."""

from datetime import timedelta

import pytest

import cast
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.inbox import work
from mutuals.inbox.models import Case, Turn
from mutuals.people.models import Person
from mutuals.rules import body, keep, trial, watch
from mutuals.rules.models import End, Firing, Outcome, Rule, Run
from mutuals.rules.tests.test_judge import REFUND, running
from mutuals.rules.tests.test_trial import settle

NOTE = REFUND | {"then": [{"note": {"text": "Look"}}]}
CLOCK = {
    "when": "clock", "every": "hour", "again": 30, "if": ["orders:over:2"],
    "then": [{"tell": {"to": "ada@kettleworks.example", "text": "x"}}],
}  # fmt: skip


@pytest.fixture
def us(db):
    return cast.staff()


def applied(rule: Rule, *, by, now=cast.NOW) -> Run:
    run = trial.apply(rule, by=by, now=now)
    trial.go_on(run.pk, now)
    run.refresh_from_db()
    return run


def refunds(us, many: int) -> None:
    cast.said(cast.source(owner=us.olga), *(cast.event(f"p{n}", "refund") for n in range(many)))


def test_what_a_held_rule_left_undone_is_made_up_for_once_and_what_it_did_is_not_done_twice(us):
    rule = running(NOTE | {"hourly": 2}, by=us.lea)
    refunds(us, 6)
    keep.switch(rule, is_on=True, by=us.lea, now=cast.NOW)
    dry = trial.dry_run(body.read(rule.body, viewer=us.lea), by=us.lea, now=cast.NOW)

    first, second = (applied(rule, by=us.lea) for _ in range(2))

    assert dry.fired == 6
    assert (first.fired, first.met, first.end) == (4, 2, End.DONE)
    assert (second.fired, second.met) == (0, 6)
    assert list(Firing.objects.values_list("outcome", flat=True)) == [Outcome.DONE] * 6
    assert Entry.objects.filter(kind="conversation.noted").count() == 6


def test_what_failed_is_tried_again_step_by_step_and_what_was_done_stays_as_it_is(us):
    rule = running(REFUND, by=us.lea)
    us.service.name = "Care"
    us.service.save()
    refunds(us, 1)
    us.service.name = "Service"
    us.service.save()
    before = Firing.objects.get()

    run = applied(rule, by=us.lea)

    firing = Firing.objects.get()
    assert (before.outcome, firing.outcome, run.fired) == (Outcome.PARTLY, Outcome.DONE, 1)
    assert firing.steps[0]["did"] == "Given to Service"
    assert firing.steps[1] == before.steps[1]
    assert Case.objects.count() == 1


def test_what_somebody_applied_does_not_count_against_the_limit_of_what_comes_then(us):
    rule = keep.write(NOTE | {"hourly": 3}, by=us.lea, now=cast.NOW, name="Notes")
    refunds(us, 5)
    applied(rule, by=us.lea)
    keep.switch(rule, is_on=True, by=us.lea, now=cast.NOW)

    cast.said(cast.source("Other square", owner=us.olga), cast.event("q1", "refund"))

    rule.refresh_from_db()
    assert rule.held_at is None
    assert list(Firing.objects.values_list("outcome", flat=True)) == [Outcome.DONE] * 6


def test_a_rule_of_the_journal_makes_up_for_what_it_was_held_for(us):
    refunds(us, 3)
    watch.read_on(cast.NOW)
    rule = running({"when": "closed", "hourly": 1, "then": [{"note": {"text": "Closed"}}]}, by=us.lea)
    for turn in Turn.objects.order_by("pk"):
        work.close(turn, by=us.ada, purpose="fix", outcome="solved", now=cast.NOW)
    settle(1)
    held = Firing.objects.filter(outcome=Outcome.HELD).count()

    run = applied(rule, by=us.lea)

    assert (held, run.found, run.fired) == (2, 2, 2)
    assert list(Firing.objects.values_list("outcome", flat=True)) == [Outcome.DONE] * 3
    with pytest.raises(Refusal, match="nothing of it was held or failed"):
        trial.apply(rule, by=us.lea, now=cast.NOW)


def buyer(us) -> Person:
    bea = cast.person("Bea", by=us.ada)
    Person.objects.filter(pk=bea.pk).update(order_count=3)
    return bea


def test_applying_a_rule_of_the_clock_leaves_alone_whom_it_met_within_its_days_whatever_it_is_called(us):
    buyer(us)
    rule = running(CLOCK | {"then": [{"tell": {"to": us.ada.email, "text": "Call"}}]}, by=us.lea)
    struck = watch.strike(cast.NOW)

    first = applied(rule, by=us.lea, now=cast.NOW + timedelta(days=1))
    rule = keep.write(rule.body, by=us.lea, now=cast.NOW, rule=rule, name="Other")
    renamed = applied(rule, by=us.lea, now=cast.NOW + timedelta(days=2))
    later = applied(rule, by=us.lea, now=cast.NOW + timedelta(days=31))
    struck_again = watch.strike(cast.NOW + timedelta(days=32))

    assert (struck, first.fired, first.met, renamed.fired, later.fired, struck_again) == (1, 0, 1, 0, 1, 0)
    assert Entry.objects.filter(kind="staff.told", about=f"staff:{us.ada.pk}").count() == 2


def test_whom_a_rule_of_the_clock_was_held_for_it_meets_once_it_goes_on(us):
    bea = buyer(us)
    rule = running(CLOCK, by=us.lea)
    Firing.objects.create(
        rule=rule, version=1, event=f"clock:x:{bea.pk}", at=cast.NOW, person_id=bea.pk, outcome=Outcome.HELD
    )

    assert watch.strike(cast.NOW + timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("ends", "why"),
    [
        (lambda rule, by: trial.stop(rule, by=by, now=cast.NOW), End.STOPPED),
        (lambda rule, by: keep.switch(rule, is_on=False, by=by, now=cast.NOW), End.OFF),
        (lambda rule, by: keep.write(rule.body, by=by, now=cast.NOW, rule=rule, name="Other"), End.CHANGED),
    ],
)
def test_applying_ends_where_somebody_stops_it_or_turns_the_rule_off_or_writes_it_anew(us, ends, why):
    rule = running(NOTE, by=us.lea)
    run = trial.apply(rule, by=us.lea, now=cast.NOW)
    refunds(us, 2)
    Firing.objects.all().delete()

    ends(rule, us.lea)
    trial.go_on(run.pk)

    run.refresh_from_db()
    assert (run.end, run.ended_at, run.found) == (why, cast.NOW, 0)
    assert not Firing.objects.exists()


def test_what_is_not_being_applied_is_not_stopped(us):
    rule = running(NOTE, by=us.lea)

    with pytest.raises(Refusal, match="not being applied"):
        trial.stop(rule, by=us.lea, now=cast.NOW)

"""A rule that does what only some may do is written, switched on and applied by them alone; anybody who edits stops it."""

import pytest

import cast
from mutuals.rules import keep, report, trial
from mutuals.rules.models import Firing, Run
from mutuals.staff.models import Role
from mutuals.staff.permissions import NotAllowed

HOOK = {"when": "received", "if": ["words:says:refund"], "then": [{"hook": {"address": "https://example.com/x"}}]}


@pytest.fixture
def us(db):
    return cast.staff()


def test_a_lead_does_not_switch_on_a_hook_that_the_owner_wrote(us):
    rule = keep.write(HOOK, by=us.olga, now=cast.NOW, name="Hook")

    with pytest.raises(NotAllowed, match="hook"):
        keep.switch(rule, is_on=True, by=us.lea, now=cast.NOW)

    rule.refresh_from_db()
    assert not rule.is_on
    assert keep.switch(rule, is_on=True, by=us.olga, now=cast.NOW).is_on
    assert not keep.switch(rule, is_on=False, by=us.lea, now=cast.NOW).is_on


def test_a_lead_does_not_let_a_held_hook_go_on(us):
    rule = keep.switch(keep.write(HOOK, by=us.olga, now=cast.NOW, name="Hook"), is_on=True, by=us.olga, now=cast.NOW)
    type(rule).objects.filter(pk=rule.pk).update(held_at=cast.NOW)

    with pytest.raises(NotAllowed):
        keep.switch(rule, is_on=True, by=us.lea, now=cast.NOW)

    rule.refresh_from_db()
    assert rule.held_at == cast.NOW


def test_a_lead_does_not_apply_a_hook_to_what_is_there(us):
    cast.said(cast.source(owner=us.olga), cast.event("p1", "refund"))
    rule = keep.switch(keep.write(HOOK, by=us.olga, now=cast.NOW, name="Hook"), is_on=True, by=us.olga, now=cast.NOW)

    with pytest.raises(NotAllowed, match="hook"):
        trial.apply(rule, by=us.lea, now=cast.NOW)

    assert (Run.objects.count(), Firing.objects.count()) == (0, 0)
    assert trial.apply(rule, by=us.olga, now=cast.NOW).rule == rule


def test_a_rule_whose_owner_lost_a_right_is_told_as_one_that_cannot_run_and_its_log_says_whose_right_it_was(us):
    told = {"when": "received", "if": ["words:says:refund"], "then": [{"open_case": {"title": "Wants money back"}}]}
    rule = keep.switch(keep.write(told, by=us.lea, now=cast.NOW, name="R"), is_on=True, by=us.lea, now=cast.NOW)
    us.lea.role = Role.CONTRACTOR
    us.lea.save()

    cast.said(cast.source(owner=us.olga), cast.event("p1", "refund"))

    assert Firing.objects.get().steps[0]["failed"].startswith("Lea, in whose name this runs: Your role does not")
    assert [(row, why) for row, why in report.report(us.olga, now=cast.NOW).broken] == [
        (rule, "Lea’s role does not include “case: open” any more.")
    ]

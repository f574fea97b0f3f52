"""A rule that does what only some may do is written, switched on and applied by them alone; anybody who edits stops it."""

import pytest

import cast
from mutuals.rules import keep, trial
from mutuals.rules.models import Firing, Run
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

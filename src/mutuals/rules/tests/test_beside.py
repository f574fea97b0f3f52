"""Rules are written, judged, held and applied by many at once: nobody waits in a circle, and nothing is done twice."""

from __future__ import annotations

import pytest
from django.db import transaction

import cast
from beside import Beside, somebody_waits
from mutuals.base import gate
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.inbox.models import Turn
from mutuals.rules import body, keep, registry, trial, watch
from mutuals.rules.models import Firing, Rule, Run
from mutuals.rules.tests.test_judge import REFUND, running

pytestmark = pytest.mark.django_db(transaction=True)
NOTE = {"when": "received", "then": [{"note": {"text": "Look"}}]}
TOUCH = {"when": "changed", "then": [{"add_tag": {"tag": "touched"}}]}


def test_a_rule_gets_another_name_while_what_it_did_is_noted():
    us = cast.staff()
    bea = cast.person("Bea", by=us.ada)
    rule = running(TOUCH, by=us.lea)
    watch.read_on(cast.NOW)
    Entry.objects.create(kind="person.edited", about=f"person:{bea.pk}", by="staff:1")

    with transaction.atomic():
        fired = watch.read_on(cast.NOW)
        other = Beside(lambda: keep.write(TOUCH, by=us.lea, now=cast.NOW, rule=rule, name="Other"))

    assert (other.end(), fired, Firing.objects.count()) == (None, 1, 1)
    assert Rule.objects.get().name == "Other"


def test_a_rule_gets_another_name_while_it_fires_and_another_is_held():
    us = cast.staff()
    floods = running(REFUND | {"hourly": 1}, by=us.lea)
    rule = running(REFUND, by=us.lea, name="Calm")
    of = cast.source(owner=us.olga)

    with transaction.atomic():
        cast.said(of, cast.event("p1", "refund"))
        cast.said(of, cast.event("p2", "refund"))
        other = Beside(lambda: keep.write(REFUND, by=us.lea, now=cast.NOW, rule=rule, name="Other"))

    assert other.end() is None
    floods.refresh_from_db()
    assert floods.held_at is not None
    assert Rule.objects.filter(name="Other").exists()


def test_two_who_apply_a_rule_at_once_apply_it_once():
    us = cast.staff()
    rule = running(REFUND, by=us.lea)

    with transaction.atomic():
        trial.apply(rule, by=us.lea, now=cast.NOW)
        other = Beside(lambda: trial.apply(rule, by=us.olga, now=cast.NOW))

    assert isinstance(other.end(), Refusal)
    assert Run.objects.count() == 1


def test_who_turns_a_rule_off_does_not_wait_for_a_file_of_rules_that_is_read():
    us = cast.staff()
    rule = running(REFUND, by=us.lea)
    told = [NOTE | {"name": f"Rule {number}"} for number in range(3)]
    waited: list[bool] = []
    seen = body.read

    def read(*args, **more):
        if len(waited) < 2:
            off = Beside(lambda: keep.switch(rule, is_on=False, by=us.lea, now=cast.NOW))
            waited.append(somebody_waits())
            assert off.end() is None
        return seen(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(body, "read", read)
        made = keep.take(told, by=us.lea, now=cast.NOW).rules

    assert waited == [False, False]
    assert [row.name for row in made] == ["Rule 0", "Rule 1", "Rule 2"]


def calls(act, monkeypatch) -> None:
    """Let rules do something of this test's own."""
    monkeypatch.setattr(registry, "_actions", dict(registry.actions()))
    registry.action("called", sentence="call", right="conversation.note")(act)


def refunds(us, many: int) -> None:
    cast.said(cast.source(owner=us.olga), *(cast.event(f"p{n}", "refund") for n in range(many)))


def test_who_removes_a_rule_that_is_being_applied_ends_that_and_it_is_gone(monkeypatch):
    us = cast.staff()
    refunds(us, 3 * trial.PIECE)
    others: list[Beside] = []
    done: list[int] = []

    def called(event, *, by, now) -> str:
        done.append(event.interaction_id)
        if len(done) == 1:
            others.append(Beside(lambda: keep.remove(rule, by=us.lea)))
        return "Called"

    calls(called, monkeypatch)
    monkeypatch.setattr(trial, "SPELL", 0.0)
    rule = keep.write(REFUND | {"then": ["called"]}, by=us.lea, now=cast.NOW, name="Calls")
    run = trial.apply(rule, by=us.lea, now=cast.NOW)

    trial.go_on(run.pk)

    assert others[0].end() is None
    assert len(done) == trial.PIECE
    assert not Rule.objects.exists()
    assert not Firing.objects.exists()


def test_who_is_to_be_erased_waits_for_a_few_firings_of_a_rule_that_is_applied_not_for_all(monkeypatch):
    us = cast.staff()
    refunds(us, 3 * trial.PIECE)
    others: list[Beside] = []
    done: list[int] = []
    before: list[int] = []

    def erase() -> None:
        with transaction.atomic():
            gate.shut()
            before.append(len(done))

    def called(event, *, by, now) -> str:
        done.append(event.interaction_id)
        if len(done) == 1:
            others.append(Beside(erase))
        return "Called"

    calls(called, monkeypatch)
    monkeypatch.setattr(trial, "SPELL", 0.0)
    rule = keep.write(REFUND | {"then": ["called"]}, by=us.lea, now=cast.NOW, name="Calls")
    run = trial.apply(rule, by=us.lea, now=cast.NOW)

    trial.go_on(run.pk)

    run.refresh_from_db()
    assert others[0].end() is None
    assert before == [trial.PIECE]
    assert (run.found, run.fired, len(done)) == (3 * trial.PIECE, 3 * trial.PIECE, 3 * trial.PIECE)


def test_a_rule_that_is_applied_lets_whoever_works_on_a_conversation_through_and_then_goes_on():
    us = cast.staff()
    refunds(us, 1)
    rule = keep.write(REFUND, by=us.lea, now=cast.NOW, name="Refunds")
    run = trial.apply(rule, by=us.lea, now=cast.NOW)

    with transaction.atomic():
        Turn.objects.select_for_update().get()
        applying = Beside(lambda: trial.go_on(run.pk))
        again = Firing.objects.select_for_update(nowait=True).count()

    assert (applying.end(), again) == (None, 0)
    assert Firing.objects.get().outcome == "done"

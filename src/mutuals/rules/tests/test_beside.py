"""Rules are written, judged, held and applied by many at once: nobody waits in a circle, and nothing is done twice."""

from __future__ import annotations

import pytest
from django.db import transaction

import cast
from beside import Beside
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.rules import keep, trial, watch
from mutuals.rules.models import Firing, Rule, Run
from mutuals.rules.tests.test_judge import REFUND, running

pytestmark = pytest.mark.django_db(transaction=True)
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

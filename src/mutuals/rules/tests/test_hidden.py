"""The address of a hook holds a key as often as not: whoever may not manage sources reads its host, wherever rules are read."""

import json

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.people.privacy import Holder
from mutuals.rules import hidden, keep, privacy, queries
from mutuals.rules.models import Delivery, Firing, Rule
from mutuals.rules.tests.test_judge import running
from mutuals.staff import tokens

KEY = "abcdefTOKEN"
ADDRESS = f"https://hooks.example.com/T0/B0/{KEY}?key=zz"
HOOK = {"when": "received", "then": [{"hook": {"address": ADDRESS}}, {"note": {"text": "Look"}}]}


@pytest.fixture
def us(db):
    return cast.staff()


@pytest.fixture
def rule(us) -> Rule:
    rule = running(HOOK, by=us.aron, name="Hook")
    rule = keep.write(HOOK | {"stop": True}, by=us.aron, now=cast.NOW, rule=rule, name="Hook")
    cast.said(cast.source(owner=us.olga), cast.event("p1", "hello"))
    return rule


def read_by(user, rule: Rule) -> str:
    """All that somebody may read of a rule, on screens and by REST."""
    _, key = tokens.make(user, name="Reader", scopes=["read", "write"], now=clock.now())
    client, api = Client(), Client(headers={"Authorization": f"Bearer {key}"})
    client.force_login(user)
    thread = Firing.objects.get().conversation_id
    screens = ("/rules/", f"/rules/{rule.pk}/", f"/rules/{rule.pk}/?as=text", f"/rules/{rule.pk}/?from=1&to=2",
               "/rules/file.yaml", f"/inbox/{thread}/")  # fmt: skip
    resources = (
        "rules",
        f"rules/{rule.pk}",
        f"rules/{rule.pk}/versions",
        f"rules/{rule.pk}/versions/1/2",
        "rules/firings",
    )
    answers = [client.get(one) for one in screens] + [api.get(f"/api/v1/{one}") for one in resources]
    assert [one.status_code for one in answers] == [200] * len(answers)
    return "".join(one.content.decode() for one in answers)


def test_staff_and_leads_read_the_host_and_who_manages_sources_reads_all(us, rule):
    by_staff, by_lead, by_manager = (read_by(user, rule) for user in (us.ada, us.lea, us.aron))

    assert Delivery.objects.get().to == ADDRESS
    for told in (by_staff, by_lead):
        assert "hooks.example.com" in told
        assert KEY not in told
        assert "key=zz" not in told
    assert KEY in by_manager


def test_what_was_kept_back_is_not_written_back(us, rule):
    [told] = queries.readable(us.lea)

    with pytest.raises(Refusal, match="address of the web"):
        keep.write(told.body, by=us.aron, now=cast.NOW, name="Copy")
    assert Rule.objects.get().body["then"] == HOOK["then"]


def test_what_we_hand_out_about_a_person_says_the_host_alone(us, rule):
    firing, bea = Firing.objects.get(), cast.person("Bea", by=us.ada)

    told = privacy.export(Holder(bea, (bea.pk,), (), ()), [firing.interaction_id])

    assert "hooks.example.com" in json.dumps(told, default=str)
    assert KEY not in json.dumps(told, default=str)


@pytest.mark.parametrize(
    "rest",
    [
        f"/{KEY}",
        f"?token={KEY}",
        f"/?token={KEY}",
        f"//{KEY}",
        f"/?/{KEY}",
        f"#{KEY}",
        f"/#{KEY}",
        f"/x?a=b&c={KEY}",
        f"\\{KEY}",
    ],
)
def test_whatever_follows_the_host_is_kept_back(rest):
    told = hidden.words(f"called https://hooks.example.com:8443{rest} and HTTPS://hooks.example.com{rest}")

    assert told.count("hooks.example.com") == 2
    assert KEY not in told


def test_a_name_and_a_password_before_the_host_are_kept_back_and_a_host_alone_is_not_touched():
    assert KEY not in hidden.words(f"https://me:{KEY}@hooks.example.com/")
    assert hidden.words("see https://hooks.example.com/ and https://other.example") == (
        "see https://hooks.example.com/ and https://other.example"
    )

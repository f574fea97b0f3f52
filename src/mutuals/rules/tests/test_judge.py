from datetime import timedelta
from typing import Any

import pytest

import cast
from mutuals.base.models import Entry
from mutuals.inbox.models import Case, Turn
from mutuals.rules import keep, registry
from mutuals.rules.models import Firing, Outcome, Rule

REFUND = {
    "when": "received",
    "if": ["words:says:refund|money back", "public:is:yes"],
    "then": [
        {"give_to_team": {"team": "Service"}},
        {"open_case": {"title": "Refund", "priority": "high", "minutes": 30}},
    ],
}


def running(told: dict[str, Any], *, by, name: str = "Refunds", now=cast.NOW) -> Rule:
    return keep.switch(keep.write(told, by=by, now=now, name=name), is_on=True, by=by, now=now)


@pytest.fixture
def us(db):
    return cast.staff()


def test_a_rule_opens_a_case_for_what_it_hears_and_only_for_that(us):
    of = cast.source(owner=us.olga)
    rule = running(REFUND, by=us.lea)

    cast.said(of, cast.event("p1", "I want my MONEY-BACK now!"), cast.event("p2", "Lovely kettle."))

    case, firing = Case.objects.get(), Firing.objects.get()
    assert (case.title, case.priority, case.due_at - case.opened_at) == ("Refund", "high", timedelta(minutes=30))
    assert case.opened_by == f"rule:{rule.pk}"
    assert Turn.objects.get(pk=case.conversation_id).team == us.service
    assert firing.outcome == Outcome.DONE
    assert [step["did"] for step in firing.steps] == ["Given to Service", f"Case {case.reference} opened"]
    assert firing.seen["tests"][0]["saw"] == "money back"


def test_the_same_event_fires_nothing_again(us):
    of = cast.source(owner=us.olga)
    running(REFUND, by=us.lea)

    for _ in range(2):
        cast.said(of, cast.event("p1", "refund!"))

    assert Firing.objects.count() == 1


def test_the_first_rule_that_stops_ends_the_matter(us):
    of = cast.source(owner=us.olga)
    first = running(REFUND | {"stop": True}, by=us.lea)
    running(REFUND, by=us.lea, name="Later")

    cast.said(of, cast.event("p1", "refund!"))

    assert list(Firing.objects.values_list("rule_id", flat=True)) == [first.pk]


def test_what_is_looked_at_and_does_not_fit_is_otherwise(us):
    of = cast.source(owner=us.olga)
    running(
        {
            "when": "received",
            "among": ["network:is:town"],
            "if": ["words:says:refund"],
            "then": ["note"],
            "otherwise": [],
        }
        | {"then": [{"note": {"text": "yes"}}], "otherwise": [{"note": {"text": "no"}}]},
        by=us.lea,
    )

    cast.said(of, cast.event("p1", "refund!"), cast.event("p2", "hello"))

    assert sorted(Firing.objects.values_list("is_otherwise", flat=True)) == [False, True]


def test_a_rule_asks_for_the_author_and_what_they_bought(us):
    of = cast.source(owner=us.olga)
    bea = cast.person("Bea Brand", by=us.ada)
    said = cast.said(of, cast.event("p0", "hi"))[0]
    said.profile.__class__.objects.filter(pk=said.profile_id).update(person=bea)
    bea.__class__.objects.filter(pk=bea.pk).update(order_total=900)
    valued = {"field": "person", "op": "any", "value": {"field": "value", "op": "over", "value": 500}}
    running({"when": "received", "if": [valued], "then": [{"add_tag": {"tag": "valued"}}]}, by=us.lea)

    cast.said(of, cast.event("p1", "It leaks"), cast.event("p2", "It leaks", who="bo"))

    firing = Firing.objects.get()
    bea.refresh_from_db()
    assert (firing.person_id, bea.tags) == (bea.pk, ["valued"])
    assert firing.seen["tests"][0] == {
        "field": "value", "test": "Bought for is above 500", "saw": "900.00", "holds": True, "of": "Author"
    }  # fmt: skip


def test_a_rule_does_not_do_what_its_owner_may_not_do_any_more(us):
    of = cast.source(owner=us.olga)
    running(REFUND, by=us.lea)
    us.lea.role = "contractor"
    us.lea.save()

    cast.said(of, cast.event("p1", "refund!"))

    assert Firing.objects.get().outcome == Outcome.FAILED
    assert not Case.objects.exists()


def test_an_act_that_fails_is_noted_and_undone_and_the_others_go_on(us):
    of = cast.source(owner=us.olga)
    rule = running(REFUND, by=us.lea)
    us.service.name = "Care"
    us.service.save()

    cast.said(of, cast.event("p1", "refund!"))

    firing = Firing.objects.get(rule=rule)
    assert firing.outcome == Outcome.PARTLY
    assert "no team" in firing.steps[0]["failed"]
    assert Case.objects.count() == 1


def test_a_rule_that_floods_is_held_and_says_so(us):
    of = cast.source(owner=us.olga)
    rule = running(REFUND | {"hourly": 3}, by=us.lea)

    cast.said(of, *(cast.event(f"p{n}", "refund!") for n in range(5)))
    cast.said(of, cast.event("p9", "refund!"))

    rule.refresh_from_db()
    assert rule.held_at is not None
    assert Entry.objects.filter(kind="rule.held", about=f"rule:{rule.pk}").count() == 1
    assert sorted(Firing.objects.values_list("outcome", flat=True)) == ["done"] * 3 + ["held"] * 2


def test_what_disturbs_waits_for_the_end_of_quiet_hours_and_what_sorts_does_not(us):
    of = cast.source(owner=us.olga)
    running(
        REFUND
        | {
            "then": [*REFUND["then"], {"tell": {"to": us.ada.email, "text": "Look"}}],
            "quiet": {"from": "09:00", "to": "12:00", "zone": "UTC"},
        },
        by=us.lea,
    )

    cast.said(of, cast.event("p1", "refund!"))

    firing = Firing.objects.get()
    assert firing.outcome == Outcome.PUT_OFF
    assert firing.steps[2]["waits"] == "2026-11-20T12:00:00+00:00"
    assert Case.objects.count() == 1


def test_an_act_that_is_gone_is_said_and_stops_nothing(us):
    of = cast.source(owner=us.olga)

    @registry.action("sing", sentence="sing", right="conversation.note")
    def sing(event, *, by, now):
        return "sung"

    running(REFUND | {"then": ["sing", *REFUND["then"]]}, by=us.lea)
    del registry._actions["sing"]

    cast.said(of, cast.event("p1", "refund!"))

    firing = Firing.objects.get()
    assert firing.steps[0]["failed"] == "Nobody offers this act any more."
    assert firing.outcome == Outcome.PARTLY


@pytest.mark.parametrize("who", ["ada", "cleo"])
def test_only_leads_and_admins_write_rules(us, who):
    with pytest.raises(PermissionError):
        keep.write(REFUND, by=getattr(us, who), now=cast.NOW, name="Mine")

    assert not Rule.objects.exists()

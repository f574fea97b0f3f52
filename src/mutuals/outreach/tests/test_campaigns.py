"""J7: a campaign speaks to those of a segment who may be spoken to, says of everybody else why not, and what came of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

import cast
from mutuals import privacy
from mutuals.base import clock
from mutuals.base.filters import from_json
from mutuals.base.refusals import Refusal
from mutuals.identity import link, merge, offered, split
from mutuals.inbox import cases
from mutuals.outreach import campaign_audience as audience
from mutuals.outreach import campaign_figures as figures
from mutuals.outreach import campaign_heard, campaigns, renewing, segments
from mutuals.outreach.actions import answers_campaign
from mutuals.outreach.campaigns import CampaignIn
from mutuals.outreach.models import Audience, Campaign, Response, Touch
from mutuals.people import consent, purposes
from mutuals.people.models import Person
from mutuals.processes import run
from mutuals.rules import Event
from mutuals.sales import goods
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff import accounts
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NAMES = ("Bea", "Bo", "Cy", "Di", "Ed", "Flo")


@pytest.fixture
def us():
    return cast.staff()


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def town(us, now):
    """Six people with an address in one town, all but the last of whom want news."""
    people = {}
    for name in NAMES:
        one = cast.person(f"{name} Brand", by=us.ada, email=f"{name.lower()}@kettles.example", now=now)
        Person.objects.filter(pk=one.pk).update(city="Porto")
        people[name] = one
        if name != "Flo":
            told = consent.Evidence(words="Yes", at=now - 60 * DAY)
            consent.give(one, "newsletter", told, by=us.ada, now=now)
    return people


def segment(us, now, condition="city:is:Porto"):
    row = segments.add(by=us.ada, now=now, name=f"In {condition}", condition=from_json(condition))
    renewing.look(row.pk)
    row.refresh_from_db()
    return row


def planned(us, now, name="Spring letter", **more):
    of = more.pop("segment", None) or segment(us, now)
    told = CampaignIn(name, purposes.named("newsletter"), of, **{"currency": "EUR", **more})
    return campaigns.add(told, by=us.ada, now=now)


def settled(row, us, now):
    audience.settle(row, by=us.ada, now=now)
    row.refresh_from_db()
    return {one.key: one.people for one in audience.counted(row)}


def bought(us, person, total, at, number, product=None):
    line = LineIn("Kettle", unit_price=Decimal(total), **({"sku": product.sku} if product else {}))
    told = OrderIn(number, at, "EUR", lines=(line,))
    return offered.enter(told, person=person, organisation=None, by=us.ada, now=at)


def test_everybody_left_out_has_the_reason_and_settling_again_follows_what_changed(us, town, now):
    consent.withdraw(town["Bo"], "newsletter", by=us.ada, now=now)
    cases.open_case(by=us.ada, now=now, title="It leaks", person=town["Cy"])
    Person.objects.filter(pk=town["Di"].pk).update(email="")
    of = segment(us, now)
    other = planned(us, now, "Winter letter", segment=of, quiet_days=0)
    settled(other, us, now)
    audience.touch(other, by=us.ada, now=now, people=[town["Ed"].pk])
    row = planned(us, now, segment=of, quiet_days=7)

    told = settled(row, us, now)
    again = settled(row, us, now)
    consent.give(town["Flo"], "newsletter", consent.Evidence(words="Now yes"), by=us.ada, now=now)
    later = settled(row, us, now + timedelta(seconds=5))

    assert told == again == dict.fromkeys(("", "withdrawn", "open_case", "no_address", "lately", "no_consent"), 1)
    assert later == {"": 2, "withdrawn": 1, "open_case": 1, "no_address": 1, "lately": 1}
    assert [one.person.name for one in figures.audience(row, us.ada, reason="")] == ["Bea Brand", "Flo Brand"]
    assert audience.label_of(row)["open_case"] == "Has an open case"
    assert row.round == 3
    assert figures.audience(row, us.cleo) == []


def test_who_withdraws_after_it_was_settled_is_neither_exported_nor_touched(us, town, now):
    row = planned(us, now)
    settled(row, us, now)
    before = list(figures.for_mailer(row, by=us.lea, now=now))

    consent.withdraw(town["Bea"], "newsletter", by=us.ada, now=now)
    after = list(figures.for_mailer(row, by=us.lea, now=now))
    touched = audience.touch(row, by=us.ada, now=now)
    again = audience.touch(row, by=us.ada, now=now)
    reminded = audience.touch(row, by=us.ada, now=now, wave="reminder", people=[town["Bo"].pk])

    assert [len(before), len(after)] == [6, 5]
    assert any("bea@kettles.example" in line for line in before)
    assert not any("bea@kettles.example" in line for line in after)
    assert (touched, again, reminded) == (4, 0, 1)
    with pytest.raises(NotAllowed):
        figures.for_mailer(row, by=us.ada, now=now)


def test_an_order_belongs_to_the_last_campaign_that_spoke_to_them_and_figures_are_made_of_the_rows(us, town, now):
    lid = goods.add_product(by=us.lea, sku="L-9", name="Lid")
    of = segment(us, now)
    first = planned(us, now, "First", segment=of, quiet_days=0, cost=Decimal(50), within_days=30)
    second = planned(us, now, "Second", segment=of, quiet_days=0, within_days=10)
    lids = planned(us, now, "Lids", segment=of, quiet_days=0, products=(lid,))
    for row in (first, second, lids):
        settled(row, us, now)
    audience.touch(first, by=us.ada, now=now, at=now - 40 * DAY)
    audience.touch(second, by=us.ada, now=now, at=now - 20 * DAY, people=[town["Bo"].pk, town["Di"].pk])
    audience.touch(lids, by=us.ada, now=now, at=now - 40 * DAY + timedelta(hours=1), people=[town["Cy"].pk])
    bought(us, town["Bea"], "100", now - 15 * DAY, "by first")
    bought(us, town["Bea"], "7", now - 9 * DAY, "too late")
    bought(us, town["Bea"], "9", now - 41 * DAY, "too early")
    bought(us, town["Bo"], "30", now - 12 * DAY, "by second")
    bought(us, town["Di"], "30", now - 5 * DAY, "second is too long ago, first is not the last")
    bought(us, town["Cy"], "5", now - 20 * DAY, "no lid")
    bought(us, town["Cy"], "6", now - 19 * DAY, "a lid", lid)
    campaigns.respond(first, town["Bea"], by=us.ada, now=now)
    campaigns.respond(first, town["Bo"], by=us.ada, now=now, kind="declined")

    told = {row.name: [one.number for one in figures.orders(row)] for row in (first, second, lids)}
    whole = figures.figures(first)

    assert told == {"First": ["by first"], "Second": ["by second"], "Lids": ["a lid"]}
    assert (whole.orders, whole.buyers, whole.revenue) == (1, 1, Decimal(100))
    assert (whole.touched, whole.answered, whole.cost_of_answer, whole.gain) == (5, 2, Decimal(25), 100)
    assert "at most 30 days earlier" in figures.rule(first)
    assert "Lid" in figures.rule(lids)
    assert figures.figures(lids).gain is None


def test_an_answer_is_known_by_the_code_by_a_rule_and_by_hand_each_once(us, town, now):
    row = planned(us, now, code="spring-26")
    campaigns.set_state(row, state="running", by=us.ada)
    source = cast.source(owner=us.olga)
    named, other, ruled = cast.said(
        source,
        cast.event("p1", "I come because of SPRING-26!"),
        cast.event("p2", "SPRING-260 is something else", who="bo"),
        cast.event("p3", "Me too", who="cy"),
    )
    event = Event("k", "interaction", now, interaction_id=ruled.pk)

    heard = [campaign_heard.hear(now=now) for _ in range(2)]
    said = [answers_campaign(event, by=us.ada, now=now, campaign="Spring-26") for _ in range(2)]
    campaigns.respond(row, town["Bea"], by=us.ada, now=now, words="On the phone")
    _, is_new = campaigns.respond(row, town["Bea"], by=us.ada, now=now, kind="interested", words="Wants two")

    assert heard == [1, 0]
    assert said == ["Counted", "Was counted already"]
    assert {one.said_in for one in Response.objects.all()} == {f"interaction:{named.pk}", f"interaction:{ruled.pk}", ""}
    assert not is_new
    assert Response.objects.get(said_in="").kind == "interested"
    assert other.pk not in {int(one.said_in[12:]) for one in Response.objects.exclude(said_in="")}
    with pytest.raises(ValueError, match="no campaign"):
        answers_campaign(event, by=us.ada, now=now, campaign="None")


def test_a_campaign_runs_by_steps_and_changes_hands_when_its_owner_leaves(us, town, now):
    row = planned(us, now)
    item = campaigns.start(row, by=us.lea, now=now)
    again = campaigns.start(row, by=us.lea, now=now)
    for step in ("write", "approve"):
        run.move(item, to=step, by=us.lea, now=now)
    draft = Campaign.objects.get().state
    with pytest.raises(Refusal, match="runs in"):
        campaigns.set_state(row, state="done", by=us.ada)

    accounts.end(us.ada, by=us.olga, to=us.ben, now=now) if hasattr(accounts, "end") else campaigns.hand_over(
        us.ada, us.ben
    )
    row.refresh_from_db()

    assert (again, draft, row.owner) == (item, "draft", us.ben)
    assert campaigns.held_by(us.ben) == 1


def test_what_a_campaign_may_not_be_is_refused_and_the_trash_gives_back(us, town, now):
    of = segment(us, now)
    row = planned(us, now, segment=of, code="SPRING-26")
    news = purposes.named("newsletter")
    for bad in (
        {"name": ""},
        {"name": "spring LETTER"},
        {"code": "spring-26"},
        {"code": "a b"},
        {"way": "pigeon"},
        {"control": 51},
        {"within_days": 0},
        {"cost": Decimal(-1)},
        {"starts_on": now.date(), "ends_on": now.date() - DAY},
        {"leave_out": [{"key": "x", "where": {"field": "nothing", "op": "is", "value": 1}}]},
        {"leave_out": [{"key": "lately", "where": "city:is:Porto"}]},
    ):
        with pytest.raises(ValueError):
            campaigns.add(CampaignIn(**{"name": "Other", "purpose": news, "segment": of, **bad}), by=us.ada, now=now)
    with pytest.raises(NotAllowed):
        campaigns.add(CampaignIn("Mine", news), by=us.cleo, now=now)

    campaigns.trash(row, by=us.ada, now=now)
    with pytest.raises(campaigns.Gone):
        audience.settle(row, by=us.ada, now=now)
    campaigns.trash(row, by=us.ada, now=now, back=True)
    with pytest.raises(Refusal, match="Settle first"):
        audience.touch(row, by=us.ada, now=now)
    empty = campaigns.edit(row, CampaignIn("Spring letter", news), by=us.ada)
    with pytest.raises(Refusal, match="segment"):
        audience.settle(empty, by=us.ada, now=now)


def test_merged_people_count_once_a_split_takes_along_and_erasing_leaves_nothing(us, town, now):
    row = planned(us, now)
    settled(row, us, now)
    audience.touch(row, by=us.ada, now=now, at=now - DAY)
    bea, bo = town["Bea"], town["Bo"]
    handle = cast.profile()
    link.confirm(handle, person=bea, by=us.ada, now=now)

    merge.merge(bea, bo, keep=bea, by=us.ada, now=now)
    together = figures.figures(row).touched
    (touch,) = Touch.objects.filter(person=bea)
    split.some(bea, [handle.pk], by=us.ada, now=now, along={"spoken to": [touch.pk]})
    handle.refresh_from_db()
    campaigns.respond(row, bea, by=us.ada, now=now, words="Yes")
    receipt = privacy.erase(bea, by=us.aron, now=now)

    assert together == 4
    assert Touch.objects.filter(person=handle.person).exists()
    assert receipt.counts["outreach"]["answers"] == 1
    assert not Touch.objects.filter(person__in=[bea.pk, bo.pk]).exists()
    assert not Audience.objects.filter(person__in=[bea.pk, bo.pk]).exists()
    assert not Response.objects.exists()


def test_a_control_group_is_the_same_each_time_and_a_large_audience_goes_on_where_it_stopped(us, now, monkeypatch):
    people = [
        Person(name=f"P {number}", name_key=f"p {number}", email=f"p{number}@kettles.example") for number in range(300)
    ]
    for number, one in enumerate(people):
        one.pk = one.canonical_id = 10_000 + number
    Person.objects.bulk_create(people)
    numbers = [one.pk for one in people]
    of = segments.add(by=us.ada, now=now, name="Many", people=numbers)
    renewing.look(of.pk)
    of.refresh_from_db()
    told = CampaignIn("Service", purposes.named("service"), of, control=20, leave_out=())
    row = campaigns.add(told, by=us.ada, now=now)
    monkeypatch.setattr(audience, "PIECE", 100)
    monkeypatch.setattr(audience, "AT_ONCE", 0)

    audience.settle(row, by=us.ada, now=now)
    audience.step(row.pk, now=now)
    row.refresh_from_db()
    halfway = (row.settling, row.settled, row.total)
    audience.run_on(row.pk, now=now)
    drawn = set(Audience.objects.filter(reason="control").values_list("person", flat=True))
    audience.settle(row, by=us.ada, now=now)
    audience.run_on(row.pk, now=now)

    assert halfway == ("running", 100, 300)
    assert 20 < len(drawn) < 110
    assert set(Audience.objects.filter(reason="control").values_list("person", flat=True)) == drawn
    assert Audience.objects.count() == 300

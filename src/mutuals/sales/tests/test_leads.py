"""Leads: taken up, converted in every way, let go. Whatever hangs on somebody hangs there afterwards as it did before."""

from datetime import timedelta
from decimal import Decimal

import pytest

import cast
from cast import NOW
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.identity import merge, offered, remark
from mutuals.people import organisations
from mutuals.people.models import Affiliation, Organisation, Person, Profile
from mutuals.processes import run
from mutuals.processes.models import Item
from mutuals.sales import deals, leads, quotes
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal, Quote
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def heard(us) -> Person:
    """Somebody with a past: a post that came in, a note of staff, a quote."""
    source = cast.source(owner=us.olga, team=us.service)
    cast.said(source, cast.event("p1", "Do you sell kettles to bars?", who="bea"))
    profile = Profile.objects.get(network="town", key="bea")
    bea = profile.person.canonical if profile.person else cast.person(by=us.ben)
    Profile.objects.filter(pk=profile.pk).update(person=bea)
    remark.add(bea, by=us.ben, text="Called twice", now=NOW)
    terms = quotes.Terms("EUR", (quotes.Offer(name="Kettle", unit_price=Decimal(20)),))
    offered.offer(terms, by=us.ben, number="Q-1", person=bea, now=NOW)
    return bea


def past(person: Person) -> list[object]:
    """All that hangs on somebody, by the rows that carry it."""
    profiles = Profile.objects.filter(person__canonical_id=person.canonical_id).order_by("pk")
    rows = Interaction.objects.filter(profile__in=profiles).order_by("pk")
    return [
        list(rows.values_list("pk", "profile_id", "conversation_id", "occurred_at", "text")),
        list(profiles.values_list("pk", "person_id", "network", "key")),
        list(Quote.objects.filter(profile__in=profiles).order_by("pk").values_list("pk", "profile_id")),
    ]


def taken_up(us, who) -> Item:
    return leads.take_up(who, by=us.ben, now=NOW, source="Fair", note="Asked at the stand")[0]


def test_somebody_is_taken_up_once_and_has_the_stage_of_a_lead() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)

    item, is_new = leads.take_up(bea, by=us.ben, now=NOW, source="Fair", note="Asked at the stand")
    again, is_new_again = leads.take_up(bea, by=us.ada, now=NOW + timedelta(hours=1))
    bea.refresh_from_db()

    assert (item, is_new, is_new_again) == (again, True, False)
    assert (item.process.kind, item.step, bea.stage) == ("lead", "new", "lead")
    assert Entry.objects.filter(kind="lead.taken_up").count() == 1
    told = leads.listed(us.ben)
    assert [(one.who, one.source, one.note) for one in told] == [(bea, "Fair", "Asked at the stand")]


def test_a_customer_who_may_buy_again_stays_a_customer() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben, stage="customer")

    taken_up(us, bea)
    leads.drop(bea, by=us.ben, now=NOW, because="Not now")
    bea.refresh_from_db()

    assert bea.stage == "customer"


def test_letting_go_asks_why_and_another_time_begins_anew() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    item = taken_up(us, bea)

    with pytest.raises(Refusal):
        leads.drop(bea, by=us.ben, now=NOW, because="")
    leads.drop(bea, by=us.ben, now=NOW, because="Far too small")
    leads.drop(bea, by=us.ben, now=NOW, because="Again")
    bea.refresh_from_db()
    stage = bea.stage
    anew, is_new = leads.take_up(bea, by=us.ben, now=NOW + timedelta(days=90))
    bea.refresh_from_db()

    assert stage == ""
    assert [one.who for one in leads.listed(us.ben, state="lost")] == []
    assert (anew.pk, is_new, anew.step, bea.stage) == (item.pk, True, "new", "lead")


def test_an_organisation_is_a_lead_too() -> None:
    us = cast.staff()
    firm = organisations.add(by=us.ben, name="Bar Nord", now=NOW)

    taken_up(us, firm)
    firm.refresh_from_db()
    stage = firm.stage
    done = leads.convert(firm, by=us.ben, now=NOW, deal=DealIn("Kettles", "EUR", amount=Decimal(900)))
    firm.refresh_from_db()

    assert (stage, firm.stage) == ("lead", "customer")
    assert done.deal is not None
    assert (done.deal.person, done.deal.organisation) == (None, firm)


CONVERSIONS = (
    "alone",
    "into an organisation that is known",
    "into a new organisation",
    "with a deal",
    "with all",
    "by its steps",
)


@pytest.mark.parametrize("way", CONVERSIONS)
def test_a_conversion_moves_nothing_of_what_somebody_said_and_was_told(way) -> None:
    us = cast.staff()
    bea = heard(us)
    firm = organisations.add(by=us.ben, name="Bar Nord", now=NOW)
    item = taken_up(us, bea)
    before = past(bea)
    more = {
        "alone": {},
        "into an organisation that is known": {"organisation": firm, "role": "owner"},
        "into a new organisation": {"organisation_name": "Bar South"},
        "with a deal": {"deal": DealIn("Kettles", "EUR", amount=Decimal(900))},
        "with all": {"organisation_name": "bar nord", "deal": DealIn("Kettles", "EUR")},
    }.get(way)

    if more is None:
        for step in ("contact", "qualify", "converted"):
            item = run.move(item, to=step, by=us.ben, now=NOW)
    else:
        leads.convert(bea, by=us.ben, now=NOW, **more)
        leads.convert(bea, by=us.ben, now=NOW, **more)
    bea.refresh_from_db()

    assert len(before[0]) >= 2
    assert before[2]
    assert past(bea) == before
    assert bea.stage == "customer"
    assert leads.listed(us.ben) == []
    places = list(Affiliation.objects.values_list("person", "organisation__name", "is_main"))
    assert places == {
        "into an organisation that is known": [(bea.pk, "Bar Nord", True)],
        "into a new organisation": [(bea.pk, "Bar South", True)],
        "with all": [(bea.pk, "Bar Nord", True)],
    }.get(way, [])
    assert Deal.objects.filter(person=bea).count() == (way in ("with a deal", "with all"))
    assert Organisation.objects.count() == 1 + (way == "into a new organisation")


def test_a_quote_that_becomes_an_order_and_a_merge_move_nothing_either() -> None:
    us = cast.staff()
    bea, bo = heard(us), cast.person("Bo", by=us.ben)
    taken_up(us, bea)
    before = past(bea)
    quote = Quote.objects.get()
    quotes.send(quote, by=us.ben, now=NOW)

    offered.accept(quote, by=us.ben, now=NOW)
    merge.merge(bo, bea, by=us.lea, now=NOW, keep=bo)
    bo.refresh_from_db()
    bea.refresh_from_db()

    old, new = before[0], past(bo)[0]
    assert [row for row in new if row in old] == old
    assert [one.who for one in leads.listed(us.ben)] == [bo]
    assert leads.take_up(bo, by=us.ben, now=NOW)[1] is False


def test_converting_tells_what_it_became_and_refuses_who_is_no_lead() -> None:
    us = cast.staff()
    bea, bo = cast.person(by=us.ben), cast.person("Bo", by=us.ben)
    taken_up(us, bea)

    first = leads.convert(bea, by=us.ben, now=NOW, organisation_name="Bar Nord", deal=DealIn("Kettles", "EUR"))
    again = leads.convert(bea, by=us.ben, now=NOW)

    assert first.is_new
    assert not again.is_new
    assert (again.organisation, again.deal) == (first.organisation, first.deal)
    assert first.deal is not None
    assert first.deal.came_by == f"item:{first.item.pk}"
    with pytest.raises(Refusal):
        leads.convert(bo, by=us.ben, now=NOW)
    with pytest.raises(Refusal):
        leads.drop(bea, by=us.ben, now=NOW, because="No")


def test_a_deal_that_is_open_with_them_already_is_not_opened_a_second_time_unasked() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    deals.open_deal(DealIn("Kettles", "EUR", amount=Decimal(400), person=bea), by=us.ben, now=NOW)
    taken_up(us, bea)

    with pytest.raises(Refusal, match="open with them already"):
        leads.convert(bea, by=us.ben, now=NOW, deal=DealIn("kettles ", "EUR", amount=Decimal(900)))
    found = leads.convert(bea, by=us.ben, now=NOW, deal=DealIn("More kettles", "EUR"))

    assert found.deal is not None
    assert sorted(Deal.objects.values_list("title", flat=True)) == ["Kettles", "More kettles"]


def test_a_conversion_that_cannot_open_its_deal_converts_nothing() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    taken_up(us, bea)

    with pytest.raises(Refusal):
        leads.convert(bea, by=us.ben, now=NOW, organisation_name="Bar Nord", deal=DealIn("", "EUR"))
    bea.refresh_from_db()

    assert bea.stage == "lead"
    assert [one.who for one in leads.listed(us.ben)] == [bea]
    assert not Organisation.objects.exists()


def test_contractors_see_and_change_no_leads() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    taken_up(us, bea)

    assert leads.listed(us.cleo) == []
    for act in (
        lambda: leads.take_up(bea, by=us.cleo, now=NOW),
        lambda: leads.convert(bea, by=us.cleo, now=NOW),
        lambda: leads.drop(bea, by=us.cleo, now=NOW, because="No"),
    ):
        with pytest.raises(NotAllowed):
            act()

"""Deals and leads on their pages: board, table, one deal, its buttons, and the form that converts a lead."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import cast
from mutuals.base import clock
from mutuals.sales import deals, leads
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal, DealRole, Order, Quote

pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def opened(us, bea, title: str = "Kettles", amount: int = 900) -> Deal:
    return deals.open_deal(DealIn(title, "EUR", bea, amount=Decimal(amount)), by=us.ben, now=clock.now())[0]


def text(client: Client, way: str) -> str:
    answer = client.get(way)
    assert answer.status_code == 200, (way, answer.status_code)
    return answer.content.decode()


def test_a_fresh_house_is_told_what_deals_are_and_opens_one_with_lines_by_the_form() -> None:
    us = cast.staff()
    bea, ben = cast.person(by=us.ben), signed_in(us.ben)

    empty = text(ben, "/sales/deals/")
    form = {"title": "Kettles for the bar", "person": str(bea.pk), "organisation": "", "currency": "EUR",
            "amount": "", "line_sku": ["", ""], "line_name": ["Kettle", ""], "line_quantity": ["3", ""],
            "line_price": ["50", ""]}  # fmt: skip
    wrong = ben.post("/sales/deals/new/", form | {"title": ""})
    made = ben.post("/sales/deals/new/", form)
    row = Deal.objects.get()

    assert "Open the first one" in empty
    assert wrong.status_code == 422
    assert made.headers["Location"] == f"/sales/deals/{row.pk}/"
    assert (row.amount, row.owner, row.person) == (Decimal(150), us.ben, bea)


def test_the_board_shows_each_step_with_its_sum_and_a_form_moves_a_card() -> None:
    us = cast.staff()
    bea, ben = cast.person(by=us.ben), signed_in(us.ben)
    row, other = opened(us, bea), opened(us, bea, "Lids", 100)
    assert row.item is not None

    before = text(ben, "/sales/deals/")
    told = {"to": "needs", "was": "qualify"}
    form = text(ben, f"/lists/deal/{row.pk}/move/?view=board")
    moved = ben.post(f"/lists/deal/{row.pk}/move/", told)
    reasonless = ben.post(f"/lists/deal/{other.pk}/move/", {"to": "lost", "was": "qualify"})
    told_by_script = ben.post(
        f"/lists/deal/{row.pk}/move/", {"to": "lost", "was": "qualify"}, headers={"Accept": "application/json"}
    )
    late = ben.post(f"/sales/deals/{row.pk}/do/", {"do": f"move lost {row.item.changes}", "because": "No"}, follow=True)
    row.refresh_from_db()
    after = text(ben, "/sales/deals/")
    with CaptureQueriesContext(connection) as few:
        text(ben, "/sales/deals/")
    for number in range(10):
        opened(us, bea, f"More {number}")
    with CaptureQueriesContext(connection) as many:
        text(ben, "/sales/deals/")

    assert "€1,000" in before
    assert f'href="/lists/deal/{other.pk}/move/"' in before
    assert "Understand the need" in form
    assert reasonless.status_code == 422
    assert "asks for a reason" in reasonless.content.decode()
    assert told_by_script.status_code == 409
    assert "Ben moved it to Understand the need at " in told_by_script.json()["words"]
    assert told_by_script.json()["lane"] == "needs"
    assert "€900" in told_by_script.json()["heads"]["needs"]
    assert moved.headers["Location"] == "/sales/deals/"
    assert "changed this since you opened it" in late.content.decode()
    assert row.item is not None
    assert (row.item.step, row.outcome) == ("needs", "")
    assert after.index("Understand the need") < after.index(">Kettles<")
    assert len(many) == len(few)


def test_another_address_than_ours_is_not_gone_back_to() -> None:
    us = cast.staff()
    row = opened(us, cast.person(by=us.ben))

    answer = signed_in(us.ben).post(f"/sales/deals/{row.pk}/do/", {"do": "win", "back": "//evil.example/"})

    assert answer.headers["Location"] == f"/sales/deals/{row.pk}/"


def test_one_deal_is_edited_won_and_lost_with_what_stands_around_it() -> None:
    us = cast.staff()
    source = cast.source(owner=us.olga, team=us.sales)
    cast.said(source, cast.event("p1", "Do you sell kettles to bars?", who="bea"))
    bea, ben = cast.person(by=us.ben), signed_in(us.ben)
    cast.profile("@bea.two", of=bea)
    row = opened(us, bea)
    here = f"/sales/deals/{row.pk}/"

    edited = ben.post(
        f"{here}edit/",
        {"title": "Two kettles", "person": str(bea.pk), "organisation": "", "currency": "EUR", "amount": "1000",
         "probability": "40", "expected_on": "2026-12-24", "owner": str(us.ben.pk)},
    )  # fmt: skip
    ben.post(f"{here}do/", {"do": "role", "who": "Bea Brand", "role": "decides"})
    quote = {"number": "Q-1", "person": str(bea.pk), "currency": "EUR", "discount": "", "line_sku": "", "line_name": "Kettle",
             "line_quantity": "2", "line_price": "500", "line_discount": ""}  # fmt: skip
    ben.post(f"/sales/quotes/new/?deal={row.pk}", quote)
    order = {"number": "O-1", "person": str(bea.pk), "currency": "EUR", "placed_on": "2026-11-20", "line_name": "Kettle",
             "line_quantity": "2", "line_price": "500"}  # fmt: skip
    ben.post(f"/sales/orders/new/?deal={row.pk}", order)
    page = text(ben, here)
    refused = ben.post(f"{here}do/", {"do": "lose"}, follow=True).content.decode()
    ben.post(f"{here}do/", {"do": "lose", "because": "Too dear"})
    lost = text(ben, here)
    ben.post(f"{here}do/", {"do": "reopen", "because": "They called"})
    ben.post(f"{here}do/", {"do": "win"})
    ben.post(f"{here}do/", {"do": "trash"})
    row.refresh_from_db()

    assert edited.headers["Location"] == here
    assert (row.title, row.amount, row.outcome, row.trashed_at is None) == ("Two kettles", Decimal(1000), "won", False)
    assert DealRole.objects.get().role == "decides"
    assert (Quote.objects.get().deal, Order.objects.get().deal) == (row, row)
    for words in ("Q-1", "O-1", "Decides", "40 %", "€400", "24 Dec 2026"):
        assert words in page, words
    assert "Because is missing" in refused
    assert "Too dear" in lost
    assert "Take it out" in text(ben, here)
    assert "Two kettles" in text(ben, "/sales/deals/?view=list&state=trash")
    assert "Two kettles" not in text(ben, "/sales/deals/?view=list&state=won")


def test_a_lead_is_taken_up_converted_by_a_form_and_let_go() -> None:
    us = cast.staff()
    bea, bo, ben = cast.person(by=us.ben), cast.person("Bo Solmar", by=us.ben), signed_in(us.ben)

    offered = text(ben, f"/customers/{bea.pk}/")
    for who in (bea, bo):
        ben.post("/sales/leads/new/", {"person": str(who.pk), "organisation": "", "source": "Fair", "note": ""})
    listed = text(ben, "/sales/leads/")
    numbers = {one.who: one.item.pk for one in leads.listed(us.ben)}
    form = text(ben, f"/sales/leads/{numbers[bea]}/convert/")
    told = {"organisation": "Bar Nord", "role": "Owner", "title": "Kettles", "amount": "900", "currency": "EUR"}
    done = ben.post(f"/sales/leads/{numbers[bea]}/convert/", told)
    ben.post(f"/sales/leads/{numbers[bo]}/drop/", {"because": "Not for us"})
    deal = Deal.objects.get()

    assert "Take up as a lead" in offered
    assert "Fair" in listed
    assert "made" in form
    assert done.headers["Location"] == f"/sales/deals/{deal.pk}/"
    assert (deal.person, str(deal.organisation)) == (bea, "Bar Nord")
    assert "Bo Solmar" in text(ben, "/sales/leads/?state=lost")
    assert "Bea Brand" in text(ben, "/sales/leads/?state=won")
    assert "Kettles" in text(ben, f"/customers/{bea.pk}/")


def test_contractors_find_no_deals() -> None:
    us = cast.staff()
    row = opened(us, cast.person(by=us.ben))
    cleo = signed_in(us.cleo)

    for way in ("/sales/deals/", f"/sales/deals/{row.pk}/", "/sales/leads/", "/sales/deals/new/"):
        assert cleo.get(way).status_code == 403, way

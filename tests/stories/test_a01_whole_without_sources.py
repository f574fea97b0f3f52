"""A1: the product is a complete CRM even with every social source switched off.

"With no source connected: create a lead, convert it to person + organisation + deal, win it, record an order, open and close a
case, and see all of it on the person's page." On screens: tests/browser/test_crm_one.py. What may go otherwise on the way
(converted twice, seen too late, lost, reopened, trash): test_a01.py; that conversion never moves history: sales/tests.
"""

import pytest

import cast
from doors import Member
from mutuals.base import clock
from mutuals.channels.models import Source
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db


def test_by_the_pages_somebody_new_becomes_a_lead_a_customer_an_order_and_a_case() -> None:
    olga = Member(cast.staff().olga)

    nobody = olga.browser.post("/sales/leads/new/", {"person": "Bea Brand"})
    olga.post("/sales/leads/new/", person="Bea Brand", is_new="on", email="bea@bar.example", source="Fair")
    double = olga.browser.post("/sales/leads/new/", {"person": "B. Brand", "is_new": "on", "email": "bea@bar.example"})
    bea = Person.objects.get()
    lead = olga.ask("GET", "/leads")["items"][0]
    deal = olga.post(
        f"/sales/leads/{lead['id']}/convert/", organisation="Bar Nord", role="Owner", title="Two kettles", amount="900",
        currency="EUR",
    )  # fmt: skip
    told = olga.page(f"/customers/{bea.pk}/")

    assert (nobody.status_code, double.status_code) == (422, 422)
    assert "They are new here" in nobody.text
    assert "/sales/deals/" in deal
    assert all(words in told for words in ("Bea Brand", "Bar Nord", "Two kettles"))


def test_by_programs_all_of_it_stands_on_the_page_of_the_person() -> None:
    olga = Member(cast.staff().olga)

    bea = olga.ask("POST", "/people", {"name": "Bea Brand", "email": "bea@bar.example"})
    lead = olga.ask("POST", "/leads", {"person_id": bea["id"], "source": "Fair"})
    deal = {"title": "Two kettles", "currency": "EUR", "amount": "900"}
    made = olga.ask("POST", f"/leads/{lead['id']}/convert", {"organisation_name": "Bar Nord", "deal": deal})
    won = olga.ask("POST", f"/deals/{made['deal']['id']}/win")
    lines = [{"sku": "K-1", "name": "Kettle", "quantity": "2", "unit_price": "450"}]
    order = {"number": "KW-1", "placed_at": clock.now().isoformat(), "currency": "EUR", "person_id": bea["id"]}
    olga.ask("PUT", "/orders", {"orders": [order | {"lines": lines}]})
    case = olga.ask("POST", "/cases", {"title": "The lid does not close", "person_id": bea["id"]})
    olga.ask("POST", f"/cases/{case['id']}/close", cast.ENDED)
    page, orders = olga.page(f"/customers/{bea['id']}/"), olga.page(f"/customers/{bea['id']}/", tab="orders")

    assert not Source.objects.filter(state="active").exists()
    assert won["outcome"] == "won"
    assert olga.ask("GET", f"/cases/{case['id']}")["state"] == "solved"
    assert all(words in page for words in ("Bar Nord", "Two kettles", "Won", "The lid does not close"))
    assert "KW-1" in orders


def test_from_the_terminal_the_same_life_is_written_and_read(capsys: pytest.CaptureFixture[str]) -> None:
    olga = Member(cast.staff().olga, capsys)

    bea = olga.run("people", "add", "--name", "Bea Brand", "--email", "bea@bar.example")["id"]
    olga.run("leads", "add", "--person", bea, "--source", "Fair")
    done = olga.run("leads", "convert", "--person", bea, "--into", "Bar Nord", "--deal", "Two kettles", "--amount", 900)
    won = olga.run("deals", "win", done["deal"])
    olga.run("orders", "add", "KW-1", "--person", bea, "--currency", "EUR", "--line", "K-1=450x2")
    case = olga.run("cases", "open", 0, "The lid does not close", "--person", bea)
    olga.run("cases", "close", case["reference"], "--purpose", "fix", "--outcome", "solved")
    shown = str(olga.run("people", "show", bea))

    assert won["outcome"] == "won"
    assert "Bea Brand" in shown
    assert [row["number"] for row in olga.run("orders", "list", "--person", bea)] == ["KW-1"]

"""Two members of staff work on the same deals at once: nothing of either is lost, and both are told. By API and by act."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.communities import ideas
from mutuals.people import organisations
from mutuals.sales import deals
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal

pytestmark = pytest.mark.django_db


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(client: Client, method: str, way: str, **body):
    answer = client.generic(method, f"/api/v1{way}", json.dumps(body), content_type="application/json")
    return answer.status_code, json.loads(answer.content or b"null")


def test_two_who_edit_one_deal_meet_only_where_both_changed_the_same() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    row, _ = deals.open_deal(DealIn("Kettles", "EUR", bea, amount=Decimal(900)), by=us.ben, now=clock.now())
    ben, ada = as_(us.ben), as_(us.ada)
    way = f"/sales/deals/{row.pk}/edit/"
    page = ben.get(way).content.decode()
    shown = {
        "title": "Kettles", "person": str(bea.pk), "organisation": "", "currency": "EUR", "amount": "900.00",
        "probability": "", "expected_on": "", "owner": str(us.ben.pk),
    }  # fmt: skip
    was = {f"was_{name}": value for name, value in shown.items()}

    first = ada.post(way, {**shown, **was, "amount": "1000", "title": "Kettles for the bar"})
    second = ben.post(way, {**shown, **was, "amount": "1200", "expected_on": "2026-12-24"})
    asked = second.content.decode()
    row.refresh_from_db()
    between = (row.title, row.amount, row.expected_on)
    taken = {**was, "was_amount": "1000.00", "was_title": "Kettles for the bar"}
    third = ben.post(
        way, {**shown, **taken, "title": "Kettles for the bar", "amount": "1200", "expected_on": "2026-12-24"}
    )
    row.refresh_from_db()

    assert 'name="was_amount" value="900.00"' in page
    assert first.status_code == 302
    assert second.status_code == 409
    assert "Ada" in asked
    assert "1000.00" in asked
    assert between == ("Kettles for the bar", Decimal(1000), None)
    assert third.status_code == 302
    assert (row.title, row.amount, str(row.expected_on)) == ("Kettles for the bar", Decimal(1200), "2026-12-24")


def test_what_one_edits_of_an_organisation_stays_while_another_edits_something_else() -> None:
    us = cast.staff()
    row = organisations.add(by=us.ada, name="Bar Nord", now=clock.now(), city="Porto")
    ben, ada = as_(us.ben), as_(us.ada)
    way = f"/organisations/{row.pk}/edit/"
    shown = {"name": "Bar Nord", "domain": "", "phone": "", "city": "Porto", "country": "", "tags": ""}
    was = {f"was_{name}": value for name, value in shown.items()}

    ada.post(way, {**shown, **was, "city": "Braga", "tags": "bars"})
    other = ben.post(way, {**shown, **was, "country": "Portugal"})
    clash = ben.post(way, {**shown, **was, "city": "Lisbon"})
    row.refresh_from_db()

    assert other.status_code == 302
    assert (row.city, row.country, row.tags) == ("Braga", "Portugal", ["bars"])
    assert clash.status_code == 409
    assert "Braga" in clash.content.decode()


def test_many_are_written_viewed_and_undone_by_the_api() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    rows = [
        deals.open_deal(DealIn(f"Kettles {n}", "EUR", bea, amount=Decimal(100 * n)), by=us.ben, now=clock.now())[0]
        for n in (1, 2, 3)
    ]
    wish, _ = ideas.add(by=us.ada, now=cast.NOW, title="Red lids")
    ben, ada = as_(us.ben), as_(us.ada)

    status, batch = sent(ben, "POST", "/bulk", record="deal", f=["amount:over:150"], changes={"owner": str(us.ada.pk)})
    _, both = sent(
        ben, "POST", "/bulk", record="deal", f=["amount:over:1"], ids=[rows[0].pk], changes={"probability": 5}
    )
    deals.edit(rows[2], by=us.ada, changes={"owner": us.lea}, now=clock.now())
    _, undone = sent(ben, "POST", f"/batches/{batch['id']}/undo")
    strange, _ = sent(ada, "GET", f"/batches/{batch['id']}")
    _, every = sent(as_(us.aron), "GET", "/batches")
    _, state = sent(ada, "POST", "/bulk", record="idea", ids=[wish.pk], changes={"state": "planned"})
    _, view = sent(
        ben, "POST", "/views", record="deal", name="Large", query="f=amount%3Aover%3A150", team_id=us.sales.pk
    )
    _, seen = sent(ada, "GET", "/views?record=deal")
    _, mine = sent(ben, "GET", "/views?record=deal")
    gone, _ = sent(ben, "DELETE", f"/views/{view['id']}")
    _, found = sent(ben, "GET", "/deals?f=amount:over:150")
    _, wished = sent(ben, "GET", "/ideas?f=state:is:planned")

    assert (status, batch["state"], batch["total"], batch["refused"]) == (200, "done", 2, 0)
    assert both["title"]
    assert [one.owner for one in Deal.objects.order_by("pk")] == [us.ben, us.ben, us.lea]
    assert [(one["about"], one["kept"]) for one in undone["rows_kept"]] == [
        (f"deal:{rows[2].pk}", {"owner": str(us.lea.pk)})
    ]  # fmt: skip
    assert strange == 404
    assert [one["id"] for one in every["items"]] == [batch["id"]]
    assert state["refused"] == 0
    assert (seen, [one["name"] for one in mine], gone) == ([], ["Large"], 200)
    assert [one["title"] for one in found["items"]] == ["Kettles 3", "Kettles 2"]
    assert [one["title"] for one in wished["items"]] == ["Red lids"]

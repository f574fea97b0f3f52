"""Lists that are written: cells, many rows, batches and their undo, the month, cards beyond the first."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.base.models import Batch
from mutuals.sales import deals
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def opened(us, many=1, **more):
    bea = cast.person(by=us.ben)
    told = [DealIn(f"Kettles {n}", "EUR", bea, amount=Decimal(100 * n), **more) for n in range(1, many + 1)]
    return [deals.open_deal(one, by=us.ben, now=clock.now())[0] for one in told]


def test_a_cell_is_written_where_it_stands_and_asks_only_about_what_both_changed() -> None:
    us = cast.staff()
    (row,) = opened(us)
    ben, ada = as_(us.ben), as_(us.ada)
    way = f"/lists/deal/{row.pk}/cell/amount/"

    listed = ben.get("/sales/deals/?view=list").content.decode()
    form = ben.get(way, headers={"X-Part": "1"}).content.decode()
    saved = ben.post(way, {"value": "250", "was": "100.00"}, headers={"X-Part": "1"})
    other = ada.post(f"/lists/deal/{row.pk}/cell/expected/", {"value": "2026-12-24", "was": ""})
    clash = ada.post(way, {"value": "300", "was": "100.00"})
    bad = ada.post(way, {"value": "much", "was": "250.00"}, headers={"X-Part": "1"})
    mine = ada.post(way, {"value": "300", "was": "250.00"}, follow=True)
    row.refresh_from_db()

    assert f'href="{way}?view=list"' in listed
    assert 'value="100.00"' in form
    assert "€250" in saved.json()["html"]
    assert saved.json()["undo"] == f"/batches/{Batch.objects.order_by('pk')[0].pk}/undo/"
    assert other.status_code == 302
    assert clash.status_code == 409
    assert "Ben changed amount to “250.00” at " in clash.content.decode()
    assert "Save mine" in clash.content.decode()
    assert (bad.status_code, "is a number" in bad.content.decode()) == (422, True)
    assert "Saved." in mine.content.decode()
    assert (row.amount, str(row.expected_on)) == (Decimal(300), "2026-12-24")


def test_all_that_match_are_edited_by_a_form_and_undone_from_the_page_of_batches() -> None:
    us = cast.staff()
    rows = opened(us, 3)
    ben, ada = as_(us.ben), as_(us.ada)
    way = "/lists/deal/many/?f=amount%3Aover%3A150&view=list"

    form = ben.post(way, {"all": "on"}).content.decode()
    none = ben.post(way, {"all": "on", "write": "on"}, follow=True).content.decode()
    told = {"all": "on", "write": "on", "set_owner": "on", "value_owner": str(us.ada.pk)}
    done = ben.post(way, told, follow=True).content.decode()
    batch = Batch.objects.get()
    deals.edit(rows[2], by=us.ada, changes={"owner": us.lea}, now=clock.now())
    strange = ada.post(f"/batches/{batch.pk}/undo/").status_code
    undone = ben.post(f"/batches/{batch.pk}/undo/", follow=True).content.decode()
    page = ben.get("/batches/").content.decode()

    assert "all 2 that match" in form
    assert "Choose what is to be written" in none
    assert f"2 deals, owner: {us.ada.name}" in done
    assert f'action="/batches/{batch.pk}/undo/"' in done
    assert strange == 404
    assert "Owner is Lea now" in undone
    assert "Undone" in page
    assert [row.owner for row in Deal.objects.order_by("pk")] == [us.ben, us.ben, us.lea]


def test_a_month_marks_today_and_a_board_shows_its_cards_by_pages() -> None:
    us = cast.staff()
    opened(us, 6, expected_on=clock.now().date())
    ben = as_(us.ben)

    month = ben.get("/sales/deals/?view=month").content.decode()
    december = ben.get("/sales/deals/?view=month&month=2031-12").content.decode()
    day = clock.now().date().isoformat()
    listed = ben.get(f"/sales/deals/?f=expected%3Aon%3A{day}&view=list").content.decode()
    more = ben.get("/lists/deal/cards/?lane=qualify", headers={"HX-Request": "true"}).content.decode()
    plain = ben.get("/lists/deal/cards/?lane=qualify").headers["Location"]
    moved = ben.post(
        f"/lists/deal/{Deal.objects.order_by('pk')[0].pk}/move/", {"to": "needs", "was": "qualify"}, headers=JSON
    )
    back = ben.post(moved.json()["undo"], follow=True)

    assert 'aria-current="date"' in month
    assert "2 more" in month
    assert "December 2031" in december
    assert "month=2032-01" in december
    assert "6 deals" in listed
    assert more.count("<article") == 6
    assert plain == "/sales/deals/?f=step%3Ais%3Aqualify&view=list"
    assert "5</span>" in moved.json()["heads"]["qualify"]
    assert {row.item.step for row in Deal.objects.select_related("item") if row.item} == {"qualify"}
    assert back.status_code == 200


def test_who_only_looks_is_offered_nothing_to_write() -> None:
    us = cast.staff()
    (row,) = opened(us)
    cleo = as_(us.cleo)

    for way in ("cell/amount/", "move/"):
        assert cleo.get(f"/lists/deal/{row.pk}/{way}").status_code == 403, way
        assert cleo.post(f"/lists/deal/{row.pk}/{way}", {"value": "1", "to": "needs"}).status_code == 403, way
    assert cleo.post("/lists/deal/many/", {"id": row.pk, "write": "on"}).status_code == 403
    assert as_(us.ada).get("/lists/order/1/move/").status_code == 404

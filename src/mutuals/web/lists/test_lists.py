"""The page of any list: filters that are added, changed and taken away, columns, views, ticks, files."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

import cast
from mutuals.base import clock, lists
from mutuals.identity import bought
from mutuals.inbox import cases, promises
from mutuals.people import organisations
from mutuals.people.models import Organisation
from mutuals.processes import usual
from mutuals.records import definitions
from mutuals.sales import goods, leads
from mutuals.sales.models import Product
from mutuals.sales.orders import OrderIn
from mutuals.staff.models import SavedView
from mutuals.web.lists import places

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def ordered(here, many=3, *, currency="EUR", status="paid"):
    bea = cast.person(by=here.ada)
    told = [
        bought.Bought(
            OrderIn(
                f"{currency}-{number}", cast.NOW - timedelta(days=number), currency, Decimal(10 + number), status=status
            ),
            person=bea,
        )
        for number in range(many)
    ]
    bought.take(told, source=None, by=here.ada, now=cast.NOW)
    return bea


def test_a_filter_is_added_changed_and_taken_away_by_links_and_forms_alone(here):
    ordered(here)
    ada = as_(here.ada)

    form = ada.get("/sales/orders/?sort=stored&add=total")
    added = ada.get("/sales/orders/?sort=stored&field=total&op=over&value=10.50")
    first = ada.get(added.headers["Location"])
    changing = ada.get(first.context["chips"][0].change)
    changed = ada.get(first.context["address"].url() + "&field=total&op=over&value=11.50&at=0", follow=True)
    whole = ada.get(changed.context["chips"][0].without)

    assert '<option value="between"' in form.text
    assert parse_qs(urlsplit(added.headers["Location"]).query) == {"f": ["total:over:10.50"], "sort": ["stored"]}
    assert "Orders where total is above 10.50." in first.text
    assert "2 orders<" in first.text
    assert 'value="10.50"' in changing.text
    assert [one.title for one in changed.context["rows"]] == ["EUR-2"]
    assert "3 orders<" in whole.text


def test_what_a_list_adds_up_to_stands_under_it_for_each_currency(here):
    ordered(here)
    ordered(here, 1, currency="USD")

    page = as_(here.ada).get("/sales/orders/")

    assert "Total €33" in page.text
    assert "Total $10" in page.text


def test_a_condition_that_cannot_be_used_is_told_and_its_chip_can_be_taken_away(here):
    page = as_(here.ada).get("/sales/orders/?f=total:over:many")

    assert page.status_code == 422
    assert "takes a number" in page.text
    assert 'aria-label="Remove the filter Total"' in page.text


def test_a_list_is_grouped_and_each_group_leads_to_its_rows(here):
    ordered(here)
    ordered(here, 1, currency="USD", status="")
    ada = as_(here.ada)

    page = ada.get("/sales/orders/?group=status")
    ways = {words: way for words, way, _ in page.context["grouped"]}
    unsaid = ada.get(ways["not said"])
    by_state = ada.get("/sales/products/?group=active")

    assert [(words, group.count) for words, _, group in page.context["grouped"]] == [("paid", 3), ("not said", 1)]
    assert "€33" in page.text
    assert [one.title for one in unsaid.context["rows"]] == ["USD-0"]
    assert by_state.status_code == 200
    assert ada.get("/sales/orders/?group=placed").status_code == 422


def test_columns_are_kept_for_one_user_and_an_address_says_its_own(here):
    ordered(here)
    ada, ben = as_(here.ada), as_(here.ben)

    kept = ada.post("/lists/order/columns/?f=status:is:paid", {"col": ["currency", "status"]}, follow=True)
    again = ada.get("/sales/orders/")
    shared = ada.get("/sales/orders/?col=total")
    others = ben.get("/sales/orders/")
    ada.post("/lists/order/columns/", {})
    usual = ada.get("/sales/orders/")

    def heads(page):
        return [one.name for one, *_ in page.context["heads"]]

    assert kept.redirect_chain == [("/sales/orders/?f=status%3Ais%3Apaid", 302)]
    assert heads(kept) == heads(again) == ["status", "currency"]
    assert heads(shared) == ["total"]
    assert heads(others) == heads(usual) == ["buyer", "for", "source", "status", "total", "placed"]
    assert not SavedView.objects.exists()


def test_a_view_is_kept_shared_and_removed_by_who_made_it(here):
    ada, ben = as_(here.ada), as_(here.ben)
    ada.post("/lists/order/columns/", {"col": ["status"]})

    made = ada.post("/lists/order/views/", {"name": "Paid", "query": "f=status%3Ais%3Apaid", "shared": "on"})
    seen = ben.get("/sales/orders/")
    view = SavedView.objects.get(name="Paid")
    refused = ben.post(f"/lists/order/views/{view.pk}/remove/", follow=True)
    own = SavedView.objects.get(name="")
    nameless = ada.post(f"/lists/order/views/{own.pk}/remove/")
    elsewhere = ada.post(f"/lists/product/views/{view.pk}/remove/")
    ada.post(f"/lists/order/views/{view.pk}/remove/")

    assert made.headers["Location"] == "/sales/orders/?f=status%3Ais%3Apaid"
    assert 'href="/sales/orders/?f=status%3Ais%3Apaid">Paid' in seen.text
    assert "Only who made a view" in refused.text
    assert (nameless.status_code, elsewhere.status_code) == (404, 404)
    assert list(SavedView.objects.values_list("name", flat=True)) == [""]


def test_ticked_rows_are_tagged_and_too_many_or_a_bad_word_change_nothing(here):
    ids = [organisations.add(by=here.ada, name=f"Shop {number}", now=cast.NOW).pk for number in range(3)]
    ada = as_(here.ada)

    done = ada.post("/lists/organisation/bulk/", {"do": "tag", "word_Tag": "north", "id": ids[:2]}, follow=True)
    empty = ada.post("/lists/organisation/bulk/", {"do": "tag", "word_Tag": " ", "id": ids}, follow=True)
    many = ada.post("/lists/organisation/bulk/", {"do": "tag", "word_Tag": "x", "id": range(1, 300)}, follow=True)
    unknown = ada.post("/lists/organisation/bulk/", {"do": "burn", "id": ids})
    ada.post("/lists/organisation/bulk/", {"do": "untag", "word_Tag": "north", "id": ids[:1]})

    assert "2 tagged “north”." in done.text
    assert "A tag is a word." in empty.text
    assert "At most 200 at once." in many.text
    assert unknown.status_code == 404
    assert [one.tags for one in Organisation.objects.order_by("pk")] == [[], ["north"], []]


def test_the_file_holds_what_the_page_lists_with_its_columns_and_leads_alone_take_it(here):
    bea = ordered(here)
    ordered(here, 1, currency="USD", status="sent")
    lea = as_(here.lea)

    whole = lea.get(f"/lists/order/export.csv?f=status:is:paid&col=total&person={bea.pk}")
    lines = b"".join(whole.streaming_content).decode().splitlines()

    assert lines[0] == "id,Number,Total,Currency"
    assert [line.split(",", 1)[1] for line in lines[1:]] == ["EUR-0,10.00,EUR", "EUR-1,11.00,EUR", "EUR-2,12.00,EUR"]
    assert as_(here.ada).get("/lists/order/export.csv").status_code == 403
    assert as_(here.ada).post("/lists/order/bulk/", {"do": "export", "id": [1]}).status_code == 403


def test_a_product_opens_for_those_who_may_change_it_and_is_read_by_others(here):
    goods.add_product(by=here.lea, sku="K-1", name="Kettle")
    row = Product.objects.get()

    assert f'href="/sales/products/{row.pk}/edit/"' in as_(here.lea).get("/sales/products/").text
    assert f"{row.pk}/edit/" not in as_(here.ada).get("/sales/products/").text
    assert "data-tick" not in as_(here.ada).get("/sales/products/").text


def test_lists_that_one_may_not_see_and_those_that_are_not_there(here):
    cleo = as_(here.cleo)

    assert cleo.get("/lists/organisation/").status_code == 403
    assert cleo.post("/lists/organisation/bulk/", {"do": "tag"}).status_code == 403
    assert cleo.get("/sales/orders/").context["count"] == 0
    assert as_(here.ada).get("/lists/nothing/").status_code == 404
    assert as_(here.ada).get("/lists/order/?f=status:is:paid").headers["Location"] == "/sales/orders/?f=status:is:paid"
    assert as_(here.ada).get("/sales/orders/?person=0").status_code == 404
    assert as_(here.ada).get("/sales/orders/?after=forged").status_code == 404


def test_a_field_of_the_houses_own_is_a_column_a_filter_and_a_part_of_the_file(here):
    far = definitions.add("organisation", by=here.olga, now=cast.NOW, label="Renewal", kind="day")
    worth = definitions.add("organisation", by=here.olga, now=cast.NOW, label="Worth", kind="money")
    told = {far.key: "2026-12-31", worth.key: {"amount": "12.50", "currency": "EUR"}}
    organisations.add(by=here.ada, name="Kettle works", custom=told, now=cast.NOW)
    organisations.add(by=here.ada, name="Other works", now=cast.NOW)
    lea, query = as_(here.lea), f"col=custom.{far.key}&col=custom.{worth.key}&f=custom.{far.key}:filled"

    page = lea.get(f"/organisations/?{query}")
    file = lea.get(f"/lists/organisation/export.csv?{query}")
    chosen = lea.post("/lists/organisation/columns/", {"col": [f"custom.{far.key}"]}, follow=True)

    assert [cell.value for cell in page.context["rows"][0].cells] == ["31 Dec 2026", Decimal("12.5")]
    assert "€12.50" in page.text
    assert "Organisations where renewal is filled in." in page.text
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert lines[0] == "id,Name,Renewal,Worth,Currency"
    assert [line.split(",", 1)[1] for line in lines[1:]] == ["Kettle works,2026-12-31,12.5,EUR"]
    assert [label for _, label, *_ in chosen.context["heads"]] == ["Renewal"]


def test_a_list_costs_the_same_however_long_it_is(here, django_assert_num_queries):
    ordered(here, 2)
    ada = as_(here.ada)
    with django_assert_num_queries(11):  # of which four are patience with the sums
        ada.get("/sales/orders/")
    ordered(here, 40, currency="USD")

    with django_assert_num_queries(11):
        ada.get("/sales/orders/")


def test_every_list_opens_in_every_shape_that_it_has_by_boards_with_cards_that_lead_somewhere(settings):
    settings.PATIENCE = 60  # seconds: a busy machine is no reason to give up
    us, now = cast.staff(), clock.now()
    bea, lea = cast.person(by=us.ben), Client()
    lea.force_login(us.lea)
    cases.open_case(
        by=us.lea, now=now, title="Leaks", person=bea, process=usual.of("case", by=us.lea, now=now, pillar="service")
    )
    leads.take_up(bea, by=us.ben, now=now)
    promises.make(by=us.lea, now=now, words="We send a lid", due_at=now + timedelta(hours=1), person=bea)

    shown = {
        (of.record, shape): lea.get(f"{places.of_list(of.record)}?view={shape}")
        for of in map(lists.listing, ("case", "deal", "invoice", "lead", "promise", "quote", "task"))
        for shape in of.shapes
    }
    pages = {key: answer.content.decode() for key, answer in shown.items()}
    month = lea.get(f"/lists/promise/?view=month&month={now + timedelta(hours=1):%Y-%m}", follow=True).content.decode()

    assert {key: answer.status_code for key, answer in shown.items() if answer.status_code != 200} == {}
    assert 'data-move data-key="m"' in pages["case", "board"]
    assert f'href="/customers/{bea.pk}/"' in pages["lead", "board"]
    assert "Bea Brand" in pages["lead", "list"]
    assert "We send a lid" in month

"""The pages of sales: what is done by their forms, what they refuse in words, and whom they show what."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import cast
from mutuals.base import clock
from mutuals.identity import bought, merge, offered
from mutuals.people import organisations
from mutuals.people.models import Organisation, Person
from mutuals.sales import goods, invoices, quotes
from mutuals.sales.models import Invoice, Order, Payment, Price, PriceList, Product, Quote
from mutuals.sales.orders import LineIn, OrderIn

ORDER = {"number": "O-1", "placed_on": "2026-05-01", "currency": "EUR", "line_sku": ["K-1"], "line_name": ["Kettle"],
         "line_quantity": ["2"], "line_price": ["19.90"]}  # fmt: skip
QUOTE = {"number": "Q-1", "currency": "EUR", "line_sku": ["K-1"], "line_name": [""], "line_quantity": ["2"],
         "line_price": ["20"], "line_discount": [""]}  # fmt: skip
BILL = {"number": "I-1", "issued_on": "2026-05-02", "total": "40"}


@pytest.fixture
def us(db) -> cast.Staff:
    return cast.staff()


@pytest.fixture
def bea(us) -> Person:
    return cast.person(by=us.ada)


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ada(us) -> Client:
    return as_(us.ada)


@pytest.fixture
def lea(us) -> Client:
    return as_(us.lea)


def kettle(us) -> Product:
    return goods.add_product(by=us.lea, sku="K-1", name="Kettle")


def priced(us, amount: str = "20", *, firm: Organisation | None = None, name: str = "All") -> PriceList:
    """A list with a kettle on it."""
    made = goods.put_list(by=us.lea, name=name, currency="EUR", organisation=firm)
    goods.put_prices(made, by=us.lea, prices={kettle(us).pk: Decimal(amount)})
    return made


def house(us, name: str = "The Kettle works") -> Organisation:
    return organisations.add(by=us.ada, name=name, now=clock.now())


def ordered(us, bea: Person | None, number: str = "O-1", lines: int = 1) -> Order:
    told = OrderIn(number, clock.now(), "EUR", lines=(LineIn("Kettle", "K-1", Decimal(1), Decimal(40)),) * lines)
    return offered.enter(told, person=bea, organisation=None, by=us.ada, now=clock.now())


def quoted(us, bea: Person | None, number: str = "Q-1", firm: Organisation | None = None) -> Quote:
    terms = quotes.Terms("EUR", (quotes.Offer("", "Kettle", Decimal(2), Decimal(20)),))
    return offered.offer(terms, by=us.ada, number=number, person=bea, organisation=firm, now=clock.now())


def billed(us, order: Order, number: str = "I-1") -> Invoice:
    told = invoices.InvoiceIn(number, timezone.localdate(), "EUR", Decimal(40), order_id=order.pk)
    offered.bill([offered.Bill(told)], source=None, by=us.ada, now=clock.now(), may_change=False)
    return Invoice.objects.get(number=number)


def buyer(row: Order | Quote) -> Person | None:
    return row.profile.person if row.profile else None


def test_the_form_of_a_customers_page_is_for_them_though_a_profile_is_named_by_their_number(us, bea, ada):
    other = cast.person("Bo Solmar", by=us.ada)
    cast.profile(str(bea.pk), network="crm:1", of=other)

    page = ada.get(f"/sales/orders/new/?person={bea.pk}").content.decode()
    ada.post("/sales/orders/new/", ORDER | {"person": f"Bea Brand ({bea.pk})"})
    ada.post("/sales/orders/new/", ORDER | {"number": "O-2", "person": str(bea.pk)})

    assert f'value="Bea Brand ({bea.pk})"' in page
    assert [buyer(row) for row in Order.objects.all()] == [bea, bea]


def test_of_several_of_one_name_the_number_says_which_and_of_organisations_too(us, bea, ada):
    twin, firm, branch = cast.person(by=us.ada), house(us), house(us)

    unsure = ada.post("/sales/quotes/new/", QUOTE | {"person": "Bea Brand"})
    form = QUOTE | {"line_sku": [""], "line_name": ["Kettle"], "person": str(twin.pk)}
    done = ada.post("/sales/quotes/new/", form | {"organisation": str(branch.pk)})

    assert (unsure.status_code, done.status_code) == (422, 302)
    assert f"Bea Brand ({twin.pk})" in unsure.content.decode()
    quote = Quote.objects.get()
    assert (buyer(quote), quote.organisation) == (twin, branch)
    assert firm != branch


def test_a_number_of_somebody_merged_away_is_whom_they_became_and_a_strange_one_nobody(us, bea, ada):
    former = cast.person("Bea B.", by=us.ada)
    merge.merge(bea, former, by=us.ada, now=clock.now())

    ada.post("/sales/orders/new/", ORDER | {"person": str(former.pk)})
    strange = ada.post("/sales/orders/new/", ORDER | {"number": "O-2", "person": "987654321"})

    order = Order.objects.get()
    assert order.profile.person.canonical_id == bea.pk
    assert "Nobody whom you know is called so." in strange.content.decode()


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1,5", "1.5"), ("1.5", "1.5"), ("1,234.50", "1234.5"), ("1.234,50", "1234.5"), ("1 000", "1000"), ("0,125", "0.125"),
     ("1,000,000", "1000000"), ("-2", "-2")],
)  # fmt: skip
def test_a_number_is_read_as_it_is_written_in_most_places(us, bea, ada, typed, read):
    ada.post("/sales/orders/new/", ORDER | {"person": str(bea.pk), "line_quantity": [typed]})

    assert Order.objects.get().lines.get().quantity == Decimal(read)


@pytest.mark.parametrize(
    ("line", "words"),
    [({"line_quantity": ["1,000"]}, "may be read in two ways"), ({"line_quantity": ["two"]}, "is no number"),
     ({"line_quantity": ["1,2,3"]}, "is no number"), ({"line_price": [""]}, "Line 1 has no price"),
     ({"line_sku": [""], "line_name": [""]}, "Line 1 names no article"), ({"line_price": ["99999999999"]}, "too large")],
)  # fmt: skip
def test_a_line_that_cannot_be_taken_is_refused_in_words_and_stays_in_the_form(us, bea, ada, line, words):
    answer = ada.post("/sales/orders/new/", ORDER | {"person": str(bea.pk)} | line)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert words in page
    for cells in (ORDER | line)["line_price"], (ORDER | line)["line_quantity"]:
        assert f'value="{cells[0]}"' in page
    assert not Order.objects.exists()


def test_an_order_by_hand_is_one_however_often_it_is_sent_and_takes_no_other_ones_number(us, bea, ada):
    form = ORDER | {"person": str(bea.pk)}
    first, again = (ada.post("/sales/orders/new/", form) for _ in range(2))
    spaced = ada.post("/sales/orders/new/", form | {"number": " O-1 ", "line_price": ["1"]})
    other = ada.post("/sales/orders/new/", form | {"person": str(cast.person("Bo", by=us.ada).pk)})

    assert first.headers["Location"] == again.headers["Location"] == f"/sales/orders/{Order.objects.get().pk}/"
    assert (spaced.status_code, other.status_code, Order.objects.get().total) == (422, 422, Decimal("39.80"))
    assert "Give this one its own number" in spaced.content.decode()


def test_goods_come_back_once_however_often_the_form_is_sent_and_each_page_leads_to_the_other(us, bea, ada):
    order = ordered(us, bea)
    page = ada.get(f"/sales/orders/{order.pk}/")
    told = {"number": page.context["back_number"], "back-1": "1"}

    first = ada.post(f"/sales/orders/{order.pk}/returns/", told)
    again = ada.post(f"/sales/orders/{order.pk}/returns/", told)
    refused = ada.post(f"/sales/orders/{order.pk}/returns/", {"number": "X", "back-1": "many"}, follow=True)

    back = Order.objects.get(kind="return")
    assert first.headers["Location"] == again.headers["Location"] == f"/sales/orders/{back.pk}/"
    assert "is no number" in refused.content.decode()
    assert f'href="/sales/orders/{back.pk}/"' in ada.get(f"/sales/orders/{order.pk}/").content.decode()
    assert f'href="/sales/orders/{order.pk}/"' in ada.get(f"/sales/orders/{back.pk}/").content.decode()


def test_a_persons_quote_is_changed_and_stays_theirs(us, bea, ada):
    cast.person(by=us.ada)
    quote = quoted(us, bea)
    way = f"/sales/quotes/{quote.pk}/edit/"
    form = {"currency": "EUR", "line_sku": [""], "line_name": ["Kettle"], "line_quantity": ["3"], "line_price": ["20"]}

    page = ada.get(way).content.decode()
    done = ada.post(way, form | {"number": "Q-9", "person": "Somebody else"})
    refused = ada.post(way, form | {"line_name": [""], "words": "For the kitchen"})
    quote.refresh_from_db()

    assert "Bea Brand" in page
    assert (done.status_code, quote.number, quote.total, buyer(quote)) == (302, "Q-1", Decimal(60), bea)
    assert (refused.status_code, "For the kitchen" in refused.content.decode()) == (422, True)


def test_another_quote_under_a_known_number_is_refused_and_loses_no_line(us, bea, ada):
    kettle(us)
    form = QUOTE | {"person": str(bea.pk)}
    first, again = (ada.post("/sales/quotes/new/", form) for _ in range(2))
    other = ada.post("/sales/quotes/new/", form | {"line_name": ["The large kettle"], "line_price": ["99"]})
    goods.edit_product(Product.objects.get(), by=us.lea, changes={"is_active": False})

    assert first.headers["Location"] == again.headers["Location"]
    assert (other.status_code, Quote.objects.get().total) == (422, Decimal(40))
    assert "Another quote has this number." in other.content.decode()
    assert 'value="The large kettle"' in other.content.decode()
    assert ada.post("/sales/quotes/new/", form).status_code == 302


def test_half_a_cent_is_rounded_up(us, bea, ada):
    form = QUOTE | {"person": str(bea.pk), "line_sku": [""], "line_name": ["Lid"], "line_quantity": ["1"]}

    ada.post("/sales/quotes/new/", form | {"line_price": ["2.665"]})

    assert Quote.objects.get().total == Decimal("2.67")


def test_an_invoice_by_hand_overwrites_none_and_the_next_one_has_its_own_number(us, bea, ada):
    one, two = ordered(us, bea), ordered(us, cast.person("Bo", by=us.ada), "O-2")

    done, again = (ada.post(f"/sales/orders/{one.pk}/invoice/", BILL) for _ in range(2))
    taken = ada.post(f"/sales/orders/{two.pk}/invoice/", BILL | {"total": "7"})
    page = ada.get(f"/sales/orders/{one.pk}/").content.decode()

    assert (done.status_code, again.status_code, taken.status_code) == (302, 302, 422)
    assert "There is an invoice I-1 already" in taken.content.decode()
    assert [(row.order_id, row.total) for row in Invoice.objects.all()] == [(one.pk, Decimal(40))]
    assert 'value="O-1-2"' in page


def test_money_comes_once_and_another_under_its_reference_is_refused(us, bea, ada):
    bill = billed(us, ordered(us, bea))
    way, form = f"/sales/invoices/{bill.pk}/pay/", {"amount": "15", "paid_on": "2026-05-03", "reference": "bank 1"}

    done, again = (ada.post(way, form) for _ in range(2))
    other, nothing = (
        ada.post(way, form | {"amount": "16"}),
        ada.post(way, form | {"amount": "0", "reference": "bank 2"}),
    )
    bill.refresh_from_db()

    assert [one.status_code for one in (done, again, other, nothing)] == [302, 302, 422, 422]
    assert ("was another one" in other.content.decode(), 'value="16"' in other.content.decode()) == (True, True)
    assert (bill.paid, Payment.objects.count()) == (Decimal(15), 1)


def test_a_list_keeps_its_organisation_after_a_mistyped_number_and_when_two_are_called_so(us, lea):
    firm = house(us)
    works = priced(us, firm=firm)
    way = f"/sales/prices/{works.pk}/"

    wrong = lea.post(f"{way}set/", {"sku": "K-9", "amount": "5"}).content.decode()
    house(us)
    page = lea.get(way).content.decode()
    saved = lea.post(way, {"name": "Works", "currency": "EUR", "organisation": str(firm.pk)})
    works.refresh_from_db()

    assert ("No product has this number." in wrong, f'value="{firm} ({firm.pk})"' in wrong) == (True, True)
    assert f'name="organisation" value="{firm} ({firm.pk})"' in page
    assert (saved.status_code, works.organisation, works.name) == (302, firm, "Works")


def test_a_list_with_prices_keeps_its_currency_and_a_price_is_set_and_taken_away(us, lea):
    works = priced(us)
    way = f"/sales/prices/{works.pk}/"

    refused = lea.post(way, {"name": "All", "currency": "JPY"})
    lea.post(f"{way}set/", {"sku": "K-1", "amount": "0.0335"})
    page = lea.get(way).content.decode()
    lea.post(f"{way}set/", {"sku": "K-1", "amount": ""})

    assert (refused.status_code, "Its prices are in EUR" in refused.content.decode()) == (422, True)
    assert "€0.0335" in page
    assert not Price.objects.exists()
    assert lea.post(way, {"name": "All", "currency": "JPY"}).status_code == 302


def test_contractors_see_no_price_list_no_quote_and_no_invoice_and_staff_change_no_price(us, bea):
    works, order = priced(us, firm=house(us)), ordered(us, bea)
    quote, bill = quoted(us, bea), billed(us, order)
    cleo, ada = as_(us.cleo), as_(us.ada)

    for way in ("prices/", f"prices/{works.pk}/", "prices/new/", "orders/new/", "quotes/new/"):
        assert cleo.get(f"/sales/{way}").status_code == 403, way
    for way in (f"orders/{order.pk}/", f"quotes/{quote.pk}/", f"invoices/{bill.pk}/"):
        assert cleo.get(f"/sales/{way}").status_code == 404, way
    assert cleo.post(f"/sales/orders/{order.pk}/invoice/", BILL).status_code == 403
    assert "Price lists" not in cleo.get("/sales/products/").content.decode()
    assert ada.get(f"/sales/prices/{works.pk}/").status_code == 200
    assert ada.post(f"/sales/prices/{works.pk}/set/", {"sku": "K-1", "amount": "1"}).status_code == 403
    assert ada.post("/sales/to/", {"people": "no"}).status_code == 403


def test_beyond_a_page_prices_and_lists_go_on(us, lea):
    works = priced(us)
    rows = [Product(sku=f"P-{number:03}", name="Part") for number in range(120)]
    made = Product.objects.bulk_create(rows)
    goods.put_prices(works, by=us.lea, prices={row.pk: Decimal(1) for row in made})
    PriceList.objects.bulk_create([PriceList(name=f"List {number:03}", currency="EUR") for number in range(60)])

    def walked(way: str) -> str:
        found, after = "", way
        while after:
            page = lea.get(after).content.decode()
            found += page
            rest = page.partition('rel="next"')[0].rpartition('href="?')[2] if 'rel="next"' in page else ""
            after = f"{way}?{rest.partition(chr(34))[0]}".replace("&amp;", "&") if rest else ""
        return found

    prices, lists = walked(f"/sales/prices/{works.pk}/"), walked("/sales/prices/")

    assert all(f'<td class="ink2">P-{number:03}</td>' in prices for number in range(120))
    assert all(f">List {number:03}</a>" in lists for number in range(60))


def test_the_open_ones_of_a_person_stay_theirs(us, bea, ada):
    billed(us, ordered(us, bea))

    page = ada.get(f"/sales/invoices/?person={bea.pk}").content.decode()

    assert f'href="/sales/invoices/?person={bea.pk}&amp;open=1"' in page


def test_lists_and_pages_ask_the_same_however_much_there_is(us, bea, ada, django_assert_num_queries):
    works, firm = priced(us), house(us)
    first = ordered(us, bea, lines=3)
    ways = ("orders/", "quotes/", "invoices/", "products/", "prices/", f"orders/{first.pk}/", f"prices/{works.pk}/")
    quoted(us, bea)
    billed(us, first)
    counts = {way: asked(ada, way) for way in ways}

    told = [
        bought.Bought(
            OrderIn(f"N-{number}", clock.now(), "EUR", Decimal(5)), person=cast.person(f"P {number}", by=us.ada)
        )
        for number in range(12)
    ]
    bought.take(told, source=None, by=us.ada, now=clock.now())
    for number in range(12):
        quoted(us, None, f"N-{number}", firm)
        billed(us, first, f"N-{number}")
        priced_too = goods.add_product(by=us.lea, sku=f"N-{number}", name="Part")
        goods.put_prices(works, by=us.lea, prices={priced_too.pk: Decimal(1)})

    for way, count in counts.items():
        with django_assert_num_queries(count):
            assert ada.get(f"/sales/{way}").status_code == 200


def asked(client: Client, way: str) -> int:
    """How many statements a page takes."""
    with CaptureQueriesContext(connection) as told:
        assert client.get(f"/sales/{way}").status_code == 200
    return len(told)

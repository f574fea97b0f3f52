"""What somebody buys, from a quote to the last payment, by screen, API and terminal, and how they usually buy."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import cast
from mutuals import cli, privacy
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.identity import bought, merge, offered
from mutuals.people import organisations
from mutuals.people.models import Organisation, Person
from mutuals.sales import goods, invoices, quotes
from mutuals.sales.models import Invoice, Order, Payment, Quote
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff import tokens
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def api(user, method: str, way: str, body: object = None):
    secret = tokens.make(user, name="shop", scopes=["read", "write"], now=clock.now())[1]
    return getattr(Client(), method)(
        f"/api/v1{way}",
        *([] if body is None else [json.dumps(body)]),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )


def priced(us, **more: object):
    """Kettles at 20, for everybody."""
    kettle = goods.add_product(by=us.lea, sku="K-1", name="Kettle", unit="piece")
    prices = goods.put_list(by=us.lea, name="Everybody's", currency="EUR", **more)
    goods.put_prices(prices, by=us.lea, prices={kettle.pk: Decimal(20)})
    return kettle


def offer(us, bea: Person | None = None, number: str = "Q-1", *, firm: Organisation | None = None, **more) -> Quote:
    terms = quotes.Terms("EUR", (quotes.Offer("K-1", quantity=Decimal(2)),), **more)
    return offered.offer(terms, by=us.ada, number=number, person=bea, organisation=firm, now=clock.now())


def buys(us, bea: Person, *days_ago: int, amount: int = 20) -> None:
    """An order on each of these days."""
    told = [
        bought.Bought(
            OrderIn(f"{amount}-{ago}", clock.now() - timedelta(days=ago), "EUR",
                    lines=(LineIn("Kettle", "K-1", Decimal(1), Decimal(amount)),)),
            person=bea,
        )
        for ago in days_ago
    ]  # fmt: skip
    bought.take(told, source=None, by=us.ada, now=clock.now())


def test_on_the_screen_a_quote_is_drafted_sent_accepted_billed_and_paid():
    """A1, A5."""
    us = cast.staff()
    priced(us)
    bea = cast.person(by=us.ada, email="bea@kettles.example")
    ada = signed_in(us.ada)
    form = {"number": "Q-7", "person": "Bea Brand", "currency": "EUR", "discount": "10", "line_sku": ["K-1", ""],
            "line_name": ["", ""], "line_quantity": ["2", "1"], "line_price": ["", ""], "line_discount": ["", ""]}  # fmt: skip

    first, again = (ada.post("/sales/quotes/new/", form) for _ in range(2))
    quote = Quote.objects.get()
    ada.post(f"/sales/quotes/{quote.pk}/turn/", {"to": "sent"})
    accepted, twice = (ada.post(f"/sales/quotes/{quote.pk}/turn/", {"to": "accepted"}) for _ in range(2))
    order = Order.objects.get()
    ada.post(f"/sales/orders/{order.pk}/invoice/", {"number": "I-7", "issued_on": "2026-05-01", "total": "36"})
    bill = Invoice.objects.get()
    pay = {"amount": "20", "paid_on": "2026-05-03", "reference": "bank 1"}
    for _ in range(2):
        ada.post(f"/sales/invoices/{bill.pk}/pay/", pay)
    ada.post(f"/sales/invoices/{bill.pk}/pay/", {"amount": "-5", "paid_on": "2026-05-04", "reference": "bank 2"})
    page = ada.get(f"/customers/{bea.pk}/?tab=orders").content.decode()
    bill.refresh_from_db()

    assert first.headers["Location"] == again.headers["Location"] == f"/sales/quotes/{quote.pk}/"
    assert accepted.headers["Location"] == twice.headers["Location"] == f"/sales/orders/{order.pk}/"
    assert (order.total, order.lines.get().unit_price) == (Decimal(36), Decimal(18))
    assert (bill.paid, bill.open, bill.profile_id) == (Decimal(15), Decimal(21), order.profile_id)
    for words in ("Q-7", "Accepted", "I-7", "€21 open", "Too little data"):
        assert words in page
    for way in ("orders/", f"orders/{order.pk}/", "orders/new/", "quotes/", f"quotes/{quote.pk}/", "quotes/new/",
                "invoices/?open=1", f"invoices/{bill.pk}/", "products/?q=kett", "prices/"):  # fmt: skip
        assert ada.get(f"/sales/{way}").status_code == 200, way


def test_by_the_api_products_prices_quotes_and_invoices_are_kept_once():
    us = cast.staff()
    bea = cast.person(by=us.ada)

    product = api(us.lea, "post", "/products", {"sku": "K-1", "name": "Kettle"}).json()
    prices = api(us.lea, "post", "/price-lists", {"name": "All", "currency": "EUR"}).json()
    told = {"prices": [{"product_id": product["id"], "amount": "12.5"}]}
    set_twice = [api(us.lea, "put", f"/price-lists/{prices['id']}/prices", told).json() for _ in range(2)]
    costs = api(us.ada, "get", f"/products/{product['id']}/price?currency=EUR").json()
    body = {"number": "Q-1", "currency": "EUR", "person_id": bea.pk, "lines": [{"sku": "K-1", "quantity": "3"}]}
    quote = api(us.ada, "post", "/quotes", body)
    api(us.ada, "post", f"/quotes/{quote.json()['id']}/send")
    order = api(us.ada, "post", f"/quotes/{quote.json()['id']}/accept").json()
    bill = {"number": "I-1", "issued_on": "2026-05-01", "currency": "EUR", "total": "37.50", "order_id": order["id"],
            "payments": [{"paid_on": "2026-05-02", "amount": "30", "reference": "a"}]}  # fmt: skip
    counts = [api(us.ada, "put", "/invoices", {"invoices": [bill]}).json() for _ in range(2)]
    shown = api(us.ada, "get", f"/people/{bea.pk}/invoices").json()["items"]

    assert [one["changed"] for one in set_twice] == [1, 0]
    assert (costs["amount"], quote.status_code, order["total"]) == ("12.5000", 201, "37.50")
    assert [(one["new"], one["same"]) for one in counts] == [(1, 0), (0, 1)]
    assert [(one["open"], len(one["payments"])) for one in shown] == [("7.50", 1)]
    assert api(us.ada, "post", "/products", {"sku": "X", "name": "X"}).status_code == 403


def test_a_quote_of_many_lines_costs_the_api_no_more_statements_than_one_of_two():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    products = [goods.add_product(by=us.lea, sku=f"P-{number}", name="Part") for number in range(30)]
    prices = goods.put_list(by=us.lea, name="All", currency="EUR")
    goods.put_prices(prices, by=us.lea, prices={one.pk: Decimal(1) for one in products})

    def counted(number: str, lines: int) -> list[int]:
        body = {"number": number, "currency": "EUR", "person_id": bea.pk,
                "lines": [{"sku": f"P-{place}", "quantity": 2} for place in range(lines)]}  # fmt: skip
        found, way = [], "/quotes"
        for method, more in (("post", ""), ("get", "/{}"), ("post", "/{}/send"), ("post", "/{}/accept")):
            row = Quote.objects.filter(number=number).first()
            with CaptureQueriesContext(connection) as asked:
                answer = api(
                    us.ada, method, way + more.format(row and row.pk), body if method + more == "post" else None
                )
            assert answer.status_code in (200, 201)
            found.append(len(asked))
        return found

    counted("Q-0", 1)
    assert counted("Q-1", 2) == counted("Q-2", 30)


def test_by_the_terminal_the_same_is_done(capsys):
    us = cast.staff()
    bea = cast.person(by=us.ada)

    def run(*words: str):
        code = cli.main([*words, "--json"])
        return code, json.loads(capsys.readouterr().out or "null")

    run("products", "add", "K-1", "Kettle", "--unit", "piece")
    run("prices", "set", "All", "K-1", "12.50")
    run("quotes", "draft", "Q-1", "--person", str(bea.pk), "--currency", "EUR", "--line", "K-1x3")
    sent, accepted = run("quotes", "send", "Q-1"), run("quotes", "accept", "Q-1")
    run("orders", "add", "O-1", "--person", str(bea.pk), "--currency", "EUR", "--line", "K-1=10x2")
    order = accepted[1]["order"]
    run("invoices", "add", "I-1", str(order), "37.50", "--issued", "2026-05-01")
    paid = run("invoices", "pay", str(Invoice.objects.get().pk), "30", "bank")
    told = run("orders", "pattern", str(bea.pk))

    assert (sent[1]["state"], accepted[1]["state"], accepted[1]["total"]) == ("sent", "accepted", "37.50")
    assert paid == (0, {"number": "I-1", "paid": "30.00", "open": "7.50", "currency": "EUR"})
    assert (told[1]["orders"], told[1]["too_little_data"]) == (2, True)
    assert {one["number"] for one in run("orders", "list", "--article", "K-1")[1]} == {"Q-1", "O-1"}
    assert run("quotes", "send", "Q-404")[0] == 3


def test_a_quote_whose_last_day_is_over_is_expired_until_it_is_prolonged():
    us = cast.staff()
    priced(us)
    bea = cast.person(by=us.ada)
    today = timezone.localdate()
    quote = quotes.send(offer(us, bea, valid_until=today), by=us.ada, now=clock.now())
    Quote.objects.filter(pk=quote.pk).update(valid_until=today - timedelta(days=1))

    with pytest.raises(Refusal, match="expired"):
        offered.accept(quote, by=us.ada, now=clock.now())
    terms = quotes.Terms("EUR", (quotes.Offer("K-1", quantity=Decimal(2)),), valid_until=today)
    quotes.change(quote, terms, by=us.ada, now=clock.now())

    assert offered.accept(quote, by=us.ada, now=clock.now()).total == Decimal(40)
    with pytest.raises(Refusal, match="has its order"):
        quotes.decline(quote, by=us.ada, now=clock.now())


def test_an_organisation_has_its_own_prices_while_they_are_valid():
    us = cast.staff()
    kettle = priced(us)
    firm = organisations.add(by=us.ada, name="The Kettle works", now=clock.now())
    today = timezone.localdate()
    own = goods.put_list(by=us.lea, name="Works", currency="EUR", organisation=firm, valid_from=today, valid_to=today)
    goods.put_prices(own, by=us.lea, prices={kettle.pk: Decimal(15)})

    theirs, others = offer(us, firm=firm, number="Q-1"), offer(us, cast.person(by=us.ada), number="Q-2")
    goods.put_list(by=us.lea, name="Works", currency="EUR", organisation=firm, valid_to=today - timedelta(1), row=own)
    later = offer(us, firm=firm, number="Q-3")

    assert [one.total for one in (theirs, others, later)] == [Decimal(30), Decimal(40), Decimal(40)]


def test_a_house_that_sells_to_organisations_only_finds_the_persons_own_and_keeps_what_there_was():
    """A6."""
    us = cast.staff()
    priced(us)
    bea, bo = cast.person(by=us.ada), cast.person("Bo Solmar", by=us.ada)
    firm = organisations.add(by=us.ada, name="The Kettle works", now=clock.now())
    organisations.affiliate(bea, firm, by=us.ada, is_main=True)
    before = offer(us, bea, "Q-1")

    goods.sell_to(by=us.aron, people=False)
    after = offer(us, bea, "Q-2")
    with pytest.raises(Refusal, match="organisations only"):
        offer(us, bo, "Q-3")
    business = signed_in(us.ada).get("/sales/quotes/").content.decode()
    goods.sell_to(by=us.aron, people=True)
    consumer = signed_in(us.ada).get("/sales/quotes/").content.decode()

    assert (before.organisation, after.organisation, after.profile) == (None, firm, before.profile)
    assert all(words in page for page in (business, consumer) for words in ("Q-1", "Q-2", "Bea Brand", "Kettle works"))
    with pytest.raises(NotAllowed):
        goods.sell_to(by=us.ada, people=False)


def test_nothing_moves_when_persons_are_merged_and_a_split_asks_what_goes_along():
    us = cast.staff()
    priced(us)
    bea, bee = cast.person(by=us.ada), cast.person("Bea B.", by=us.ada)
    quote = offer(us, bee)
    before = quote.profile_id

    merge.merge(bea, bee, by=us.ada, now=clock.now())
    quote.refresh_from_db()
    page = signed_in(us.ada).get(f"/customers/{bea.pk}/?tab=orders").content.decode()

    assert quote.profile_id == before
    assert "Q-1" in page


def test_an_erased_persons_accounts_stay_without_them_and_the_package_holds_what_they_were():
    us = cast.staff()
    priced(us)
    bea = cast.person(by=us.ada)
    quote = quotes.send(offer(us, bea, words="For your kitchen"), by=us.ada, now=clock.now())
    order = offered.accept(quote, by=us.ada, now=clock.now())
    offer(us, bea, "Q-2")
    bill = invoices.InvoiceIn("I-1", timezone.localdate(), "EUR", Decimal(40), order_id=order.pk)
    invoices.put([bill], source=None, by=us.ada)
    told = invoices.PaymentIn(timezone.localdate(), Decimal(40), "from Bea Brand, rent", "transfer")
    invoices.pay(Invoice.objects.get(), told, by=us.ada)

    package = privacy.export(bea, by=us.aron, now=clock.now())[1].counts["sales"]
    receipt = privacy.erase(bea, by=us.aron, now=clock.now())

    assert package == {
        "orders": 1,
        "lines": 1,
        "quotes": 2,
        "quote lines": 2,
        "invoices": 1,
        "payments": 1,
    } | dict.fromkeys(("deals", "deal lines", "says in deals"), 0)
    assert receipt.counts["sales"]["quotes erased"] == 1
    assert (Quote.objects.get().profile, Quote.objects.get().words, Invoice.objects.get().profile) == (None, "", None)
    assert (Payment.objects.get().amount, cast.everywhere("Bea Brand")) == (Decimal(40), [])


def test_by_the_terminal_an_x_may_be_part_of_an_article_and_nothing_is_written_over(capsys):
    us = cast.staff()
    bea = cast.person(by=us.ada)
    box = goods.add_product(by=us.lea, sku="box12", name="Box of twelve")
    goods.put_prices(goods.put_list(by=us.lea, name="All", currency="EUR"), by=us.lea, prices={box.pk: Decimal(5)})
    to_bea = ["--person", str(bea.pk), "--currency", "EUR"]

    assert cli.main(["quotes", "draft", "Q-1", *to_bea, "--line", "box12", "--line", "box12x2"]) == 0
    assert cli.main(["orders", "add", "O-1", *to_bea, "--line", "max3=10x2"]) == 0
    assert cli.main(["invoices", "add", "I-1", str(Order.objects.get().pk), "20", "--issued", "2026-05-01"]) == 0
    refused = [
        cli.main(words)
        for words in (
            ["orders", "add", "O-2", *to_bea, "--line", "bo4"],
            ["invoices", "add", "I-1", str(Order.objects.get().pk), "7", "--issued", "2026-05-01"],
            ["prices", "set", "All", "box12", "9", "--currency", "JPY"],
        )
    ]
    told = capsys.readouterr().err

    assert (Quote.objects.get().total, Order.objects.get().total, Invoice.objects.get().total) == (15, 20, 20)
    assert [(line.name, line.quantity) for line in Order.objects.get().lines.all()] == [("max3", 2)]
    assert 0 not in refused
    for words in ("says no price", "an invoice I-1 already", "is there already"):
        assert words in told
    assert box.prices.get().amount == 5


def test_a_payment_that_is_told_again_after_an_erasure_is_not_counted_twice():
    us = cast.staff()
    priced(us)
    order = offered.accept(
        quotes.send(offer(us, cast.person(by=us.ada)), by=us.ada, now=clock.now()), by=us.ada, now=clock.now()
    )
    paid = invoices.PaymentIn(timezone.localdate(), Decimal(40), "from Bea Brand, rent", "transfer")
    bill = invoices.InvoiceIn("I-1", timezone.localdate(), "EUR", Decimal(40), order_id=order.pk, payments=(paid,))
    invoices.put([bill], source=None, by=us.ada)

    privacy.erase(Person.objects.get(), by=us.aron, now=clock.now())
    told = invoices.put([bill], source=None, by=us.ada)
    invoices.pay(Invoice.objects.get(), paid, by=us.ada)

    assert (told.same, Payment.objects.count(), Invoice.objects.get().open) == (1, 1, Decimal(0))
    with pytest.raises(Refusal, match="another one"):
        invoices.pay(Invoice.objects.get(), replace(paid, amount=Decimal(1)), by=us.ada)
    assert cast.everywhere("Bea Brand") == []


def test_words_on_a_firms_quote_that_name_somebody_erased_are_told_with_their_place():
    us = cast.staff()
    priced(us)
    bea, firm = cast.person(by=us.ada), organisations.add(by=us.ada, name="The Kettle works", now=clock.now())
    quote = offer(us, firm=firm, words="As Bea Brand asked for")
    goods.put_list(by=us.lea, name="For Bea Brand", currency="EUR")

    receipt = privacy.erase(bea, by=us.aron, now=clock.now())
    page = signed_in(us.aron).get(f"/receipts/{receipt.pk}/").content.decode()

    assert {(one["about"].partition(":")[0], one["where"]) for one in receipt.places} == {
        ("quote", "words"),
        ("prices", "name"),
    }
    assert f'href="/sales/quotes/{quote.pk}/"' in page
    assert not any("Orders, invoices" in one for one in receipt.kept)


def test_the_days_of_a_quote_are_those_of_the_house():
    us = cast.staff()
    evening = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)  # in Auckland the second of May
    with timezone.override("Pacific/Auckland"):
        priced(us, valid_from=date(2026, 5, 2), valid_to=date(2026, 5, 2))
        terms = quotes.Terms("EUR", (quotes.Offer("K-1"),), valid_until=date(2026, 5, 1))
        quote = offered.offer(terms, by=us.ada, number="Q-1", person=cast.person(by=us.ada), now=evening)

        with pytest.raises(Refusal, match="last day is over"):
            quotes.send(quote, by=us.ada, now=evening)

    assert quote.total == Decimal(20)


def test_the_lines_of_an_accepted_quote_add_up_to_what_was_offered():
    us = cast.staff()
    offers = (quotes.Offer("", "Screw", Decimal(10_000), Decimal("0.3333")),)
    terms = quotes.Terms("EUR", offers, discount=Decimal("33.33"))
    quote = offered.offer(terms, by=us.ada, number="Q-1", person=cast.person(by=us.ada), now=clock.now())

    order = offered.accept(quotes.send(quote, by=us.ada, now=clock.now()), by=us.ada, now=clock.now())

    lines = [(line.name, line.quantity * line.unit_price, line.kind) for line in order.lines.order_by("position")]
    assert lines == [("Screw", Decimal(2222), "sale"), ("Rounding", Decimal("0.11"), "adjustment")]
    assert (order.total, order.kind) == (Decimal("2222.11"), "sale")


def test_the_pattern_tells_who_is_late_and_every_figure_opens_its_orders():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    buys(us, bea, 100, 90, 80, 70)
    ada = signed_in(us.ada)

    page = ada.get(f"/customers/{bea.pk}/?tab=orders").content.decode()
    rows = ada.get(f"/sales/orders/?person={bea.pk}&article=K-1").content.decode()
    told = api(us.ada, "get", f"/people/{bea.pk}/pattern").json()

    for words in ("every 10 days", "60 days late", "Kettle", f"/sales/orders/?person={bea.pk}&amp;article=K-1"):
        assert words in page or words.replace("&amp;", "&") in page, words
    assert all(f"20-{ago}" in rows for ago in (100, 90, 80, 70))
    assert (told["interval_days"], told["late_by"], told["basket"][0]["orders"]) == (10, 60, 4)


def test_a_contractor_sees_no_quotes_and_invoices_of_others():
    us = cast.staff()
    priced(us)
    bea = cast.person(by=us.ada)
    quote = offer(us, bea)
    cleo = signed_in(us.cleo)

    assert cleo.get(f"/sales/quotes/{quote.pk}/").status_code == 404
    assert "Q-1" not in cleo.get("/sales/quotes/").content.decode()
    assert cleo.get("/sales/quotes/new/").status_code == 403
    with pytest.raises(NotAllowed):
        offered.accept(quote, by=us.cleo, now=clock.now())

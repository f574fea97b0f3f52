"""`mutuals orders`, `quotes`, `invoices`: what is offered, bought and billed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.cli._asked import asks, rows_of
from mutuals.cli._say import Missing, me, verb
from mutuals.cli.people import person
from mutuals.identity import given_back, offered
from mutuals.people.models import Organisation
from mutuals.people.queries import profiles_of
from mutuals.people.visibility import organisations_visible_to
from mutuals.sales import invoices, pattern, queries, quotes
from mutuals.sales.models import Product, Quote
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 90  # among the groups of `mutuals --help`

LINES = "ARTICLE[=PRICE][xQUANTITY], such as K-1=19.90x2; several times"
"""How a line is typed."""


def register(groups: Any) -> None:
    """Add the five groups."""
    _orders(groups.add_parser("orders", help="what was bought").add_subparsers(required=True, metavar="VERB"))
    _quotes(groups.add_parser("quotes", help="what was offered").add_subparsers(required=True, metavar="VERB"))
    _invoices(groups.add_parser("invoices", help="what was billed").add_subparsers(required=True, metavar="VERB"))


def _orders(verbs: Any) -> None:
    parser = verb(verbs, "list", list_orders, "orders, newest first")
    parser.add_argument("--person", type=int, help="only of this person")
    parser.add_argument("--article", default="", help="only with this article number")
    parser.add_argument("--kind", default="", choices=["sale", "return", "adjustment", "movement"])
    parser.add_argument("--limit", type=int, default=20, help="at most 200 (20)")
    parser = verb(verbs, "pattern", show_pattern, "how a person usually buys, and what was otherwise lately")
    parser.add_argument("person", type=int)
    parser = verb(verbs, "add", add_order, "an order by hand; the same number again is the same order")
    parser.add_argument("number")
    _for_whom(parser)
    parser.add_argument("--currency", required=True)
    parser.add_argument("--line", action="append", required=True, metavar="LINE", help=LINES)
    parser = verb(
        verbs, "return", return_goods, "goods of an order came back: all that is left, or some of its positions"
    )
    parser.add_argument("order", type=int, help="the order's id")
    parser.add_argument("--position", action="append", default=[], metavar="POSITION=QUANTITY")
    parser.add_argument("--number", default="", help="the return's own number; the same again is the same return")


def _quotes(verbs: Any) -> None:
    parser = verb(verbs, "list", list_quotes, "quotes, last drafted first")
    asks(parser, limit=20)
    parser = verb(verbs, "draft", draft, "draft a quote; without a price the price lists say it")
    parser.add_argument("number")
    _for_whom(parser)
    parser.add_argument("--currency", required=True)
    parser.add_argument("--line", action="append", required=True, metavar="LINE", help=LINES)
    parser.add_argument("--discount", default="0", help="percent of all of it")
    parser.add_argument("--until", type=day_of, help="last day on which it can be accepted")
    for act, words in (
        (send, "mark it as sent"),
        (accept, "it was accepted: make its order, once"),
        (decline, "it was declined"),
    ):
        verb(verbs, act.__name__, act, words).add_argument("number")


def _invoices(verbs: Any) -> None:
    parser = verb(verbs, "list", list_invoices, "invoices, last stored first")
    parser.add_argument("--open", action="store_true", help="only those that are not paid")
    asks(parser, limit=20)
    parser = verb(verbs, "add", add_invoice, "note an invoice of an order")
    parser.add_argument("number")
    parser.add_argument("order", type=int, help="the order's id")
    parser.add_argument("total")
    parser.add_argument("--issued", type=day_of, required=True)
    parser.add_argument("--due", type=day_of)
    parser = verb(verbs, "pay", pay, "note money that came, or (below zero) went back")
    parser.add_argument("id", type=int)
    parser.add_argument("amount")
    parser.add_argument("reference", help="the same one again is the same payment")
    parser.add_argument("--on", type=day_of, help="day (today)")
    parser.add_argument("--by", default="", dest="method", help="transfer, card, cash")


def _for_whom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--person", type=int)
    parser.add_argument("--organisation", type=int)


def list_orders(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A page of them."""
    viewer = me(args)
    require(viewer, "order.view")
    whose = person(viewer, args.person) if args.person else None
    rows = queries.listed(queries.visible_to(viewer), person=whose, article=args.article, kind=args.kind)
    return [
        {"id": row.pk, "number": row.number, "kind": row.kind, "total": row.total, "currency": row.currency,
         "placed": row.placed_at}
        for row in _first(rows.order_by("-placed_at", "-pk"), args.limit)
    ]  # fmt: skip


def show_pattern(args: argparse.Namespace) -> dict[str, Any]:
    """Rhythm, basket and deviations."""
    viewer = me(args)
    require(viewer, "order.view")
    who = person(viewer, args.person)
    found = pattern.of(queries.bought_by([one.pk for one in profiles_of(who)]), today=timezone.localdate())
    return {
        "orders": found.orders,
        "too little data": found.has_too_little,
        "every days": found.interval.days if found.interval else None,
        "usual amount": found.usual_amount,
        "currency": found.currency,
        "days late": found.late.by if found.late else None,
        "unusual order": found.unusual.order_id if found.unusual else None,
        "gone": [one.article for one in found.gone],
        "basket": [
            {"article": one.article, "orders": one.orders, "quantity": one.quantity, "amount": one.amount}
            for one in found.basket
        ],
    }


def add_order(args: argparse.Namespace) -> dict[str, Any]:
    """The order."""
    by, now = me(args), clock.now()
    lines = []
    for text, (sku, price, quantity) in zip(args.line, lines_of(args.line), strict=True):
        if price is None:
            raise Refusal(f"“{text[:60]}” says no price: write {sku[:40]}=PRICE, with 0 where it costs nothing.")
        lines.append(LineIn(sku, sku, quantity, price))
    order = OrderIn(args.number, now, args.currency, lines=tuple(lines))
    row = offered.enter(order, **_whom(args, by), by=by, now=now)
    return {"id": row.pk, "number": row.number, "total": row.total, "currency": row.currency}


def return_goods(args: argparse.Namespace) -> dict[str, Any]:
    """The return."""
    by = me(args)
    order = queries.visible_to(by).filter(pk=args.order).first()
    if order is None:
        raise Missing(f"There is no order {args.order}.")
    told = {}
    for text in args.position:
        place, _, quantity = text.partition("=")
        if not place.strip().isdecimal() or len(place) > 6:
            raise Refusal(f"“{text[:40]}” names no position: write 1=2, the position and how many came back.")
        told[int(place)] = number_of(quantity)
    row = given_back.give_back(order, by=by, now=clock.now(), quantities=told or None, number=args.number)
    return {
        "id": row.pk,
        "number": row.number,
        "gives back": order.number,
        "total": row.total,
        "currency": row.currency,
    }


def list_quotes(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A page of them."""
    viewer = me(args)
    require(viewer, "quote.view")
    return [_quote(row) for row in rows_of(args, "quote", queries.quotes_visible_to(viewer))]


def draft(args: argparse.Namespace) -> dict[str, Any]:
    """The quote."""
    by = me(args)
    offers = [
        quotes.Offer(sku=sku, quantity=quantity, unit_price=price) for sku, price, quantity in lines_of(args.line)
    ]
    terms = quotes.Terms(args.currency, tuple(offers), number_of(args.discount), args.until)
    return _quote(offered.offer(terms, by=by, number=args.number, **_whom(args, by), now=clock.now()))


def send(args: argparse.Namespace) -> dict[str, Any]:
    """The quote as it is now."""
    by = me(args)
    return _quote(quotes.send(_quote_of(by, args.number), by=by, now=clock.now()))


def accept(args: argparse.Namespace) -> dict[str, Any]:
    """The quote with its order."""
    by = me(args)
    row = _quote_of(by, args.number)
    offered.accept(row, by=by, now=clock.now())
    return _quote(row)


def decline(args: argparse.Namespace) -> dict[str, Any]:
    """The quote as it is now."""
    by = me(args)
    return _quote(quotes.decline(_quote_of(by, args.number), by=by, now=clock.now()))


def list_invoices(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A page of them."""
    viewer = me(args)
    require(viewer, "invoice.view")
    rows = queries.invoices_visible_to(viewer)
    rows = rows.filter(open__gt=0) if args.open else rows
    return [
        {"id": row.pk, "number": row.number, "issued": row.issued_on, "due": row.due_on, "total": row.total,
         "open": row.open, "currency": row.currency}
        for row in rows_of(args, "invoice", rows)
    ]  # fmt: skip


def add_invoice(args: argparse.Namespace) -> dict[str, Any]:
    """What became of it."""
    by = me(args)
    order = queries.visible_to(by).filter(pk=args.order).first()
    if order is None:
        raise Missing(f"There is no order {args.order}.")
    told = invoices.InvoiceIn(
        args.number, args.issued, order.currency, number_of(args.total), args.due, order_id=order.pk
    )
    done = offered.bill([offered.Bill(told)], source=None, by=by, now=clock.now(), may_change=False)
    return {"new": done.new, "updated": done.updated, "same": done.same}


def pay(args: argparse.Namespace) -> dict[str, Any]:
    """What is open now."""
    by = me(args)
    row = queries.invoices_visible_to(by).filter(pk=args.id).first()
    if row is None:
        raise Missing(f"There is no invoice {args.id}.")
    on = args.on or timezone.localdate()
    invoices.pay(row, invoices.PaymentIn(on, number_of(args.amount), args.reference, args.method), by=by)
    return {"number": row.number, "paid": row.paid, "open": row.open, "currency": row.currency}


def _first(rows: QuerySet[Any], limit: int) -> QuerySet[Any]:
    return rows[: min(max(limit, 1), 200)]


def _quote(row: Quote) -> dict[str, Any]:
    state = row.state_on(timezone.localdate())
    return {"id": row.pk, "number": row.number, "state": state.value, "total": row.total, "currency": row.currency,
            "until": row.valid_until, "order": row.order_id}  # fmt: skip


def _quote_of(viewer: User, number: str) -> Quote:
    row = queries.quotes_visible_to(viewer).filter(number=number).first()
    if row is None:
        raise Missing(f"There is no quote {number}.")
    return row


def _whom(args: argparse.Namespace, viewer: User) -> dict[str, Any]:
    who = person(viewer, args.person) if args.person else None
    return {"person": who, "organisation": organisation_of(viewer, args.organisation)}


def organisation_of(viewer: User, number: int | None) -> Organisation | None:
    """The organisation of that number; None for none."""
    if number is None:
        return None
    row = organisations_visible_to(viewer).filter(pk=number).first()
    if row is None:
        raise Missing(f"There is no organisation {number}.")
    return row


def lines_of(texts: Sequence[str]) -> list[tuple[str, Decimal | None, Decimal]]:
    """Article, price and quantity of each. Without a price the x may belong to the article: what is a product says it."""
    heads = {text.partition("=")[0] for text in texts}
    known = set(
        Product.objects.filter(sku__in=heads | {_parted(head)[0] for head in heads}).values_list("sku", flat=True)
    )
    return [_line(text, known) for text in texts]


def _line(text: str, known: set[str]) -> tuple[str, Decimal | None, Decimal]:
    head, is_priced, rest = text.partition("=")
    if is_priced:
        price, quantity = _parted(rest)
        return head, number_of(price), number_of(quantity)
    sku, quantity = _parted(head)
    return (head, None, Decimal(1)) if head in known or sku not in known else (sku, None, number_of(quantity))


def _parted(text: str) -> tuple[str, str]:
    """What stands before the last x, and the quantity behind it; all of it, and one, where there is none."""
    head, times, quantity = text.rpartition("x")
    return (head, quantity) if times and quantity.replace(".", "").replace("-", "").isdigit() else (text, "1")


def number_of(text: str) -> Decimal:
    """A number as it is typed."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"“{text[:30]}” is no number.") from error


def day_of(text: str) -> date:
    """A day, such as 2026-01-31."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"there is no day “{text[:20]}”; one is written as 2026-11-20") from error

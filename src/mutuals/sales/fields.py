"""What lists of orders, quotes, invoices and products can be filtered by, and how people are filtered by them."""

from __future__ import annotations

from functools import partial
from typing import Any

from mutuals.base.filters import Field, Kind, Record, register
from mutuals.base.filters.registry import extend
from mutuals.people.fields import own_teams, own_user, sees_all
from mutuals.processes.models import Item, ItemState
from mutuals.records.holders import Holder, hold
from mutuals.sales.models import (
    Deal,
    DealLine,
    Invoice,
    Order,
    OrderLine,
    Outcome,
    Product,
    Quote,
    QuoteLine,
    QuoteState,
)
from mutuals.sales.models import Kind as What
from mutuals.sales.pipeline import deals_visible_to
from mutuals.staff.permissions import may


def _sees_organisations(user: Any) -> bool:
    return may(user, "organisation.view")


def _sees_deals(user: Any) -> bool:
    return may(user, "deal.view")


_sees_people = sees_all("person.view")


def _to_house() -> Field:
    return Field(
        "organisation", "Has an organisation", Kind.RELATION, "pk",
        related="organisation", own="organisation_id", may=_sees_organisations,
    )  # fmt: skip


def _to_buyer() -> Field:
    return Field(
        "person", "Customer", Kind.RELATION, "pk",
        related="person", own="profile__person__canonical_id", may=_sees_people,
    )  # fmt: skip


_WHAT = tuple((one.value, one.label) for one in What)
_STATES = tuple((one.value, one.label) for one in QuoteState if one is not QuoteState.EXPIRED)
_GOODS = (
    Field("article", "Article", Kind.TEXT, "name"),
    Field("sku", "Article number", Kind.TEXT, "product__sku"),
    Field("category", "Category", Kind.TEXT, "product__category"),
    Field("quantity", "Quantity", Kind.NUMBER, "quantity"),
    Field("price", "Price of one", Kind.MONEY, "unit_price"),
    Field("product", "Product", Kind.RELATION, "pk", related="product", own="product_id"),
)
ORDER = Record(
    "order",
    Order,
    (
        Field("number", "Order number", Kind.TEXT, "number"),
        Field("placed", "Ordered at", Kind.TIME, "placed_at", sortable=True),
        Field("total", "Total", Kind.MONEY, "total"),
        Field("currency", "Currency", Kind.TEXT, "currency"),
        Field("status", "Status", Kind.TEXT, "status"),
        Field("kind", "What it is", Kind.CHOICE, "kind", choices=_WHAT),
        Field("for", "Organisation", Kind.TEXT, "organisation__name"),
        Field("line", "Has a line", Kind.RELATION, "order", related="line"),
        Field("invoice", "Has an invoice", Kind.RELATION, "order", related="invoice"),
        Field("deal", "Has a deal", Kind.RELATION, "pk", related="deal", own="deal_id", may=_sees_deals),
        _to_buyer(),
        _to_house(),
    ),
)
LINE = Record("line", OrderLine, (*_GOODS, Field("kind", "What it is", Kind.CHOICE, "kind", choices=_WHAT)))
QUOTE = Record(
    "quote",
    Quote,
    (
        Field("number", "Quote number", Kind.TEXT, "number"),
        Field("state", "State", Kind.CHOICE, "state", choices=_STATES),
        Field("total", "Total", Kind.MONEY, "total"),
        Field("currency", "Currency", Kind.TEXT, "currency"),
        Field("discount", "Discount, percent", Kind.NUMBER, "discount"),
        Field("until", "Valid until", Kind.DAY, "valid_until"),
        Field("made", "Drafted at", Kind.TIME, "created_at"),
        Field("sent", "Sent at", Kind.TIME, "sent_at"),
        Field("decided", "Decided at", Kind.TIME, "decided_at"),
        Field("for", "Organisation", Kind.TEXT, "organisation__name"),
        Field("line", "Has a line", Kind.RELATION, "quote", related="quote_line"),
        _to_buyer(),
        _to_house(),
    ),
)
QUOTE_LINE = Record("quote_line", QuoteLine, (*_GOODS, Field("discount", "Discount, percent", Kind.NUMBER, "discount")))
INVOICE = Record(
    "invoice",
    Invoice,
    (
        Field("number", "Invoice number", Kind.TEXT, "number"),
        Field("issued", "Issued on", Kind.DAY, "issued_on"),
        Field("due", "Due on", Kind.DAY, "due_on"),
        Field("total", "Total", Kind.MONEY, "total"),
        Field("paid", "Paid", Kind.MONEY, "paid"),
        Field("open", "Open", Kind.MONEY, "open"),
        Field("currency", "Currency", Kind.TEXT, "currency"),
        Field("for", "Organisation", Kind.TEXT, "organisation__name"),
    ),
)
PRODUCT = Record(
    "product",
    Product,
    (
        Field("name", "Name", Kind.TEXT, "name"),
        Field("sku", "Article number", Kind.TEXT, "sku"),
        Field("category", "Category", Kind.TEXT, "category"),
        Field("unit", "Unit", Kind.TEXT, "unit"),
        Field("active", "Offered", Kind.BOOL, "is_active"),
    ),
)
DEAL = Record(
    "deal",
    Deal,
    (
        Field("title", "Title", Kind.TEXT, "title"),
        Field("amount", "Amount", Kind.MONEY, "amount"),
        Field("currency", "Currency", Kind.TEXT, "currency"),
        Field("probability", "Probability, percent", Kind.NUMBER, "probability"),
        Field("expected", "Expected on", Kind.DAY, "expected_on"),
        Field("outcome", "Outcome", Kind.CHOICE, "outcome", choices=tuple((one.value, one.label) for one in Outcome)),
        Field("reason", "Why it was lost", Kind.TEXT, "lost_reason"),
        Field("owner", "Owner", Kind.NUMBER, "owner_id", me=own_user),
        Field("team", "Team", Kind.NUMBER, "team_id", me=own_teams),
        Field("opened", "Opened at", Kind.TIME, "opened_at"),
        Field("ended", "Ended at", Kind.TIME, "ended_at"),
        Field("step", "Step", Kind.TEXT, "item__step"),
        Field("pipeline", "Pipeline", Kind.TEXT, "item__process__name"),
        Field("for", "Organisation", Kind.TEXT, "organisation__name"),
        Field("line", "Has a line", Kind.RELATION, "deal", related="deal_line"),
        Field("quote", "Has a quote", Kind.RELATION, "deal", related="quote"),
        Field("order", "Has an order", Kind.RELATION, "deal", related="order"),
        Field(
            "person", "Customer", Kind.RELATION, "pk", related="person", own="person__canonical_id", may=_sees_people
        ),
        _to_house(),
    ),
    where={"trashed_at": None},
)
LEAD = Record(
    "lead",
    Item,
    (
        Field("about", "Key", Kind.TEXT, "about"),
        Field("process", "Process", Kind.TEXT, "process__name"),
        Field("step", "Step", Kind.TEXT, "step"),
        Field("state", "State", Kind.CHOICE, "state", choices=tuple(ItemState.choices)),
        Field("owner", "Owner", Kind.NUMBER, "owner_id", me=own_user),
        Field("team", "Team", Kind.NUMBER, "team_id", me=own_teams),
        Field("began", "Began", Kind.TIME, "began_at"),
        Field("entered", "In its step since", Kind.TIME, "entered_at"),
        Field("limit", "Limit", Kind.TIME, "due_at"),
        Field("ended", "Ended at", Kind.TIME, "ended_at"),
    ),
)
"""The run of somebody who may buy. What may be asked of who it is stands in the record of people."""
DEAL_LINE = Record("deal_line", DealLine, _GOODS)
_THEIRS = "profile__person__canonical"
BOUGHT = Field("bought", "Has an order", Kind.RELATION, _THEIRS, related="order")
OFFERED = Field("offered", "Has a quote", Kind.RELATION, _THEIRS, related="quote")
DEALS = Field("deals", "Has a deal", Kind.RELATION, "person__canonical", related="deal", may=_sees_deals)
BILLED = Field("billed", "Has an invoice", Kind.RELATION, _THEIRS, related="invoice")
OF_HOUSES = (
    Field("bought", "Has an order", Kind.RELATION, "organisation", related="order"),
    Field("deals", "Has a deal", Kind.RELATION, "organisation", related="deal", may=_sees_deals),
    Field("billed", "Has an invoice", Kind.RELATION, "organisation", related="invoice"),
)
"""Fields of the record "organisation", which only those see who see all orders."""


def register_fields() -> None:
    """Make them known, and give people the relations to them. Runs after the room `people`."""
    for record in (PRODUCT, LINE, ORDER, QUOTE_LINE, QUOTE, INVOICE, DEAL_LINE, DEAL, LEAD):
        register(record)
    extend("person", (BOUGHT, OFFERED, BILLED, DEALS))
    extend("organisation", OF_HOUSES)
    hold(Holder("deal", "Deals", partial(Deal.objects.filter, trashed_at=None), deals_visible_to, "/sales/deals/"))

"""What the pages of sales have in common: their parts, and lists that are walked by a place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from mutuals.base.filters import Refused
from mutuals.base.lists import cursors
from mutuals.base.lists.listing import along
from mutuals.sales import pipeline
from mutuals.sales.models import Deal
from mutuals.staff.models import User
from mutuals.staff.permissions import may

_OURS = "sales by"
_PARTS = (
    ("deals", "Deals", "/sales/deals/", "deal", "deal.view"),
    ("leads", "Leads", "/sales/leads/", "flag", "lead.view"),
    ("orders", "Orders", "/sales/orders/", "cart", "order.view"),
    ("quotes", "Quotes", "/sales/quotes/", "file", "quote.view"),
    ("invoices", "Invoices", "/sales/invoices/", "book", "invoice.view"),
    ("products", "Products", "/sales/products/", "box", "order.view"),
    ("prices", "Price lists", "/sales/prices/", "tag", "price.view"),
)


def parts(here: str, viewer: User) -> list[tuple[str, str, str, bool]]:
    """The tabs above a page of sales: words, address, icon, whether it is this one."""
    return [(words, url, icon, name == here) for name, words, url, icon, act in _PARTS if may(viewer, act)]


def climb(rows: QuerySet[Any], after: str, by: str, limit: int) -> tuple[list[Any], str]:
    """A page of rows that are sorted upwards by a text of which no two have the same, and the place of the next one."""
    if place := _place(after, by):
        rows = rows.filter(**{f"{by}__gt": place[0]})
    found = list(rows.order_by(by)[: limit + 1])
    if len(found) <= limit:
        return found, ""
    return found[:limit], cursors.pack([along(found[limit - 1], by), 0], of=f"{_OURS} {by}")


def whom(request: HttpRequest) -> str:
    """Of whom a list tells, as the address of a form for something new takes it."""
    return urlencode([(name, request.GET[name]) for name in ("person", "organisation") if request.GET.get(name)])


def number(text: str) -> int:
    """A row's number out of an address; 0 where there is none. 404 for what is no number."""
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)


def deal_of(request: HttpRequest) -> Deal | None:
    """The deal that an address names, of which a quote or an order is made; 404 for one that the viewer does not see."""
    asked = number(request.GET.get("deal", ""))
    return get_object_or_404(pipeline.deals_visible_to(request.user), pk=asked) if asked else None


def _place(text: str, by: str) -> list[Any]:
    try:
        return cursors.unpack(text, of=f"{_OURS} {by}")
    except Refused as error:
        raise Http404 from error

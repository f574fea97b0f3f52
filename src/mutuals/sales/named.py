"""How deals, orders, quotes, invoices and products are called by their text keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from mutuals.sales.models import Deal, Invoice, Order, Product, Quote
from mutuals.sales.pipeline import deals_visible_to
from mutuals.sales.queries import invoices_visible_to, quotes_visible_to, visible_to
from mutuals.staff.models import User
from mutuals.staff.named import Named
from mutuals.staff.permissions import may


def _products(viewer: Any) -> QuerySet[Product]:
    """Those who may open the page of a product, which is where it is changed."""
    return Product.objects.all() if may(viewer, "product.edit") else Product.objects.none()


def _order(row: Order, _viewer: User) -> str:
    return f"Order {row.number}"


def _quote(row: Quote, _viewer: User) -> str:
    return f"Quote {row.number}"


def _invoice(row: Invoice, _viewer: User) -> str:
    return f"Invoice {row.number}"


def _deals_of(person_ids: Sequence[int]) -> Collection[int]:
    return set(Deal.objects.filter(person__in=list(person_ids)).values_list("pk", flat=True))


def _of(model: Any) -> Any:
    def theirs(person_ids: Sequence[int]) -> Collection[int]:
        return set(model.objects.filter(Q(profile__person__in=list(person_ids))).values_list("pk", flat=True))

    return theirs


NAMED = (
    Named("deal", "Deal", "/sales/deals/{}/", deals_visible_to, theirs=_deals_of),
    Named("order", "Order", "/sales/orders/{}/", visible_to, _order, theirs=_of(Order)),
    Named("quote", "Quote", "/sales/quotes/{}/", quotes_visible_to, _quote, theirs=_of(Quote)),
    Named("invoice", "Invoice", "/sales/invoices/{}/", invoices_visible_to, _invoice, theirs=_of(Invoice)),
    Named("product", "Product", "/sales/products/{}/edit/", _products),
)

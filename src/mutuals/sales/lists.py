"""The lists of this room, for `base.lists`: orders and products here, deals in `listed`, quotes and
invoices in `listed_money`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from mutuals.base import lists
from mutuals.base.lists import Act, Column, Listing, Narrow, Ref, Sort, Unseen
from mutuals.people.lists import exports
from mutuals.sales import goods, queries, whom
from mutuals.sales.listed import DEALS
from mutuals.sales.listed_leads import LEADS
from mutuals.sales.listed_money import INVOICES, QUOTES
from mutuals.sales.models import Kind, Order, Product
from mutuals.staff.permissions import may, require

MOST_TICKED = 200


def _numbered(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    return queries.listed(rows, number=value[:80])


def _with_article(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    """What stands in lines is asked beside, so that an order counts once."""
    return rows.filter(pk__in=queries.listed(Order.objects.all(), article=value[:200]).order_by().values("pk"))


def _of_kind(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    if value not in Kind.values:
        raise Unseen(f"Orders are of these kinds: {', '.join(Kind.values)}.")
    return rows.filter(kind=value)


ORDERS = Listing(
    record="order",
    words=("order", "orders"),
    right="order.view",
    visible_to=queries.visible_to,
    title=Column("number", "Number", value=lambda row: Ref(row.number, f"order:{row.pk}")),
    columns=(
        Column("buyer", "Person", value=whom.buyer),
        Column("for", value=whom.house),
        Column("kind", usual=False, groups=True),
        Column("source", "From", value=lambda row: row.source.name if row.source else "by hand"),
        Column("status", groups=True),
        Column("currency", usual=False, groups=True),
        Column("total", sums=True, currency="currency"),
        Column("placed"),
    ),
    sorts=(
        Sort("placed", "Ordered at", "placed_at", descending=True),
        Sort("stored", "Last stored", "pk", descending=True),
    ),
    programs="stored",
    narrows=(
        Narrow("number", "Order number", _numbered, typed=True),
        Narrow("article", "Article number", _with_article, typed=True),
        Narrow("kind", "What they are", _of_kind, choices=tuple((one.value, f"{one.label}s") for one in Kind)),
        *whom.NARROWS,
    ),
    beside=lambda rows: rows.select_related("source", *whom.BESIDE),
    exports=exports,
)


def _called(rows: QuerySet[Any], text: str, _: Any) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=text[:200]) | Q(sku__istartswith=text[:200]))


def _in_category(rows: QuerySet[Any], value: str, _: Any) -> QuerySet[Any]:
    return rows.filter(category=value[:80])


@transaction.atomic
def _offered(ids: Sequence[int], by: Any, *, is_active: bool) -> str:
    require(by, "product.edit")
    rows = Product.objects.filter(pk__in=list(ids)[:MOST_TICKED]).exclude(is_active=is_active).order_by("pk")
    found = [goods.edit_product(row, by=by, changes={"is_active": is_active}) for row in rows]
    return f"{len(found)} {'offered again' if is_active else 'not offered any more'}."


def _products(viewer: Any) -> QuerySet[Product]:
    return Product.objects.all() if may(viewer, "order.view") else Product.objects.none()


PRODUCTS = Listing(
    record="product",
    words=("product", "products"),
    right="order.view",
    visible_to=_products,
    title=Column("name", value=lambda row: Ref(row.name, f"product:{row.pk}")),
    columns=(
        Column("sku"),
        Column("category", groups=True),
        Column("unit", groups=True),
        Column("active", groups=True),
    ),
    sorts=(
        Sort("newest", "Last added", "pk", descending=True),
        Sort("oldest", "First added", "pk"),
        Sort("number", "Article number", "sku"),
        Sort("category", "Category", "category"),
    ),
    programs="oldest",
    acts=(
        Act("offer", "Offer", "check", "product.edit", lambda ids, by, _: _offered(ids, by, is_active=True)),
        Act("retire", "Offer no more", "x", "product.edit", lambda ids, by, _: _offered(ids, by, is_active=False)),
    ),
    narrows=(
        Narrow("q", "Name, number", _called, typed=True),
        Narrow("category", "Category", _in_category, told=lambda value, _: Ref(value[:80])),
    ),
    exports=exports,
)


def register_lists() -> None:
    """Make the lists of this room known. Runs after the room `people`."""
    for one in (ORDERS, PRODUCTS, DEALS, LEADS, QUOTES, INVOICES):
        lists.register(one)

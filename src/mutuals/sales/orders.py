"""Orders as they come from shops and files: many at once, the same twice is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from mutuals.base import bulk
from mutuals.channels.models import Source
from mutuals.people.names import tidy
from mutuals.sales.models import Order, OrderLine, Product

_MOST_TOTAL, _MOST_QUANTITY, _MOST_PRICE = Decimal(10) ** 12, Decimal(10) ** 9, Decimal(10) ** 10
_COLUMNS = ("source_id", "number", "profile_id", "organisation_id", "placed_at", "currency", "total", "status")
_CONFLICT = """(source_id, number) DO UPDATE SET profile_id = excluded.profile_id,
organisation_id = excluded.organisation_id, placed_at = excluded.placed_at, currency = excluded.currency,
total = excluded.total, status = excluded.status"""
_LINE_COLUMNS = ("order_id", "position", "product_id", "name", "quantity", "unit_price")


@dataclass(frozen=True, slots=True)
class LineIn:
    """One position. A negative quantity is a return; `sku` empty = no product of ours."""

    name: str
    sku: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderIn:
    """One order as a source tells it. `placed_at` is aware; `currency` ISO 4217; `total` None = the sum of lines."""

    number: str
    placed_at: datetime
    currency: str
    total: Decimal | None = None
    status: str = ""
    profile_id: int | None = None
    organisation_id: int | None = None
    lines: tuple[LineIn, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a batch, and the rows of what is new or changed."""

    new: int
    updated: int
    same: int
    changed: tuple[Order, ...] = ()


def fit(order: OrderIn) -> OrderIn:
    """The order as the tables hold it; ValueError with a sentence where it cannot be held."""
    number, currency = tidy(order.number, at_most=81), order.currency.strip().upper()
    if not number or len(number) > 80:
        raise ValueError("An order needs a number of at most 80 letters")
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise ValueError("The currency is missing: three letters such as EUR")
    lines = tuple(_fit_line(line) for line in order.lines[:10_000])
    total = (
        order.total if order.total is not None else sum((line.quantity * line.unit_price for line in lines), Decimal(0))
    )
    if order.total is None and not lines:
        raise ValueError("The order has neither a total nor lines")
    return replace(
        order,
        number=number,
        currency=currency,
        total=_amount(total, _MOST_TOTAL, "0.01"),
        status=tidy(order.status, at_most=20),
        lines=lines,
    )


def compare(orders: Sequence[OrderIn], *, source: Source | None) -> dict[str, str]:
    """What `put` would make of each order by its number: new, updated or same. Writes nothing. The orders are `fit`."""
    known = _stored(orders, source)
    return {order.number: _state(order, known.get(order.number)) for order in orders}


@transaction.atomic
def put(orders: Sequence[OrderIn], *, source: Source | None, now: datetime) -> Counts:
    """Store orders with their lines and products; at most nine statements for any number of orders.

    An order that comes again replaces its lines. Two orders of one number in a batch, or one that does not `fit`, are
    refused by ValueError. The rows in `changed` are for `history.keep.orders`.
    """
    fitted = [fit(order) for order in orders]
    if len({order.number for order in fitted}) != len(fitted):
        raise ValueError("Two orders of one number in a batch")
    known = _stored(fitted, source)
    states = {order.number: _state(order, known.get(order.number)) for order in fitted}
    changed = [order for order in fitted if states[order.number] != "same"]
    rows = _write(changed, source, now)
    told = list(states.values())
    return Counts(told.count("new"), told.count("updated"), told.count("same"), tuple(rows))


def _write(changed: list[OrderIn], source: Source | None, now: datetime) -> list[Order]:
    if not changed:
        return []
    values = [
        (source.pk if source else None, order.number, order.profile_id, order.organisation_id, order.placed_at,
         order.currency, order.total, order.status, now)
        for order in sorted(changed, key=lambda order: order.number)
    ]  # fmt: skip
    ids = dict(
        bulk.insert(Order, (*_COLUMNS, "created_at"), values, conflict=_CONFLICT, returning='"number", sales_order.id')
    )
    products = _products(changed, now)
    OrderLine.objects.filter(order_id__in=list(ids.values())).delete()
    lines = [
        (ids[order.number], position, products.get(line.sku), line.name, line.quantity, line.unit_price)
        for order in changed
        for position, line in enumerate(order.lines, 1)
    ]
    bulk.insert(OrderLine, _LINE_COLUMNS, lines)
    return list(Order.objects.filter(pk__in=list(ids.values())).prefetch_related("lines").order_by("pk"))


def _products(orders: list[OrderIn], now: datetime) -> dict[str, int]:
    names = {line.sku: line.name for order in orders for line in order.lines if line.sku}
    known = dict(Product.objects.filter(sku__in=list(names)).values_list("sku", "pk"))
    missing = sorted((sku, name or sku, "", now) for sku, name in names.items() if sku not in known)
    new = bulk.insert(
        Product,
        ("sku", "name", "category", "created_at"),
        missing,
        conflict="(sku) DO UPDATE SET name = sales_product.name",
        returning="sku, sales_product.id",
    )
    return known | dict(new)


def _stored(orders: Sequence[OrderIn], source: Source | None) -> dict[Any, tuple[Any, ...]]:
    """What the tables hold of these numbers, as `_as_stored` would write it."""
    numbers = [order.number for order in orders]
    rows: dict[int, tuple[Any, ...]] = {
        pk: (number, *rest)
        for pk, number, *rest in Order.objects.filter(source=source, number__in=numbers).values_list(
            "pk", "number", "profile_id", "organisation_id", "placed_at", "currency", "total", "status"
        )
    }
    lines: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.order_id, coalesce(p.sku, ''), l.name, l.quantity, l.unit_price FROM sales_orderline l"
            " LEFT JOIN sales_product p ON p.id = l.product_id WHERE l.order_id = ANY(%s)"
            " ORDER BY l.order_id, l.position",
            [list(rows)],
        )
        for pk, *line in cursor.fetchall():
            lines[pk].append(tuple(line))
    return {row[0]: (*row[1:], tuple(lines[pk])) for pk, row in rows.items()}


def _state(order: OrderIn, stored: tuple[Any, ...] | None) -> str:
    lines = tuple((line.sku, line.name, line.quantity, line.unit_price) for line in order.lines)
    told = (order.profile_id, order.organisation_id, order.placed_at, order.currency, order.total, order.status, lines)
    return "new" if stored is None else "same" if stored == told else "updated"


def _fit_line(line: LineIn) -> LineIn:
    sku = tidy(line.sku, at_most=80)
    return LineIn(
        name=tidy(line.name, at_most=200) or sku,
        sku=sku,
        quantity=_amount(line.quantity, _MOST_QUANTITY, "0.001"),
        unit_price=_amount(line.unit_price, _MOST_PRICE, "0.0001"),
    )


def _amount(value: Decimal, most: Decimal, step: str) -> Decimal:
    if not value.is_finite() or abs(value) >= most:
        raise ValueError(f"The amount {str(value)[:30]} is too large")
    return value.quantize(Decimal(step))

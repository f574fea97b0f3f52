"""Orders as they come from shops and files: many at once, the same twice is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.db import connection, transaction

from mutuals.base import bulk
from mutuals.channels.models import Source
from mutuals.people.names import tidy
from mutuals.sales.amounts import CENT, PRICE, QUANTITY, currency_of, held
from mutuals.sales.models import Kind, Order, OrderLine, Product

MOST_LINES = 10_000
"""Lines of one order."""
_COLUMNS = (
    "source_id", "number", "profile_id", "organisation_id", "placed_at", "currency", "total", "status", "kind",
)  # fmt: skip
_CONFLICT = """(source_id, number) DO UPDATE SET profile_id = excluded.profile_id,
organisation_id = excluded.organisation_id, placed_at = excluded.placed_at, currency = excluded.currency,
total = excluded.total, status = excluded.status, kind = excluded.kind"""
_LINE_COLUMNS = ("order_id", "position", "product_id", "name", "quantity", "unit_price", "kind")
_LINES = """
SELECT l.order_id, l.position, coalesce(p.sku, ''), l.name, l.quantity, l.unit_price, l.kind
FROM sales_orderline l LEFT JOIN sales_product p ON p.id = l.product_id
WHERE l.order_id = ANY(%s) ORDER BY l.order_id, l.position
"""


@dataclass(frozen=True, slots=True)
class LineIn:
    """One position; `sku` empty = no product of ours.

    `kind` empty = a sale, or a return where the quantity is below zero. `position` 0 = the place among the lines given.
    """

    name: str
    sku: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal(0)
    kind: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class OrderIn:
    """One order as a source tells it. `placed_at` is aware; `currency` ISO 4217; `total` None = the sum of lines.

    `part` says that these lines are only some of the order's, each known by its position, and that the others stay as
    they are: "first" where the rest of what is said counts, "rest" where all else that is known stays as well.
    """

    number: str
    placed_at: datetime
    currency: str
    total: Decimal | None = None
    status: str = ""
    profile_id: int | None = None
    organisation_id: int | None = None
    lines: tuple[LineIn, ...] = ()
    kind: str = ""
    part: Literal["", "first", "rest"] = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a batch, and the rows of what is new or changed."""

    new: int
    updated: int
    same: int
    changed: tuple[Order, ...] = ()


def fit(order: OrderIn) -> OrderIn:
    """The order as the tables hold it; ValueError with a sentence where it cannot be held."""
    number, currency = tidy(order.number, at_most=81), currency_of(order.currency)
    if not number or len(number) > 80:
        raise ValueError("An order needs a number of at most 80 letters")
    if len(order.lines) > MOST_LINES:
        raise ValueError(f"An order has at most {MOST_LINES:,} lines")
    lines = tuple(_fit_line(line, place) for place, line in enumerate(order.lines, 1))
    if len({line.position for line in lines}) < len(lines):
        raise ValueError("Two lines of the order have one position")
    total = (
        order.total if order.total is not None else sum((line.quantity * line.unit_price for line in lines), Decimal(0))
    )
    if order.total is None and not lines:
        raise ValueError("The order has neither a total nor lines")
    return replace(
        order,
        number=number,
        currency=currency,
        total=held(total, CENT),
        status=tidy(order.status, at_most=20),
        lines=lines,
        kind=kind_of(lines, total),
    )


def kind_of(lines: Sequence[LineIn], total: Decimal) -> str:
    """What an order is by its lines, each of which has its kind; without lines by the sign of its total."""
    found = {line.kind for line in lines} or {Kind.RETURN if total < 0 else Kind.SALE}
    return next(kind.value for kind in Kind if kind in found)


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
    changed = [_whole(order, known.get(order.number)) for order in fitted if states[order.number] != "same"]
    rows = _write(changed, source, now)
    told = list(states.values())
    return Counts(told.count("new"), told.count("updated"), told.count("same"), tuple(rows))


def _write(changed: list[OrderIn], source: Source | None, now: datetime) -> list[Order]:
    if not changed:
        return []
    values = [
        (source.pk if source else None, order.number, order.profile_id, order.organisation_id, order.placed_at,
         order.currency, order.total, order.status, order.kind, now)
        for order in sorted(changed, key=lambda order: order.number)
    ]  # fmt: skip
    ids = dict(
        bulk.insert(Order, (*_COLUMNS, "created_at"), values, conflict=_CONFLICT, returning='"number", sales_order.id')
    )
    products = _products(changed, now)
    OrderLine.objects.filter(order_id__in=list(ids.values())).delete()
    lines = [
        (ids[order.number], line.position, products.get(line.sku), line.name, line.quantity, line.unit_price, line.kind)
        for order in changed
        for line in order.lines
    ]
    bulk.insert(OrderLine, _LINE_COLUMNS, lines)
    return list(Order.objects.filter(pk__in=list(ids.values())).prefetch_related("lines").order_by("pk"))


def _products(orders: list[OrderIn], now: datetime) -> dict[str, int]:
    names = {line.sku: line.name for order in orders for line in order.lines if line.sku}
    known = dict(Product.objects.filter(sku__in=list(names)).values_list("sku", "pk"))
    missing = sorted((sku, name or sku, now) for sku, name in names.items() if sku not in known)
    new = bulk.insert(
        Product,
        ("sku", "name", "created_at"),
        missing,
        conflict="(sku) DO UPDATE SET name = sales_product.name",
        returning="sku, sales_product.id",
    )
    return known | dict(new)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the tables hold of an order: its own columns as `_own` gives them, and its lines by position."""

    own: tuple[Any, ...]
    lines: dict[int, LineIn]


def _stored(orders: Sequence[OrderIn], source: Source | None) -> dict[str, _Stored]:
    """What the tables hold of these numbers."""
    numbers = [order.number for order in orders]
    rows: dict[int, tuple[Any, ...]] = {
        pk: (number, *rest)
        for pk, number, *rest in Order.objects.filter(source=source, number__in=numbers).values_list(
            "pk", "number", "profile_id", "organisation_id", "placed_at", "currency", "status", "total"
        )
    }
    lines: dict[int, dict[int, LineIn]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [list(rows)])
        for pk, position, sku, name, quantity, price, kind in cursor.fetchall():
            lines[pk][position] = LineIn(name, sku, quantity, price, kind, position)
    return {row[0]: _Stored(row[1:], lines[pk]) for pk, row in rows.items()}


def _own(order: OrderIn) -> tuple[Any, ...]:
    """What is compared beside the lines; the total last, because parts of an order do not tell it."""
    whose = (order.profile_id, order.organisation_id)
    return (*whose, order.placed_at, order.currency, order.status, order.total)


def _state(order: OrderIn, stored: _Stored | None) -> str:
    if stored is None:
        return "new"
    told = {line.position: line for line in order.lines}
    if not order.part:
        return "same" if (_own(order), told) == (stored.own, stored.lines) else "updated"
    is_known = all(stored.lines.get(place) == line for place, line in told.items())
    return "same" if is_known and (order.part == "rest" or _own(order)[:5] == stored.own[:5]) else "updated"


def _whole(order: OrderIn, stored: _Stored | None) -> OrderIn:
    """A part of an order, with all that is known of it."""
    if stored is None or not order.part:
        return order
    if order.part == "rest":
        profile_id, organisation_id, placed_at, currency, status, _ = stored.own
        order = replace(
            order, profile_id=profile_id, organisation_id=organisation_id, placed_at=placed_at, currency=currency,
            status=status,
        )  # fmt: skip
    lines = stored.lines | {line.position: line for line in order.lines}
    return fit(replace(order, total=None, lines=tuple(lines[place] for place in sorted(lines))))


def _fit_line(line: LineIn, place: int) -> LineIn:
    sku = tidy(line.sku, at_most=80)
    quantity = held(line.quantity, QUANTITY)
    if line.kind and line.kind not in Kind.values:
        raise ValueError(f"A line is one of {', '.join(Kind.values)}")
    return LineIn(
        name=tidy(line.name, at_most=200) or sku,
        sku=sku,
        quantity=quantity,
        unit_price=held(line.unit_price, PRICE),
        kind=line.kind or (Kind.RETURN if quantity < 0 else Kind.SALE).value,
        position=line.position or place,
    )


def in_words(order: Order) -> str:
    """An order, with its lines fetched, as the history tells it: `Order 1001: 2 × Kettle. 39.80 EUR`."""
    named = [f"{line.quantity.normalize():f} × {line.name}" for line in list(order.lines.all())[:20]]
    what = {Kind.RETURN: "Return", Kind.ADJUSTMENT: "Adjustment"}.get(Kind(order.kind), "Order")
    return f"{what} {order.number}: {', '.join(named) or 'no lines'}. {order.total} {order.currency}"

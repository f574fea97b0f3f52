"""What lists of orders can be filtered by, and how people are filtered by their orders."""

from __future__ import annotations

from dataclasses import replace

from mutuals.base.filters import Field, Kind, Record, record, register
from mutuals.sales.models import Order, OrderLine

ORDER = Record(
    "order",
    Order,
    (
        Field("number", "Order number", Kind.TEXT, "number"),
        Field("placed", "Ordered at", Kind.TIME, "placed_at", sortable=True),
        Field("total", "Total", Kind.MONEY, "total"),
        Field("currency", "Currency", Kind.TEXT, "currency"),
        Field("status", "Status", Kind.TEXT, "status"),
        Field("line", "Has a line", Kind.RELATION, "order", related="line"),
    ),
)
LINE = Record(
    "line",
    OrderLine,
    (
        Field("article", "Article", Kind.TEXT, "name"),
        Field("sku", "Article number", Kind.TEXT, "product__sku"),
        Field("quantity", "Quantity", Kind.NUMBER, "quantity"),
        Field("price", "Price of one", Kind.MONEY, "unit_price"),
    ),
)
BOUGHT = Field("bought", "Has an order", Kind.RELATION, "profile__person__canonical", related="order")


def register_fields() -> None:
    """Make orders known, and give people the relation to them. Runs after the room `people`."""
    register(LINE)
    register(ORDER)
    person = record("person")
    if BOUGHT not in person.fields:
        register(replace(person, fields=(*person.fields, BOUGHT), _by_name={}))

"""What they bought: orders with their lines, and how somebody usually buys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query
from pydantic import BeforeValidator, Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._problems import Broken
from mutuals.api._shapes import OrderOut
from mutuals.api._types import MOST_ID, Id, In, Line, Moment, Out, Page, PathId
from mutuals.api.people import person_named, person_of
from mutuals.base import clock
from mutuals.channels.queries import visible_to as visible_sources
from mutuals.identity import bought, given_back
from mutuals.people.models import Profile
from mutuals.people.queries import profiles_of
from mutuals.people.visibility import organisations_visible_to
from mutuals.sales import pattern, queries
from mutuals.sales.orders import LineIn, OrderIn

router = Resource("orders")


def _plain(value: object) -> object:
    """Amounts are texts, so that no float rounds them; a whole number is let in too, also where it is written 1.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("An amount is written as text, like 12.50.")
    return str(value)


Amount = Annotated[
    Decimal,
    BeforeValidator(
        _plain, json_schema_input_type=Annotated[str, Field(pattern=r"^-?[0-9]{1,10}(\.[0-9]{1,4})?$")] | int
    ),
    Field(max_digits=14, decimal_places=4, allow_inf_nan=False),
]


class NewLine(In):
    """One position. Without a kind it is a sale, or a return where the quantity is below zero."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    sku: Annotated[Line, Field(max_length=80)] = ""
    quantity: Amount = Decimal(1)
    unit_price: Amount = Decimal(0)
    kind: Literal["", "sale", "return", "adjustment", "movement"] = ""


class NewOrder(In):
    """One order, known by its number within its source. The buyer is named in one way at most.

    Without a total, the sum of the lines counts.
    """

    number: Annotated[Line, Field(min_length=1, max_length=80)]
    placed_at: Moment
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    total: Amount | None = None
    status: Annotated[Line, Field(max_length=20)] = ""
    person_id: Id | None = None
    profile_id: Id | None = None
    organisation_id: Id | None = None
    email: Annotated[Line, Field(max_length=254)] = ""
    lines: Annotated[list[NewLine], Field(max_length=500)] = []


class Orders(In):
    """Up to 200 orders of one source (null = entered by hand)."""

    source_id: Id | None = None
    orders: Annotated[list[NewOrder], Field(min_length=1, max_length=200)]


class Counted(Out):
    """What became of them."""

    new: int
    updated: int
    same: int


class ArticleOut(Out):
    """An article in at least a third of the orders, with the medians of quantity and amount in those that have it.

    `missing`: orders since one had it.
    """

    article: str
    name: str
    orders: int
    quantity: Decimal
    amount: Decimal
    missing: int

    @classmethod
    def of(cls, row: pattern.Article) -> ArticleOut:
        """As the room tells it."""
        return cls(
            article=row.article,
            name=row.name,
            orders=row.orders,
            quantity=row.quantity,
            amount=row.amount,
            missing=row.missing,
        )


class PatternOut(Out):
    """How somebody usually buys. What rests on too few orders is null; `too_little` says that there is no rhythm yet.

    `late_by` are days beyond the usual interval, told once twice that interval is over; `unusual_order_id` is the last order
    where its amount is far from the usual one; `gone` are articles of the basket that stay away.
    """

    orders: int
    too_little: bool
    first: date | None
    last: date | None
    interval_days: float | None
    late_by: float | None
    expected: date | None
    currency: str
    usual_amount: Decimal | None
    unusual_order_id: int | None
    basket: list[ArticleOut]
    gone: list[ArticleOut]

    @classmethod
    def of(cls, row: pattern.Pattern) -> PatternOut:
        """As the room tells it."""
        return cls(
            orders=row.orders,
            too_little=row.has_too_little,
            first=row.first,
            last=row.last,
            interval_days=row.interval.days if row.interval else None,
            late_by=row.late.by if row.late else None,
            expected=row.late.expected if row.late else None,
            currency=row.currency,
            usual_amount=row.usual_amount,
            unusual_order_id=row.unusual.order_id if row.unusual else None,
            basket=[ArticleOut.of(one) for one in row.basket],
            gone=[ArticleOut.of(one) for one in row.gone],
        )


@router.read("/orders", act="order.view", out=Page[OrderOut])
def listed(
    request: HttpRequest,
    source: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    number: Annotated[str, Query(max_length=80, pattern=r"^[^\u0000]*$")] = "",
    f: Tests = [],  # noqa: B006  ninja makes a fresh one
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[OrderOut]:
    """Orders, last stored first unless `sort` says otherwise, by conditions on them, their lines and invoices."""
    rows = queries.visible_to(user_of(request)).prefetch_related("lines__product")
    rows = rows.filter(source_id=source) if source else rows
    rows = rows.filter(number=number) if number else rows
    found, following = walked(request, "order", rows, tests=f, where=where, sort=sort, cursor=cursor, limit=limit)
    return Page[OrderOut](items=[OrderOut.of(row) for row in found], next=following)


@router.read("/orders/{int:order_id}", act="order.view", out=OrderOut)
def shown(request: HttpRequest, order_id: PathId) -> OrderOut:
    """One order."""
    rows = queries.visible_to(user_of(request)).prefetch_related("lines__product")
    return OrderOut.of(one(rows, order_id))


@router.write("PUT", "/orders", act="order.edit", out=Counted, refuses=(404,))
def put(request: HttpRequest, body: Orders) -> Counted:
    """Store orders, new or changed; the same again changes nothing."""
    by = user_of(request)
    source = one(visible_sources(by), body.source_id) if body.source_id else None
    all_of(Profile.objects.all(), (order.profile_id for order in body.orders))
    all_of(organisations_visible_to(by), (order.organisation_id for order in body.orders))
    told = [_bought(request, order, number) for number, order in enumerate(body.orders)]
    done = bought.take(told, source=source, by=by, now=clock.now())
    return Counted(new=done.new, updated=done.updated, same=done.same)


class BackLine(In):
    """How many of one position of the order came back."""

    position: Annotated[int, Field(ge=1, le=100_000, strict=True)]
    quantity: Amount


class GivenBack(In):
    """Goods that came back. Without lines all that is left; a number that was used is the same return."""

    number: Annotated[Line, Field(max_length=80)] = ""
    status: Annotated[Line, Field(max_length=20)] = ""
    lines: Annotated[list[BackLine], Field(max_length=500)] | None = None


@router.write("POST", "/orders/{int:order_id}/returns", act="order.edit", out=OrderOut, refuses=(404, 409))
def give_back(request: HttpRequest, order_id: PathId, body: GivenBack) -> OrderOut:
    """Note that goods of an order came back, at the price they were sold for."""
    by = user_of(request)
    quantities = None if body.lines is None else {line.position: line.quantity for line in body.lines}
    if body.lines is not None and len(quantities or {}) < len(body.lines):
        raise Broken("body.lines", "A position is named twice.")
    row = given_back.give_back(
        one(queries.visible_to(by), order_id),
        by=by,
        now=clock.now(),
        quantities=quantities,
        number=body.number,
        status=body.status,
    )
    return OrderOut.of(row)


def all_of(rows: QuerySet[Any], ids: Iterable[int | None]) -> None:
    """404 unless all of these are among the rows that the caller may see; one statement."""
    wanted = {pk for pk in ids if pk}
    if wanted and rows.filter(pk__in=wanted).count() < len(wanted):
        raise Http404


def _bought(request: HttpRequest, order: NewOrder, number: int) -> bought.Bought:
    buyers = [name for name in ("person_id", "profile_id", "email") if getattr(order, name)]
    if len(buyers) > 1:
        raise Broken(f"body.orders.{number}", "Name the buyer in one way only.")
    return bought.Bought(
        order=OrderIn(
            number=order.number,
            placed_at=order.placed_at,
            currency=order.currency,
            total=order.total,
            status=order.status,
            profile_id=order.profile_id,
            organisation_id=order.organisation_id,
            lines=tuple(LineIn(line.name, line.sku, line.quantity, line.unit_price, line.kind) for line in order.lines),
        ),
        person=person_named(request, order.person_id) if order.person_id else None,
        email=order.email,
    )


@router.read("/people/{int:person_id}/orders", act="order.view", out=Page[OrderOut])
def of_person(request: HttpRequest, person_id: PathId, cursor: Cursor = "", limit: Limit = 50) -> Page[OrderOut]:
    """What a person bought, newest first."""
    person = person_of(request, person_id)
    rows = queries.visible_to(user_of(request)).filter(profile__person__canonical_id=person.pk)
    rows = rows.order_by("-placed_at", "-pk").prefetch_related("lines__product")
    if place := unpack(cursor, datetime, int):
        rows = rows.filter(placed_at__lte=place[0]).exclude(placed_at=place[0], pk__gte=place[1])
    found = list(rows[: limit + 1])
    following = pack((found[limit - 1].placed_at, found[limit - 1].pk)) if len(found) > limit else None
    return Page[OrderOut](items=[OrderOut.of(row) for row in found[:limit]], next=following)


@router.read("/people/{int:person_id}/pattern", act="order.view", out=PatternOut)
def bought_pattern(request: HttpRequest, person_id: PathId) -> PatternOut:
    """How a person usually buys: rhythm, basket, and what was otherwise lately."""
    person = person_of(request, person_id)
    found = queries.bought_by([one.pk for one in profiles_of(person)])
    return PatternOut.of(pattern.of(found, today=timezone.localdate()))

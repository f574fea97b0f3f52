"""Goods that came back: an order of returns that names the order of which they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal
from mutuals.identity.bought import Bought, take
from mutuals.sales.models import Kind, Order, OrderLine
from mutuals.sales.orders import LineIn, OrderIn, compare, fit
from mutuals.sales.queries import left_of
from mutuals.staff.models import User
from mutuals.staff.permissions import require


@transaction.atomic
def give_back(
    order: Order,
    *,
    by: User,
    now: datetime,
    quantities: Mapping[int, Decimal] | None = None,
    number: str = "",
    status: str = "",
) -> Order:
    """Note that goods of an order came back, at the price they were sold for: some of its positions (position to quantity above
    zero), or all that is left. A number that was used makes it the same return, however often it is told; without one it is the
    order's with -R1, -R2 behind it.

    Refused: an order of which only the total is known, what is no sale, more than is left, nothing left, a number that says
    something else already.
    """
    require(by, "order.edit")
    gate.enter()
    sold = Order.objects.select_for_update().get(pk=order.pk)
    known = Order.objects.filter(source=None, number=number.strip()).first() if number.strip() else None
    left = left_of(sold)
    if known is not None and known.gives_back_id == sold.pk:
        left = {line: rest + _in(known, line) for line, rest in left.items()}
    lines = _lines(sold, left, quantities)
    told = OrderIn(
        number=number.strip() or f"{sold.number}-R{sold.returns.count() + 1}",
        placed_at=known.placed_at if known else now,
        currency=sold.currency,
        status=status,
        profile_id=sold.profile_id,
        organisation_id=sold.organisation_id,
        lines=lines,
    )
    try:
        told = fit(told)
        if known is not None:
            return _same(known, sold, told)
        if Order.objects.filter(source=None, number=told.number).exists():
            words = f"There is an order {told.number} already: give the return its own number."
            raise Refusal(words, fields={"number": words})
        made = take([Bought(told)], source=None, by=by, now=now).changed[0]
    except Refusal:
        raise
    except ValueError as error:
        raise Refusal(str(error)) from error
    Order.objects.filter(pk=made.pk).update(gives_back=sold)
    journal.note("order.given_back", sold, by=by, back=made.pk, total=str(made.total), currency=made.currency)
    return Order.objects.get(pk=made.pk)


def _lines(
    sold: Order, left: Mapping[OrderLine, Decimal], quantities: Mapping[int, Decimal] | None
) -> tuple[LineIn, ...]:
    if not left:
        raise Refusal(
            f"{sold.number} has no lines of goods that were sold: note the return as an order by hand.",
            fields={"lines": "None."},
        )
    by_place = {line.position: (line, rest) for line, rest in left.items()}
    wanted = {place: rest for place, (_, rest) in by_place.items()} if quantities is None else dict(quantities)
    lines = list[LineIn]()
    for place, quantity in sorted(wanted.items()):
        if place not in by_place:
            raise Refusal(
                f"{sold.number} has no goods at position {place}.", fields={"lines": f"There is no position {place}."}
            )
        line, rest = by_place[place]
        if not quantity.is_finite() or quantity < 0 or quantity > rest:
            words = f"Of “{line.name}” {rest.normalize():f} can come back at most."
            raise Refusal(words, fields={"lines": words})
        if quantity:
            sku = line.product.sku if line.product else ""
            lines.append(LineIn(line.name, sku, -quantity, line.unit_price, kind=Kind.RETURN, position=place))
    if not lines:
        raise Refusal("Nothing comes back: say how many of which article.", fields={"lines": "Say how many."})
    return tuple(lines)


def _in(back: Order, sold: OrderLine) -> Decimal:
    found = next((line for line in back.lines.all() if line.position == sold.position), None)
    return -found.quantity if found else Decimal(0)


def _same(known: Order, sold: Order, told: OrderIn) -> Order:
    if (
        known.gives_back_id == sold.pk
        and compare([replace(told, status=known.status)], source=None)[told.number] == "same"
    ):
        return known
    words = f"There is an order {told.number} already, and it says something else."
    raise Refusal(words, fields={"number": words})

"""Who is quoted and billed: persons by their own record, so that nothing moves when they are merged or split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal
from mutuals.channels.models import Source
from mutuals.identity.bought import Bought, take
from mutuals.identity.remark import own_record
from mutuals.people.models import Organisation, Person
from mutuals.sales import queries, quotes
from mutuals.sales.amounts import CENT, rounded
from mutuals.sales.invoices import Counts, InvoiceIn, put
from mutuals.sales.models import Deal, Kind, Order, Quote, QuoteState
from mutuals.sales.orders import LineIn, OrderIn, compare, fit
from mutuals.staff.models import User
from mutuals.staff.permissions import require


@transaction.atomic
def offer(
    terms: quotes.Terms,
    *,
    by: User,
    number: str,
    person: Person | None = None,
    organisation: Organisation | None = None,
    deal: Deal | None = None,
    now: datetime,
) -> Quote:
    """Draft a quote for a person, an organisation, or a person of one, of a deal. Refused as `quotes.draft`, and Gone."""
    require(by, "quote.edit")
    profile_id, house = holder_of(person, organisation, now=now)
    return quotes.draft(terms, by=by, number=number, profile_id=profile_id, organisation=house, deal=deal, now=now)


@transaction.atomic
def accept(quote: Quote, *, by: User, now: datetime) -> Order:
    """A quote was accepted: its order is made, once; accepted again gives the same order. Its lines add up to its total: where
    discounts leave less than a price can say, the last one is an adjustment.

    Refused: a draft, one that was declined, one whose last day is over, and where an order entered by hand has its number.
    """
    require(by, "quote.edit", quote)
    gate.enter()
    row = quotes.held(quote)
    if row.state == QuoteState.ACCEPTED and row.order is not None:
        return row.order
    state = row.state_on(timezone.localdate(now))
    if state is not QuoteState.SENT:
        raise Refusal(f"This quote is {state.label.lower()}; only one that is sent can be accepted.")
    if Order.objects.filter(source=None, number=row.number).exists():
        raise Refusal(f"There is an order {row.number} already.")
    lines = tuple(
        LineIn(
            line.name,
            line.product.sku if line.product else "",
            line.quantity,
            quotes.net_price(line, row.discount),
            position=line.position,
        )
        for line in row.lines.select_related("product").order_by("position")
    )
    odd = row.total - rounded(sum((line.quantity * line.unit_price for line in lines), Decimal(0)), CENT)
    if odd:  # what one costs has four decimals, and the offer was reckoned line by line
        lines += (LineIn("Rounding", unit_price=odd, kind=Kind.ADJUSTMENT, position=lines[-1].position + 1),)
    order = OrderIn(
        number=row.number,
        placed_at=now,
        currency=row.currency,
        total=row.total,
        profile_id=row.profile_id,
        organisation_id=row.organisation_id,
        lines=lines,
    )
    made = take([Bought(order)], source=None, by=by, now=now).changed[0]
    Order.objects.filter(pk=made.pk).update(deal=row.deal_id)
    Quote.objects.filter(pk=row.pk).update(state=QuoteState.ACCEPTED, decided_at=now, order=made)
    journal.note("quote.accepted", row, by=by, order=made.pk)
    quote.refresh_from_db()
    return made


@transaction.atomic
def enter(
    order: OrderIn, *, person: Person | None, organisation: Organisation | None, by: User, now: datetime,
    deal: Deal | None = None,
) -> Order:  # fmt: skip
    """An order by hand, for a person, an organisation, or a person of one, of a deal or not; the very same again is the same.

    Refused: what `bought.take` refuses, and a number that an order by hand has which says anything else, but for the
    hour of the same day.
    """
    require(by, "order.edit")
    profile_id, house = holder_of(person, organisation, now=now)
    told = replace(order, profile_id=profile_id, organisation_id=house.pk if house else None)
    try:
        told = fit(told)
        known = Order.objects.filter(source=None, number=told.number).first()
        if known is None:
            take([Bought(told)], source=None, by=by, now=now)
    except Refusal:
        raise
    except ValueError as error:
        raise Refusal(str(error)) from error
    if known is None:
        made = Order.objects.filter(source=None, number=told.number)
        made.update(deal=deal)
        return made.get()
    is_of_day = timezone.localdate(known.placed_at) == timezone.localdate(told.placed_at)
    at = known.placed_at if is_of_day else told.placed_at
    if compare([replace(told, placed_at=at)], source=None)[told.number] != "same":
        words = f"There is an order {told.number} already, and it says something else. Give this one its own number."
        raise Refusal(words, fields={"number": words})
    return known


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice, and whom it is to: a person (their own record), or nobody beside what `invoice` names."""

    invoice: InvoiceIn
    person: Person | None = None


@transaction.atomic
def bill(bills: Sequence[Bill], *, source: Source | None, by: User, now: datetime, may_change: bool = True) -> Counts:
    """Store invoices with their payments; the same again changes nothing. Refused: as `sales.invoices.put`, and Gone."""
    require(by, "invoice.edit")
    gate.enter()
    told = [
        one.invoice if one.person is None else replace(one.invoice, profile_id=own_record(one.person, now=now).pk)
        for one in bills
    ]
    return put(told, source=source, by=by, may_change=may_change)


def holder_of(
    person: Person | None, organisation: Organisation | None, *, now: datetime
) -> tuple[int | None, Organisation | None]:
    """On what it hangs: the person's own record, and the organisation. For the caller's transaction.

    Where this house sells to organisations only, a person buys for the one that is said, else for their main one; refused
    where they have none.
    """
    gate.enter()
    organisation = queries.house_of(person, organisation)
    return (own_record(person, now=now).pk if person is not None else None), organisation

"""Acts on quotes: drafted, changed, sent, declined. Accepting one makes an order, which is `identity.offered`'s.

Sending marks a quote as sent; nothing leaves by it. A quote that is sent changes in its last day only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from mutuals.base import bulk, gate, journal
from mutuals.base.money import spendable
from mutuals.base.refusals import Refusal, one_line
from mutuals.people.models import Organisation
from mutuals.people.names import tidy
from mutuals.sales.amounts import CENT, PRICE, QUANTITY, rounded
from mutuals.sales.amounts import held as within
from mutuals.sales.models import Deal, DealLine, Product, Quote, QuoteLine, QuoteState
from mutuals.sales.queries import prices_of
from mutuals.staff.models import User
from mutuals.staff.permissions import require

MOST_LINES = 500
Position = tuple[int, int | None, str, Decimal, Decimal, Decimal]
"""A line as tables hold it: position, product, name, quantity, price of one, discount in percent."""
_TAKEN = "Another quote has this number."
_COLUMNS = ("quote_id", "position", "product_id", "name", "quantity", "unit_price", "discount")


@dataclass(frozen=True, slots=True)
class Offer:
    """One position. `unit_price` None = what the price lists say; `name` empty = the product's. `discount` in percent."""

    sku: str = ""
    name: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """All of a quote but whom it is for. `discount` is percent of the whole, after those of the lines."""

    currency: str
    lines: tuple[Offer, ...]
    discount: Decimal = Decimal(0)
    valid_until: date | None = None
    words: str = ""


@transaction.atomic
def draft(
    terms: Terms,
    *,
    by: User,
    number: str,
    profile_id: int | None = None,
    organisation: Organisation | None = None,
    deal: Deal | None = None,
    now: datetime,
) -> Quote:
    """A new quote, of a deal or not. The very same again by the same writer is the same quote, as a form that is sent twice.

    Refused: a number that is another quote's, nobody to offer it to, no lines, what no column holds, a product that is
    not there or not offered any more, a line without a price.
    """
    require(by, "quote.edit")
    name = one_line(number, what="Number", longest=80)
    holder = (profile_id, organisation.pk if organisation else None)
    if (known := _known(name, terms, holder, by)) is not None:
        return known
    if profile_id is None and organisation is None:
        raise Refusal("Say whom it is for: a person or an organisation.")
    lines, total = reckon(terms, organisation, timezone.localdate(now))
    row = Quote(
        number=name, profile_id=profile_id, organisation=organisation, currency=spendable(terms.currency), total=total,
        discount=_percent(terms.discount), valid_until=terms.valid_until, words=tidy(terms.words, at_most=2000), by=by,
        created_at=now, deal=deal,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # sent twice in the same moment
        if (known := _known(name, terms, holder, by)) is not None:
            return known
        raise Refusal(_TAKEN, fields={"number": _TAKEN}) from error
    _write(row, lines)
    journal.note("quote.drafted", row, by=by, total=str(total), currency=row.currency)
    return row


@transaction.atomic
def change(quote: Quote, terms: Terms, *, by: User, now: datetime) -> Quote:
    """Draft it anew. Refused: as `draft`, and once it is sent, but for its last day."""
    require(by, "quote.edit", quote)
    row = held(quote)
    if row.state == QuoteState.SENT and _is_same_but_day(row, terms):
        if row.valid_until != terms.valid_until:
            Quote.objects.filter(pk=row.pk).update(valid_until=terms.valid_until)
            journal.note("quote.prolonged", row, by=by, until=str(terms.valid_until))
        row.refresh_from_db()
        return row
    if row.state != QuoteState.DRAFT:
        raise Refusal(f"This quote is {row.get_state_display().lower()}; only a draft can be changed.")
    lines, total = reckon(terms, row.organisation, timezone.localdate(now))
    row.currency, row.total, row.discount = spendable(terms.currency), total, _percent(terms.discount)
    row.valid_until, row.words = terms.valid_until, tidy(terms.words, at_most=2000)
    row.save(update_fields=["currency", "total", "discount", "valid_until", "words"])
    row.lines.all().delete()
    _write(row, lines)
    journal.note("quote.changed", row, by=by, total=str(total), currency=row.currency)
    return row


@transaction.atomic
def send(quote: Quote, *, by: User, now: datetime) -> Quote:
    """Mark it as sent; sent twice is sent once. Refused: one that is decided, or whose last day is over."""
    require(by, "quote.edit", quote)
    row = held(quote)
    if row.state == QuoteState.SENT:
        return row
    if row.state != QuoteState.DRAFT:
        raise Refusal(f"This quote is {row.get_state_display().lower()} already.")
    if row.valid_until and row.valid_until < timezone.localdate(now):
        raise Refusal("Its last day is over: give it another one first.", fields={"valid_until": "This day is over."})
    Quote.objects.filter(pk=row.pk).update(state=QuoteState.SENT, sent_at=now)
    journal.note("quote.sent", row, by=by)
    row.refresh_from_db()
    return row


@transaction.atomic
def decline(quote: Quote, *, by: User, now: datetime) -> Quote:
    """It was declined; declined twice is declined once. Refused: one that was accepted."""
    require(by, "quote.edit", quote)
    row = held(quote)
    if row.state == QuoteState.ACCEPTED:
        raise Refusal("This quote was accepted, and has its order.")
    if row.state != QuoteState.DECLINED:
        Quote.objects.filter(pk=row.pk).update(state=QuoteState.DECLINED, decided_at=now)
        journal.note("quote.declined", row, by=by)
        row.refresh_from_db()
    return row


def held(quote: Quote) -> Quote:
    """The quote, locked until the end of the transaction, within the gate. Refused: one that went with who was erased."""
    gate.enter()
    row = Quote.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk=quote.pk).first()
    if row is None:
        raise Refusal("This quote is not there any more.")
    return row


def reckon(terms: Terms, organisation: Organisation | None, day: date) -> tuple[list[Position], Decimal]:
    """The lines as the table holds them, without their quote, and the total: lines are rounded to cents, then summed."""
    if not 0 < len(terms.lines) <= MOST_LINES:
        raise Refusal(f"A quote has between one line and {MOST_LINES}.", fields={"lines": "There is no line."})
    skus = {one.sku for one in terms.lines if one.sku}
    products = {row.sku: row for row in Product.objects.filter(sku__in=skus, is_active=True)}
    unpriced = {products[one.sku].pk for one in terms.lines if one.unit_price is None and one.sku in products}
    found = prices_of(unpriced, currency=spendable(terms.currency), on=day, organisation=organisation)
    lines, total = [], Decimal(0)
    for place, one in enumerate(terms.lines, 1):
        product = products.get(one.sku)
        if one.sku and product is None:
            raise Refusal(f"There is no product {one.sku[:40]} that is offered.", fields={"lines": f"Line {place}."})
        price = within(one.unit_price, PRICE) if one.unit_price is not None else found.get(product.pk if product else 0)
        name = tidy(one.name, at_most=200) or (product.name if product else "")
        if not name:
            raise Refusal(f"Line {place} names no article.", fields={"lines": f"Line {place} names no article."})
        if price is None:
            words = f"Line {place} has no price: no price list of today has it in {spendable(terms.currency)}."
            raise Refusal(words, fields={"lines": words})
        quantity = within(one.quantity, QUANTITY)
        lines.append((place, product.pk if product else None, name, quantity, price, _percent(one.discount)))
        total += rounded(quantity * price * _rest(_percent(one.discount)) * _rest(_percent(terms.discount)), CENT)
    return lines, within(total, CENT)


def terms_of(row: Quote) -> Terms:
    """What a quote says now, as it would be drafted anew."""
    lines = row.lines.select_related("product").order_by("position")
    told = tuple(
        Offer(line.product.sku if line.product else "", line.name, line.quantity, line.unit_price, line.discount)
        for line in lines
    )
    return Terms(row.currency, told, row.discount, row.valid_until, row.words)


def net_price(line: QuoteLine | DealLine, discount: Decimal) -> Decimal:
    """What one unit of a line costs after both discounts, to four decimals."""
    return rounded(line.unit_price * _rest(line.discount) * _rest(discount), PRICE)


def _write(row: Quote, lines: Sequence[Position]) -> None:
    bulk.insert(QuoteLine, _COLUMNS, [(row.pk, *line) for line in lines])


def _known(number: str, terms: Terms, holder: tuple[int | None, int | None], by: User) -> Quote | None:
    """The very same quote, where it is there already; refused where another one has its number."""
    row = Quote.objects.filter(number=number).first()
    if row is None:
        return None
    is_same = row.by_id == by.pk and (row.profile_id, row.organisation_id) == holder
    if is_same and row.valid_until == terms.valid_until and _is_same_but_day(row, terms):
        return row
    raise Refusal(_TAKEN, fields={"number": _TAKEN})


def _is_same_but_day(row: Quote, terms: Terms) -> bool:
    """Whether a quote says just this. A line without a price is the same at whatever price the lists had said."""
    told = (spendable(terms.currency), _percent(terms.discount), tidy(terms.words, at_most=2000))
    lines = list(row.lines.select_related("product").order_by("position"))
    if told != (row.currency, row.discount, row.words) or len(lines) != len(terms.lines):
        return False
    return all(_is_line(line, one) for line, one in zip(lines, terms.lines, strict=True))


def _is_line(line: QuoteLine, one: Offer) -> bool:
    if one.sku != (line.product.sku if line.product else ""):
        return False
    name, is_priced = tidy(one.name, at_most=200), one.unit_price is not None
    return (
        (not name or name == line.name)
        and (not is_priced or within(one.unit_price or Decimal(0), PRICE) == line.unit_price)
        and (within(one.quantity, QUANTITY), _percent(one.discount)) == (line.quantity, line.discount)
    )


def _percent(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= 100:
        raise Refusal("A discount is between 0 and 100 percent.", fields={"discount": "Between 0 and 100."})
    return rounded(value, CENT)


def _rest(percent: Decimal) -> Decimal:
    return 1 - percent / 100

"""Quotes: drafted, sent, accepted (which makes their order, once) or declined."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Limit
from mutuals.api._shapes import OrderOut
from mutuals.api._types import Day, Id, In, Line, Out, Page, PathId, Spendable
from mutuals.api.orders import Amount
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.identity import offered
from mutuals.people.visibility import organisations_visible_to
from mutuals.sales import pipeline, queries, quotes
from mutuals.sales.models import DealLine, Quote, QuoteLine, QuoteState

router = Resource("quotes")


class OfferIn(In):
    """One position. Without a price the price lists say it; without a name the product has one. Discounts in percent."""

    sku: Annotated[Line, Field(max_length=80)] = ""
    name: Annotated[Line, Field(max_length=200)] = ""
    quantity: Amount = Decimal(1)
    unit_price: Amount | None = None
    discount: Amount = Decimal(0)


class TermsIn(In):
    """All of a quote but whom it is for. `discount` is percent of the whole."""

    currency: Spendable
    lines: Annotated[list[OfferIn], Field(min_length=1, max_length=500)]
    discount: Amount = Decimal(0)
    valid_until: Day | None = None
    words: Annotated[Line, Field(max_length=2000)] = ""

    def terms(self) -> quotes.Terms:
        """As the room takes it."""
        lines = tuple(
            quotes.Offer(line.sku, line.name, line.quantity, line.unit_price, line.discount) for line in self.lines
        )
        return quotes.Terms(self.currency, lines, self.discount, self.valid_until, self.words)


class NewQuote(TermsIn):
    """A quote for a person, an organisation, or a person of one. The same number again is the same quote."""

    number: Annotated[Line, Field(min_length=1, max_length=80)]
    person_id: Id | None = None
    organisation_id: Id | None = None
    deal_id: Id | None = None


class OfferOut(Out):
    """One position of a quote."""

    position: int
    sku: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal

    @classmethod
    def of(cls, line: QuoteLine | DealLine) -> OfferOut:
        """A line fetched with its product."""
        return cls(
            position=line.position,
            sku=line.product.sku if line.product else "",
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
        )


class QuoteOut(Out):
    """An offer. A sent one whose last day is over is `expired`."""

    id: int
    number: str
    state: QuoteState
    profile_id: int | None
    organisation_id: int | None
    currency: str
    discount: Decimal
    total: Decimal
    valid_until: date | None
    words: str
    order_id: int | None
    deal_id: int | None
    created_at: datetime
    sent_at: datetime | None
    decided_at: datetime | None
    lines: list[OfferOut]

    @classmethod
    def of(cls, row: Quote) -> QuoteOut:
        """A quote."""
        return cls(
            id=row.pk,
            number=row.number,
            state=row.state_on(timezone.localdate()),
            profile_id=row.profile_id,
            organisation_id=row.organisation_id,
            currency=row.currency,
            discount=row.discount,
            total=row.total,
            valid_until=row.valid_until,
            words=row.words,
            order_id=row.order_id,
            deal_id=row.deal_id,
            created_at=row.created_at,
            sent_at=row.sent_at,
            decided_at=row.decided_at,
            lines=[OfferOut.of(line) for line in _lines(row)],
        )


def _lines(row: Quote) -> list[QuoteLine]:
    """Its lines with their products, in two statements where they are not fetched already."""
    prefetch_related_objects([row], "lines__product")
    return sorted(row.lines.all(), key=lambda line: line.position)


@router.read("/quotes", act="quote.view", out=Page[QuoteOut])
def listed(
    request: HttpRequest,
    f: Tests = [],  # noqa: B006 - read, never written
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[QuoteOut]:
    """Quotes, last drafted first unless `sort` says otherwise; `f` and `where` are conditions on them."""
    rows = queries.quotes_visible_to(user_of(request)).prefetch_related("lines__product")
    found, following = walked(request, "quote", rows, tests=f, where=where, sort=sort, cursor=cursor, limit=limit)
    return Page[QuoteOut](items=[QuoteOut.of(row) for row in found], next=following)


@router.read("/quotes/{int:quote_id}", act="quote.view", out=QuoteOut)
def shown(request: HttpRequest, quote_id: PathId) -> QuoteOut:
    """One quote."""
    return QuoteOut.of(_quote(request, quote_id))


@router.write("POST", "/quotes", act="quote.edit", out=QuoteOut, status=201, refuses=(404,))
def draft(request: HttpRequest, body: NewQuote) -> QuoteOut:
    """Draft a quote."""
    by = user_of(request)
    house = one(organisations_visible_to(by), body.organisation_id) if body.organisation_id else None
    person = person_named(request, body.person_id) if body.person_id else None
    deal = one(pipeline.deals_visible_to(by), body.deal_id) if body.deal_id else None
    row = offered.offer(
        body.terms(), by=by, number=body.number, person=person, organisation=house, deal=deal, now=clock.now()
    )
    return QuoteOut.of(row)


@router.write("PUT", "/quotes/{int:quote_id}", act="quote.edit", out=QuoteOut)
def change(request: HttpRequest, quote_id: PathId, body: TermsIn) -> QuoteOut:
    """Draft it anew; of one that is sent only the last day can be changed."""
    row = _quote(request, quote_id)
    return QuoteOut.of(quotes.change(row, body.terms(), by=user_of(request), now=clock.now()))


@router.write("POST", "/quotes/{int:quote_id}/send", act="quote.edit", out=QuoteOut)
def send(request: HttpRequest, quote_id: PathId) -> QuoteOut:
    """Mark it as sent. Nothing leaves by it."""
    return QuoteOut.of(quotes.send(_quote(request, quote_id), by=user_of(request), now=clock.now()))


@router.write("POST", "/quotes/{int:quote_id}/accept", act="quote.edit", out=OrderOut)
def accept(request: HttpRequest, quote_id: PathId) -> OrderOut:
    """It was accepted: its order, the same one each time."""
    made = offered.accept(_quote(request, quote_id), by=user_of(request), now=clock.now())
    return OrderOut.of(one(queries.visible_to(user_of(request)).prefetch_related("lines__product"), made.pk))


@router.write("POST", "/quotes/{int:quote_id}/decline", act="quote.edit", out=QuoteOut)
def decline(request: HttpRequest, quote_id: PathId) -> QuoteOut:
    """It was declined."""
    return QuoteOut.of(quotes.decline(_quote(request, quote_id), by=user_of(request), now=clock.now()))


def _quote(request: HttpRequest, number: int) -> Quote:
    return one(queries.quotes_visible_to(user_of(request)).prefetch_related("lines__product"), number)

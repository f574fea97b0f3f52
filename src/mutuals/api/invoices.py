"""Invoices and payments, as facts that a shop or an accounting system tells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Limit
from mutuals.api._types import MOST_ID, Day, Id, In, Line, Out, Page, PathId
from mutuals.api.orders import Amount, Counted, all_of
from mutuals.api.people import person_named, person_of
from mutuals.api.products import Currency
from mutuals.base import clock
from mutuals.channels.queries import visible_to as visible_sources
from mutuals.identity import offered
from mutuals.people.visibility import organisations_visible_to
from mutuals.sales import invoices, queries
from mutuals.sales.models import Invoice, Payment

router = Resource("invoices")


class NewPayment(In):
    """Money that came, or (below zero) went back. The same reference for one invoice is the same payment."""

    paid_on: Day
    amount: Amount
    reference: Annotated[Line, Field(min_length=1, max_length=120)]
    method: Annotated[Line, Field(max_length=40)] = ""

    def told(self) -> invoices.PaymentIn:
        """As the room takes it."""
        return invoices.PaymentIn(self.paid_on, self.amount, self.reference, self.method)


class NewInvoice(In):
    """One bill, known by its number within its source. Of an order that names its buyer nobody need be named."""

    number: Annotated[Line, Field(min_length=1, max_length=80)]
    issued_on: Day
    due_on: Day | None = None
    currency: Currency
    total: Amount
    person_id: Id | None = None
    organisation_id: Id | None = None
    order_id: Id | None = None
    payments: Annotated[list[NewPayment], Field(max_length=100)] = []


class Invoices(In):
    """Up to 200 invoices of one source (null = entered by hand)."""

    source_id: Id | None = None
    invoices: Annotated[list[NewInvoice], Field(min_length=1, max_length=200)]


class PaymentOut(Out):
    """Money that came or went back."""

    id: int
    paid_on: date
    amount: Decimal
    reference: str
    method: str

    @classmethod
    def of(cls, row: Payment) -> PaymentOut:
        """A payment."""
        return cls(id=row.pk, paid_on=row.paid_on, amount=row.amount, reference=row.reference, method=row.method)


class InvoiceOut(Out):
    """One bill. `open` is the total less what was paid; below zero, too much was."""

    id: int
    number: str
    source_id: int | None
    profile_id: int | None
    organisation_id: int | None
    order_id: int | None
    issued_on: date
    due_on: date | None
    currency: str
    total: Decimal
    paid: Decimal
    open: Decimal
    payments: list[PaymentOut]

    @classmethod
    def of(cls, row: Invoice) -> InvoiceOut:
        """An invoice fetched with its payments."""
        return cls(
            id=row.pk,
            number=row.number,
            source_id=row.source_id,
            profile_id=row.profile_id,
            organisation_id=row.organisation_id,
            order_id=row.order_id,
            issued_on=row.issued_on,
            due_on=row.due_on,
            currency=row.currency,
            total=row.total,
            paid=row.paid,
            open=row.open,
            payments=[PaymentOut.of(one) for one in sorted(row.payments.all(), key=lambda one: (one.paid_on, one.pk))],
        )


@router.read("/invoices", act="invoice.view", out=Page[InvoiceOut])
def listed(
    request: HttpRequest,
    order: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    f: Tests = [],  # noqa: B006 - read, never written
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[InvoiceOut]:
    """Invoices, last stored first unless `sort` says otherwise; `f` and `where` are conditions on them."""
    rows = queries.invoices_visible_to(user_of(request)).prefetch_related("payments")
    rows = rows.filter(order_id=order) if order else rows
    found, following = walked(request, "invoice", rows, tests=f, where=where, sort=sort, cursor=cursor, limit=limit)
    return Page[InvoiceOut](items=[InvoiceOut.of(row) for row in found], next=following)


@router.read("/invoices/{int:invoice_id}", act="invoice.view", out=InvoiceOut)
def shown(request: HttpRequest, invoice_id: PathId) -> InvoiceOut:
    """One invoice."""
    return InvoiceOut.of(one(queries.invoices_visible_to(user_of(request)), invoice_id))


@router.write("PUT", "/invoices", act="invoice.edit", out=Counted, refuses=(404,))
def put(request: HttpRequest, body: Invoices) -> Counted:
    """Store invoices with their payments, new or changed; the same again changes nothing."""
    by = user_of(request)
    source = one(visible_sources(by), body.source_id) if body.source_id else None
    all_of(organisations_visible_to(by), (row.organisation_id for row in body.invoices))
    all_of(queries.visible_to(by), (row.order_id for row in body.invoices))
    told = []
    for row in body.invoices:
        bill = invoices.InvoiceIn(
            number=row.number, issued_on=row.issued_on, currency=row.currency, total=row.total, due_on=row.due_on,
            organisation_id=row.organisation_id, order_id=row.order_id, payments=tuple(p.told() for p in row.payments),
        )  # fmt: skip
        told.append(offered.Bill(bill, person_named(request, row.person_id) if row.person_id else None))
    done = offered.bill(told, source=source, by=by, now=clock.now())
    return Counted(new=done.new, updated=done.updated, same=done.same)


@router.write("POST", "/invoices/{int:invoice_id}/payments", act="invoice.edit", out=InvoiceOut)
def pay(request: HttpRequest, invoice_id: PathId, body: NewPayment) -> InvoiceOut:
    """Note money for an invoice, or (below zero) money that went back."""
    row = one(queries.invoices_visible_to(user_of(request)), invoice_id)
    invoices.pay(row, body.told(), by=user_of(request))
    return InvoiceOut.of(row)


@router.read("/people/{int:person_id}/invoices", act="invoice.view", out=Page[InvoiceOut])
def of_person(request: HttpRequest, person_id: PathId, cursor: Walked = "", limit: Limit = 50) -> Page[InvoiceOut]:
    """What a person was billed, last stored first."""
    person = person_of(request, person_id)
    rows = queries.invoices_visible_to(user_of(request)).filter(profile__person__canonical_id=person.pk)
    found, following = walked(request, "invoice", rows.prefetch_related("payments"), cursor=cursor, limit=limit)
    return Page[InvoiceOut](items=[InvoiceOut.of(row) for row in found], next=following)

"""Invoices and payments as facts: brought by a file or a program, or entered by hand. Mutuals bills nobody."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.channels.models import Source
from mutuals.people.names import tidy
from mutuals.sales.amounts import CENT, currency_of, held
from mutuals.sales.models import Invoice, Order, Payment
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_COLUMNS = ("profile_id", "organisation_id", "order_id", "issued_on", "due_on", "currency", "total")
_FIELDS = [name.removesuffix("_id") for name in _COLUMNS]
_ERASED = "erased "
_IS_BLURRED = re.compile(f"{_ERASED}[0-9a-f]{{64}}")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class PaymentIn:
    """Money that came, or (below zero) went back. The same reference for one invoice is the same payment."""

    paid_on: date
    amount: Decimal
    reference: str
    method: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceIn:
    """One bill as it is told. `order_id` None = of no order that we know. `payments` come on top of those that are known."""

    number: str
    issued_on: date
    currency: str
    total: Decimal
    due_on: date | None = None
    profile_id: int | None = None
    organisation_id: int | None = None
    order_id: int | None = None
    payments: tuple[PaymentIn, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a batch."""

    new: int
    updated: int
    same: int


@transaction.atomic
def put(invoices: Sequence[InvoiceIn], *, source: Source | None, by: User, may_change: bool = True) -> Counts:
    """Store invoices by source and number, new or changed, with their payments; the same again changes nothing.

    An invoice of an order that names nobody itself is for whom the order is. Refused: no number, no currency, amounts
    that no column holds, an order that is not there, two of one number; unless it `may_change` what is known, also a
    number that is known with anything else.
    """
    require(by, "invoice.edit")
    gate.enter()
    numbers = [one_line(one.number, what="Number", longest=80) for one in invoices]
    if len(set(numbers)) < len(numbers):
        raise Refusal("Two invoices of one number.", fields={"number": "Two invoices of one number."})
    rows = Invoice.objects.select_for_update(of=("self",)).filter(source=source, number__in=numbers)
    known = {row.number: row for row in rows.order_by("pk")}
    orders = Order.objects.in_bulk({one.order_id for one in invoices if one.order_id})
    states, told = {}, []
    for number, one in zip(numbers, invoices, strict=True):
        values = _values(one, orders)
        row = known.get(number) or Invoice(source=source, number=number, **values)
        is_other = any(getattr(row, name) != value for name, value in values.items())
        if is_other and not may_change:
            words = f"There is an invoice {number} already, and it says something else. Give this one its own number."
            raise Refusal(words, fields={"number": words})
        for name, value in values.items():
            setattr(row, name, value)
        states[number] = "updated" if is_other else "new" if row.pk is None else "same"
        told.append((row, one.payments))
    _create([row for row, _ in told if row.pk is None])
    Invoice.objects.bulk_update([row for row, _ in told if states[row.number] == "updated"], _FIELDS)
    for payment, is_new in _pay(told):
        if is_new and states[payment.invoice.number] == "same":
            states[payment.invoice.number] = "updated"
    changed = [f"invoice:{row.pk}" for row, _ in told if states[row.number] != "same"]
    journal.note_many("invoice.put", changed, by=by)
    found = list(states.values())
    return Counts(found.count("new"), found.count("updated"), found.count("same"))


@transaction.atomic
def pay(invoice: Invoice, payment: PaymentIn, *, by: User) -> Payment:
    """Note money for an invoice; the same reference again is the same payment.

    Refused: nothing or too much to hold, no reference, another amount or day under a reference that is known.
    """
    require(by, "invoice.edit", invoice)
    gate.enter()
    row = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
    made, is_new = _pay([(row, [payment])])[0]
    if is_new:
        journal.note("invoice.paid", row, by=by, amount=str(made.amount), on=str(made.paid_on))
    invoice.refresh_from_db()
    return made


def blur(payments: Iterable[Payment]) -> int:
    """Take references and ways of payment away, whose words name somebody who is erased. Says how many.

    In place of a reference stands a keyed hash of it, which says nothing without this installation's key: so the same
    payment, told again, is known, and is not counted twice.
    """
    rows = list(payments)
    for row in rows:
        if not _IS_BLURRED.fullmatch(row.reference):
            row.reference, row.method = _blurred(row.invoice_id, row.reference), ""
    return Payment.objects.bulk_update(rows, ["reference", "method"], batch_size=_BATCH)


def _blurred(invoice_id: int, reference: str) -> str:
    told = f"payment\0{invoice_id}\0{reference}".encode()
    return _ERASED + hmac.digest(settings.ERASURE_KEY.encode(), told, "sha256").hex()


def _values(one: InvoiceIn, orders: Mapping[int, Order]) -> dict[str, Any]:
    """What an invoice says, by the names of its columns."""
    order = orders.get(one.order_id) if one.order_id else None
    if one.order_id and order is None:
        raise Refusal("There is no such order.", fields={"order_id": "There is no such order."})
    is_named = bool(one.profile_id or one.organisation_id)
    told = (
        one.profile_id if is_named or order is None else order.profile_id,
        one.organisation_id if is_named or order is None else order.organisation_id,
        one.order_id,
        one.issued_on,
        one.due_on,
        currency_of(one.currency),
        held(one.total, CENT, field="total"),
    )
    return dict(zip(_COLUMNS, told, strict=True))


def _create(rows: list[Invoice]) -> None:
    try:
        with transaction.atomic():
            Invoice.objects.bulk_create(rows)
    except IntegrityError as error:
        words = "Somebody noted an invoice of this number in the same moment. Look at it first."
        raise Refusal(words, fields={"number": words}) from error


def _pay(told: Sequence[tuple[Invoice, Sequence[PaymentIn]]]) -> list[tuple[Payment, bool]]:
    """Each payment, and whether it is new; four statements for any number of them. The invoices are locked."""
    owners = [row.pk for row, payments in told if payments]
    stored = Payment.objects.filter(invoice__in=owners) if owners else []
    known = {(one.invoice_id, one.reference): one for one in stored}
    found: list[tuple[Payment, bool]] = []
    for row, payment in ((row, payment) for row, payments in told for payment in payments):
        made = _read(row, payment)
        blurred = known.get((row.pk, _blurred(row.pk, made.reference)))
        same = blurred or known.get((row.pk, made.reference))
        if same is None:
            known[row.pk, made.reference] = made
        elif (same.paid_on, same.amount) != (made.paid_on, made.amount) or (not blurred and same.method != made.method):
            words = f"Payment {made.reference} of this invoice was another one: {same.amount} on {same.paid_on}."
            raise Refusal(words, fields={"reference": words})
        found.append((same or made, same is None))
    if new := [made for made, is_new in found if is_new]:
        Payment.objects.bulk_create(new, batch_size=_BATCH)
        _recount(sorted({one.invoice_id for one in new}))
    return found


def _read(row: Invoice, payment: PaymentIn) -> Payment:
    amount = held(payment.amount, CENT)
    if not amount:
        raise Refusal("A payment of nothing is none.", fields={"amount": "This is nothing."})
    return Payment(
        invoice=row,
        paid_on=payment.paid_on,
        amount=amount,
        reference=one_line(payment.reference, what="Reference", longest=120),
        method=tidy(payment.method, at_most=40),
    )


def _recount(invoices: Sequence[int]) -> None:
    sums = Payment.objects.filter(invoice=OuterRef("pk")).order_by().values("invoice").annotate(sum=Sum("amount"))
    Invoice.objects.filter(pk__in=invoices).update(paid=Coalesce(Subquery(sums.values("sum")), Decimal(0)))

"""Invoices and payments as facts: brought by a file or a program, or entered by hand. Mutuals bills nobody."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.channels.models import Source
from mutuals.people.names import tidy
from mutuals.sales.amounts import CENT, currency_of, held
from mutuals.sales.models import Invoice, Order, Payment
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_ERASED = "erased "
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
    told = {"new": 0, "updated": 0, "same": 0}
    changed = []
    for number, one in zip(numbers, invoices, strict=True):
        row, state = _put(known.get(number), number, one, orders, source, may_change=may_change)
        told[state] += 1
        changed += [f"invoice:{row.pk}"] if state != "same" else []
    journal.note_many("invoice.put", changed, by=by)
    return Counts(told["new"], told["updated"], told["same"])


@transaction.atomic
def pay(invoice: Invoice, payment: PaymentIn, *, by: User) -> Payment:
    """Note money for an invoice; the same reference again is the same payment.

    Refused: nothing or too much to hold, no reference, another amount or day under a reference that is known.
    """
    require(by, "invoice.edit", invoice)
    gate.enter()
    row = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
    made, is_new = _pay(row, payment)
    if is_new:
        _recount(row)
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
        if not row.reference.startswith(_ERASED):
            row.reference, row.method = _blurred(row.invoice_id, row.reference), ""
    return Payment.objects.bulk_update(rows, ["reference", "method"], batch_size=_BATCH)


def _blurred(invoice_id: int, reference: str) -> str:
    told = f"payment\0{invoice_id}\0{reference}".encode()
    return _ERASED + hmac.digest(settings.ERASURE_KEY.encode(), told, "sha256").hex()


def _put(
    row: Invoice | None,
    number: str,
    one: InvoiceIn,
    orders: dict[int, Order],
    source: Source | None,
    *,
    may_change: bool,
) -> tuple[Invoice, str]:
    order = orders.get(one.order_id) if one.order_id else None
    if one.order_id and order is None:
        raise Refusal("There is no such order.", fields={"order_id": "There is no such order."})
    is_named = bool(one.profile_id or one.organisation_id)
    values = {
        "profile_id": one.profile_id if is_named or order is None else order.profile_id,
        "organisation_id": one.organisation_id if is_named or order is None else order.organisation_id,
        "order_id": one.order_id,
        "issued_on": one.issued_on,
        "due_on": one.due_on,
        "currency": currency_of(one.currency),
        "total": held(one.total, CENT, field="total"),
    }
    state = "same"
    if row is None:
        row, state = _create(source, number, values), "new"
    elif any(getattr(row, name) != value for name, value in values.items()):
        if not may_change:
            words = f"There is an invoice {number} already, and it says something else. Give this one its own number."
            raise Refusal(words, fields={"number": words})
        Invoice.objects.filter(pk=row.pk).update(**values)
        state = "updated"
    is_paid = [_pay(row, payment)[1] for payment in one.payments]
    if any(is_paid):
        _recount(row)
        state = "updated" if state == "same" else state
    return row, state


def _create(source: Source | None, number: str, values: dict[str, Any]) -> Invoice:
    try:
        with transaction.atomic():
            return Invoice.objects.create(source=source, number=number, **values)
    except IntegrityError as error:
        words = f"Somebody noted an invoice {number} in this moment. Look at it first."
        raise Refusal(words, fields={"number": words}) from error


def _pay(row: Invoice, payment: PaymentIn) -> tuple[Payment, bool]:
    reference = one_line(payment.reference, what="Reference", longest=120)
    amount = held(payment.amount, CENT)
    if not amount:
        raise Refusal("A payment of nothing is none.", fields={"amount": "This is nothing."})
    values = {"paid_on": payment.paid_on, "amount": amount, "method": tidy(payment.method, at_most=40)}
    known = Payment.objects.filter(invoice=row, reference=_blurred(row.pk, reference)).first()
    if known is not None:
        del values["method"]  # it was erased with the reference
    made, is_new = (
        (known, False)
        if known is not None
        else Payment.objects.get_or_create(invoice=row, reference=reference, defaults=values)
    )
    if not is_new and any(getattr(made, name) != value for name, value in values.items()):
        words = f"Payment {reference} of this invoice was another one: {made.amount} on {made.paid_on}."
        raise Refusal(words, fields={"reference": words})
    return made, is_new


def _recount(row: Invoice) -> None:
    paid = Payment.objects.filter(invoice=row).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    Invoice.objects.filter(pk=row.pk).update(paid=paid)

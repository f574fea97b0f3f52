"""Invoices and payments as facts: brought by a file or a program, or entered by hand. Mutuals bills nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from mutuals.base import journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.channels.models import Source
from mutuals.people.names import tidy
from mutuals.sales.goods import currency_of
from mutuals.sales.models import Invoice, Order, Payment
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_MOST = Decimal(10) ** 12


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
def put(invoices: Sequence[InvoiceIn], *, source: Source | None, by: User) -> Counts:
    """Store invoices by source and number, new or changed, with their payments; the same again changes nothing.

    An invoice of an order that names nobody itself is for whom the order is. Refused: no number, no currency, amounts
    that no column holds, an order that is not there, two of one number.
    """
    require(by, "invoice.edit")
    numbers = [one_line(one.number, what="Number", longest=80) for one in invoices]
    if len(set(numbers)) < len(numbers):
        raise Refusal("Two invoices of one number.", fields={"number": "Two invoices of one number."})
    rows = Invoice.objects.select_for_update(of=("self",)).filter(source=source, number__in=numbers)
    known = {row.number: row for row in rows.order_by("pk")}
    orders = Order.objects.in_bulk({one.order_id for one in invoices if one.order_id})
    told = {"new": 0, "updated": 0, "same": 0}
    changed = []
    for number, one in zip(numbers, invoices, strict=True):
        row, state = _put(known.get(number), number, one, orders, source)
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
    row = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)
    made, is_new = _pay(row, payment)
    if is_new:
        _recount(row)
        journal.note("invoice.paid", row, by=by, amount=str(made.amount), on=str(made.paid_on))
    invoice.refresh_from_db()
    return made


def _put(
    row: Invoice | None, number: str, one: InvoiceIn, orders: dict[int, Order], source: Source | None
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
        "total": _amount(one.total),
    }
    state = "same"
    if row is None:
        row, state = Invoice.objects.create(source=source, number=number, **values), "new"
    elif any(getattr(row, name) != value for name, value in values.items()):
        Invoice.objects.filter(pk=row.pk).update(**values)
        state = "updated"
    is_paid = [_pay(row, payment)[1] for payment in one.payments]
    if any(is_paid):
        _recount(row)
        state = "updated" if state == "same" else state
    return row, state


def _pay(row: Invoice, payment: PaymentIn) -> tuple[Payment, bool]:
    reference = one_line(payment.reference, what="Reference", longest=120)
    amount = _amount(payment.amount)
    if not amount:
        raise Refusal("A payment of nothing is none.", fields={"amount": "This is nothing."})
    values = {"paid_on": payment.paid_on, "amount": amount, "method": tidy(payment.method, at_most=40)}
    made, is_new = Payment.objects.get_or_create(invoice=row, reference=reference, defaults=values)
    if not is_new and any(getattr(made, name) != value for name, value in values.items()):
        words = f"Payment {reference} of this invoice was another one: {made.amount} on {made.paid_on}."
        raise Refusal(words, fields={"reference": words})
    return made, is_new


def _recount(row: Invoice) -> None:
    paid = Payment.objects.filter(invoice=row).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    Invoice.objects.filter(pk=row.pk).update(paid=paid)


def _amount(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) >= _MOST:
        raise Refusal(f"The amount {str(value)[:30]} is too large.", fields={"amount": "This is too large."})
    return value.quantize(Decimal("0.01"))

"""Invoices and payments: the list, one with its payments, and both by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from mutuals.base import clock
from mutuals.base.lists import listing
from mutuals.identity import offered
from mutuals.sales import invoices as acts
from mutuals.sales import queries
from mutuals.sales.models import Invoice
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.lists.shown import show
from mutuals.web.sales import forms, shown
from mutuals.web.sales.orders import found, shown_one


@needs("invoice.view")
def page(request: HttpRequest) -> HttpResponse:
    """Invoices, last stored first; `open=1` shows those that are not paid, `open=late` those whose day is over."""
    more = {"tabs": shown.parts("invoices", caller(request))}
    return show(request, listing("invoice"), template="sales/invoices.html", more=more)


@needs("invoice.view")
def one(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """One invoice with its payments."""
    return _one(request, _found(request, invoice_id))


@needs("invoice.edit", methods="POST")
def bill(request: HttpRequest, order_id: int) -> HttpResponse:
    """Enter the invoice of an order."""
    row, form = found(request, order_id), forms.Billing(request.POST)

    def act(told: dict[str, object]) -> acts.Counts:
        told_in = acts.InvoiceIn(currency=row.currency, order_id=row.pk, **told)  # type: ignore[arg-type]
        return offered.bill([offered.Bill(told_in)], source=None, by=caller(request), now=clock.now(), may_change=False)

    if form.try_act(act) is None:
        return shown_one(request, row, form)
    messages.success(request, "Noted.")
    return redirect("order", row.pk)


@needs("invoice.edit", methods="POST")
def pay(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Note money that came or went back."""
    row, form = _found(request, invoice_id), forms.Paying(request.POST)
    if form.try_act(lambda told: acts.pay(row, acts.PaymentIn(**told), by=caller(request))) is None:
        return _one(request, row, form)
    messages.success(request, "Noted.")
    return redirect("invoice", row.pk)


def _one(request: HttpRequest, row: Invoice, form: forms.Paying | None = None) -> HttpResponse:
    viewer = caller(request)
    payments = list(row.payments.order_by("paid_on", "pk")[:500])
    start = {"amount": row.open, "paid_on": timezone.localdate(), "reference": f"{row.number}-{len(payments) + 1}"}
    context = {
        "one": row,
        "person": row.profile.person.canonical if row.profile and row.profile.person else None,
        "payments": payments,
        "form": form or forms.Paying(initial=start),
        "may_edit": may(viewer, "invoice.edit"),
        "is_late": row.open > 0 and row.due_on is not None and row.due_on < timezone.localdate(),
        "parts": shown.parts("invoices", viewer),
    }
    return render(request, "sales/invoice.html", context, status=422 if form else 200)


def _found(request: HttpRequest, number: int) -> Invoice:
    rows = queries.invoices_visible_to(caller(request))
    return get_object_or_404(rows.select_related("organisation", "profile__person__canonical", "order"), pk=number)

"""Orders: the list that every figure of a pattern opens, one order with its money, and one by hand."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from mutuals.base import clock
from mutuals.base.ids import new_token
from mutuals.base.lists import listing
from mutuals.base.refusals import Refusal
from mutuals.identity import given_back, offered
from mutuals.sales import queries
from mutuals.sales.models import Deal, Kind, Order, Product
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed
from mutuals.web.lists.shown import show
from mutuals.web.sales import forms, shown

MOST_LINES = 300


@needs("order.view")
def page(request: HttpRequest) -> HttpResponse:
    """Orders, newest first, narrowed as the address says: person, organisation, article, kind, number; and by conditions."""
    viewer = caller(request)
    more = {
        "may_edit": may(viewer, "order.edit"),
        "tabs": shown.parts("orders", viewer),
        "new": shown.whom(request),
    }
    return show(request, listing("order"), template="sales/orders.html", more=more)


@needs("order.view")
def one(request: HttpRequest, order_id: int) -> HttpResponse:
    """One order: its lines, and what was billed and paid for it."""
    return shown_one(request, found(request, order_id))


@needs("order.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """An order by hand. The form's number makes it one order, however often it is sent."""
    viewer, said = caller(request), typed(request)
    start = forms.initial(request.GET, f"O-{timezone.localdate():%y%m%d}-{new_token()[:6]}", timezone.localdate())
    deal = shown.deal_of(request)
    form = forms.Ordering(said, viewer=viewer, initial=start)
    lines = forms.lines_of(said)
    if said is not None and (made := form.try_act(lambda told: _put(told, lines, viewer, deal))) is not None:
        return redirect("order", made.pk)
    context = {
        "form": form,
        "lines": lines,
        "kinds": Kind.choices,
        "goods": Product.objects.filter(is_active=True).order_by("sku")[:200],
        "heading": "New order",
        "back": "/sales/orders/",
        "is_quote": False,
    }
    return render(request, "sales/edit.html", context, status=422 if form.is_bound else 200)


@needs("order.edit", methods="POST")
def give_back(request: HttpRequest, order_id: int) -> HttpResponse:
    """Goods of an order came back. The form's number makes it one return, however often it is sent."""
    row = found(request, order_id)
    try:
        told = {
            int(name[5:]): forms.Typed().number(value, "quantity", int(name[5:]))
            for name in request.POST
            if name.startswith("back-") and name[5:].isdecimal() and len(name) < 12
            if (value := str(request.POST[name])).strip()
        }
        back = given_back.give_back(
            row,
            by=caller(request),
            now=clock.now(),
            quantities=told,
            number=request.POST.get("number", "").replace("\0", ""),
        )
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("order", row.pk)
    messages.success(request, f"{back.number} is noted: goods of {row.number} came back.")
    return redirect("order", back.pk)


def found(request: HttpRequest, number: int) -> Order:
    """The order that the caller may see, or 404."""
    rows = queries.visible_to(caller(request))
    return get_object_or_404(
        rows.select_related("organisation", "profile__person__canonical", "source", "gives_back"), pk=number
    )


def shown_one(request: HttpRequest, row: Order, form: forms.Billing | None = None) -> HttpResponse:
    """The page of an order."""
    viewer = caller(request)
    lines = list(row.lines.select_related("product").order_by("position")[:MOST_LINES])
    left = queries.left_of(row)
    bills = list(queries.invoices_visible_to(viewer).filter(order=row).order_by("issued_on", "pk")[:100])
    start = {
        "number": f"{row.number}-{len(bills) + 1}" if bills else row.number,
        "issued_on": timezone.localdate(),
        "total": row.total - sum(bill.total for bill in bills),
    }
    context = {
        "one": row,
        "person": row.profile.person.canonical if row.profile and row.profile.person else None,
        "lines": [(line, line.quantity * line.unit_price, left.get(line)) for line in lines],
        "backs": list(row.returns.order_by("pk")[:50]),
        "may_give_back": may(viewer, "order.edit") and any(left.values()),
        "back_number": f"{row.number[:70]}-{new_token()[:6]}",
        "has_more": row.lines.count() > len(lines) if len(lines) == MOST_LINES else False,
        "bills": bills,
        "form": form or forms.Billing(initial=start),
        "may_bill": may(viewer, "invoice.edit"),
        "parts": shown.parts("orders", viewer),
    }
    return render(request, "sales/order.html", context, status=422 if form else 200)


def _line(line: forms.Typed, place: int) -> LineIn:
    if not (line.name.strip() or line.sku.strip()):
        raise Refusal(f"Line {place} names no article.")
    if not line.price.strip():
        raise Refusal(f"Line {place} has no price. Write 0 where it costs nothing.")
    return LineIn(
        line.name or line.sku,
        line.sku,
        line.number(line.quantity or "1", "quantity", place),
        line.number(line.price, "price", place),
        line.kind if line.kind in Kind.values else "",
    )


def _put(told: dict[str, Any], lines: list[forms.Typed], viewer: User, deal: Deal | None) -> Order:
    now = clock.now()
    taken = tuple(_line(line, place) for place, line in enumerate(forms.filled(lines), 1))
    midday = timezone.make_aware(datetime.combine(told["placed_on"], time(12)))
    return offered.enter(
        OrderIn(
            number=told["number"],
            placed_at=midday,
            currency=told["currency"],
            status=told["status"],
            lines=taken,
        ),
        person=told["person"],
        organisation=told["organisation"],
        deal=deal,
        by=viewer,
        now=now,
    )

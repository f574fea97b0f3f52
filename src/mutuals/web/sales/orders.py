"""Orders: the list that every figure of a pattern opens, one order with its money, and one by hand."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from mutuals.base import clock
from mutuals.base.ids import new_token
from mutuals.base.lists import listing
from mutuals.base.refusals import Refusal
from mutuals.identity import offered
from mutuals.people.models import Organisation, Person
from mutuals.people.visibility import organisations_visible_to
from mutuals.people.visibility import visible_to as visible_people
from mutuals.sales import queries
from mutuals.sales.models import Deal, Kind, Order, Product
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import typed
from mutuals.web.lists.shown import show
from mutuals.web.sales import forms, shown

PAGE = 50
MOST_LINES = 300


@needs("order.view")
def page(request: HttpRequest) -> HttpResponse:
    """Orders, newest first, narrowed as the address says: person, organisation, article, kind, number; and by conditions."""
    viewer = caller(request)
    more = {
        "may_edit": may(viewer, "order.edit"),
        "tabs": shown.parts("orders", viewer),
        "new": urlencode([(name, request.GET[name]) for name in ("person", "organisation") if request.GET.get(name)]),
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


def found(request: HttpRequest, number: int) -> Order:
    """The order that the caller may see, or 404."""
    rows = queries.visible_to(caller(request))
    return get_object_or_404(rows.select_related("organisation", "profile__person__canonical", "source"), pk=number)


def shown_one(request: HttpRequest, row: Order, form: forms.Billing | None = None) -> HttpResponse:
    """The page of an order."""
    viewer = caller(request)
    lines = list(row.lines.select_related("product").order_by("position")[:MOST_LINES])
    bills = list(queries.invoices_visible_to(viewer).filter(order=row).order_by("issued_on", "pk")[:100])
    start = {
        "number": f"{row.number}-{len(bills) + 1}" if bills else row.number,
        "issued_on": timezone.localdate(),
        "total": row.total - sum(bill.total for bill in bills),
    }
    context = {
        "one": row,
        "person": row.profile.person.canonical if row.profile and row.profile.person else None,
        "lines": [(line, line.quantity * line.unit_price) for line in lines],
        "has_more": row.lines.count() > len(lines) if len(lines) == MOST_LINES else False,
        "bills": bills,
        "form": form or forms.Billing(initial=start),
        "may_bill": may(viewer, "invoice.edit"),
        "parts": shown.parts("orders", viewer),
    }
    return render(request, "sales/order.html", context, status=422 if form else 200)


def whose(request: HttpRequest, viewer: User) -> tuple[Person | None, Organisation | None]:
    """Whom a list is narrowed to; 404 for somebody whom the viewer does not see."""
    person = organisation = None
    if number := shown.number(request.GET.get("person", "")):
        person = get_object_or_404(visible_people(viewer), cluster=number)
    if number := shown.number(request.GET.get("organisation", "")):
        organisation = get_object_or_404(organisations_visible_to(viewer), pk=number)
    return person, organisation


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

"""Quotes: the list, one with its lines, drafted and changed by hand, sent, accepted and declined."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from mutuals.base import clock
from mutuals.base.ids import new_token
from mutuals.base.lists import listing
from mutuals.identity import offered
from mutuals.sales import queries
from mutuals.sales import quotes as acts
from mutuals.sales.models import Product, Quote, QuoteState
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed
from mutuals.web.lists.shown import show
from mutuals.web.sales import forms, shown

_MARKS = {"accepted": "good", "declined": "line", "expired": "care", "sent": "accent"}


@needs("quote.view")
def page(request: HttpRequest) -> HttpResponse:
    """Quotes, last drafted first, as the address narrows them; or by the day until which they hold."""
    viewer = caller(request)
    more = {
        "may_edit": may(viewer, "quote.edit"),
        "tabs": shown.parts("quotes", viewer),
        "new": shown.whom(request),
    }
    return show(request, listing("quote"), template="sales/quotes.html", more=more)


@needs("quote.view")
def one(request: HttpRequest, quote_id: int) -> HttpResponse:
    """One quote."""
    viewer, row = caller(request), _found(request, quote_id)
    lines = row.lines.select_related("product").order_by("position")
    state, css = mark(row)
    context = {
        "one": row,
        "state": state,
        "css": css,
        "person": row.profile.person.canonical if row.profile and row.profile.person else None,
        "lines": [(line, line.quantity * acts.net_price(line, Decimal(0))) for line in lines],
        "may_edit": may(viewer, "quote.edit"),
        "parts": shown.parts("quotes", viewer),
    }
    return render(request, "sales/quote.html", context)


@needs("quote.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """Draft one. The form's number makes it one quote, however often it is sent."""
    viewer, said = caller(request), typed(request)
    deal = shown.deal_of(request)
    start = forms.initial(request.GET, f"Q-{timezone.localdate():%y%m%d}-{new_token()[:6]}", timezone.localdate())
    form, lines = forms.Quoting(said, viewer=viewer, initial=start), forms.lines_of(said)

    def act(told: dict[str, Any]) -> Quote:
        return offered.offer(
            _terms(told, lines),
            by=viewer,
            number=told["number"],
            person=told["person"],
            organisation=told["organisation"],
            deal=deal,
            now=clock.now(),
        )

    made = form.try_act(act) if said is not None else None
    return (
        redirect("quote", made.pk) if made is not None else _form(request, form, lines, "New quote", "/sales/quotes/")
    )


@needs("quote.edit", methods="GET POST")
def edit(request: HttpRequest, quote_id: int) -> HttpResponse:
    """Change a draft; of one that is sent only the last day."""
    viewer, said, row = caller(request), typed(request), _found(request, quote_id)
    known = [
        forms.Typed(
            line.product.sku if line.product else "",
            line.name,
            f"{line.quantity.normalize():f}",
            f"{line.unit_price.normalize():f}",
            f"{line.discount.normalize():f}",
        )
        for line in row.lines.select_related("product").order_by("position")
    ]
    start = {name: getattr(row, name) for name in ("number", "currency", "discount", "valid_until", "words")}
    person = row.profile.person.canonical if row.profile and row.profile.person else None
    start |= {"organisation": row.organisation or "", "person": person or ""}
    form = forms.Requoting(said, viewer=viewer, initial=start)
    lines = forms.lines_of(said, known)
    made = None
    if said is not None:
        made = form.try_act(lambda told: acts.change(row, _terms(told, lines), by=viewer, now=clock.now()))
    if made is not None:
        messages.success(request, "Saved.")
        return redirect("quote", made.pk)
    return _form(request, form, lines, row.number, f"/sales/quotes/{row.pk}/")


@needs("quote.edit", methods="POST")
def turn(request: HttpRequest, quote_id: int) -> HttpResponse:
    """Sent, accepted or declined."""
    viewer, row, now = caller(request), _found(request, quote_id), clock.now()
    try:
        if request.POST.get("to") == QuoteState.ACCEPTED:
            order = offered.accept(row, by=viewer, now=now)
            messages.success(request, "Accepted: this is its order.")
            return redirect("order", order.pk)
        if request.POST.get("to") == QuoteState.DECLINED:
            acts.decline(row, by=viewer, now=now)
        elif request.POST.get("to") == QuoteState.SENT:
            acts.send(row, by=viewer, now=now)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("quote", row.pk)


def mark(row: Quote) -> tuple[str, str]:
    """The state of today in words, and how its chip looks."""
    state = row.state_on(timezone.localdate())
    return state.label, _MARKS.get(state.value, "")


def _form(request: HttpRequest, form: forms.Quoting, lines: list[forms.Typed], heading: str, back: str) -> HttpResponse:
    context = {
        "form": form,
        "lines": lines,
        "goods": Product.objects.filter(is_active=True).order_by("sku")[:200],
        "heading": heading,
        "back": back,
        "is_quote": True,
    }
    return render(request, "sales/edit.html", context, status=422 if form.is_bound else 200)


def _terms(told: dict[str, Any], lines: list[forms.Typed]) -> acts.Terms:
    offers = tuple(
        acts.Offer(
            line.sku.strip(),
            line.name,
            line.number(line.quantity or "1", "quantity", place),
            line.number(line.price, "price", place) if line.price.strip() else None,
            line.number(line.discount, "discount", place),
        )
        for place, line in enumerate(forms.filled(lines), 1)
    )
    return acts.Terms(told["currency"], offers, told["discount"] or Decimal(0), told["valid_until"], told["words"])


def _found(request: HttpRequest, number: int) -> Quote:
    rows = queries.quotes_visible_to(caller(request))
    return get_object_or_404(
        rows.select_related("organisation", "profile__person__canonical", "order", "by"), pk=number
    )

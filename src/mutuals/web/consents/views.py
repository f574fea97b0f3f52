"""What a customer allows, with the evidence, and the purposes of the house with how many said what."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock
from mutuals.people import consent, purposes
from mutuals.people.models import Consent, ConsentState, Purpose
from mutuals.people.visibility import called, sees_contacts
from mutuals.staff.permissions import may
from mutuals.web.consents import forms
from mutuals.web.customer.views import person_of
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, zone_of


@needs("consent.view", methods="GET POST", post="consent.edit")
def page(request: HttpRequest, person_id: int) -> HttpResponse:
    """All that somebody said, and a form for what they say now."""
    viewer, person = caller(request), person_of(caller(request), person_id)
    form = forms.Noting(
        request.POST if request.method == "POST" else None, initial={"purpose": request.GET.get("purpose", "")}
    )
    if request.method == "POST":

        def act(told: dict[str, Any]) -> Consent:
            day, now = told["on_day"], clock.now()
            at = min(datetime.combine(day, time(12), zone_of(viewer)), now) if day else None
            known = consent.Evidence(told["words"], told["source"], at, told["until"])
            return consent.ACTS[told["state"]](person, told["purpose"], known, by=viewer, now=now)[0]

        if form.try_act(act) is not None:
            messages.success(request, "Noted. It holds from now on.")
            return redirect("consents", person.pk)
    context = {
        "person": person,
        "name": str(called(person, full=sees_contacts(viewer))),
        "rulings": consent.rulings(person, now=clock.now()),
        "said": consent.of(person, viewer),
        "form": form,
        "may_edit": may(viewer, "consent.edit"),
    }
    return render(request, "consents/page.html", context, status=422 if form.is_bound else 200)


@needs("consent.edit", methods="POST")
def withdraw(request: HttpRequest, person_id: int) -> HttpResponse:
    """They take it back: one click, and it holds."""
    viewer, person = caller(request), person_of(caller(request), person_id)
    try:
        row, _ = consent.withdraw(person, request.POST.get("purpose", ""), by=viewer, now=clock.now())
        messages.success(request, f"“{row.purpose}” is withdrawn, from now on.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("consents" if request.POST.get("stay") else "customer", person.pk)


@needs("consent.view", methods="GET POST", post="purpose.edit")
def purposes_page(request: HttpRequest) -> HttpResponse:
    """Every purpose with how many gave, refused and withdrew; each figure opens its people."""
    viewer = caller(request)
    form = forms.NewPurposed(request.POST if request.method == "POST" else None)
    if form.is_bound and form.try_act(lambda told: purposes.add(told["key"], form.told(), by=viewer)) is not None:
        messages.success(request, "Added.")
        return redirect("purposes")
    rows = purposes.every(with_retired=True)
    asked = Consent.objects.filter(stands=True).values_list("purpose", "state").annotate(many=Count("pk"))
    counts = {(purpose, state): many for purpose, state, many in asked.order_by()}
    context = {
        "lines": [
            (row, [_figure(row, state, counts.get((row.pk, state.value), 0)) for state in ConsentState]) for row in rows
        ],
        "form": form,
        "may_edit": may(viewer, "purpose.edit"),
    }
    return render(request, "consents/purposes.html", context, status=422 if form.is_bound else 200)


@needs("purpose.edit", methods="GET POST")
def purpose_edit(request: HttpRequest, purpose_id: int) -> HttpResponse:
    """One purpose, to say it anew."""
    row = get_object_or_404(Purpose, pk=purpose_id)
    known = {name: getattr(row, name) for name in ("label", "words", "basis")}
    form = forms.Purposed(request.POST if request.method == "POST" else None, initial=known)
    if form.is_bound and form.try_act(lambda _: purposes.change(row, form.told(), by=caller(request))) is not None:
        messages.success(request, "Saved.")
        return redirect("purposes")
    return render(request, "consents/purpose.html", {"row": row, "form": form}, status=422 if form.is_bound else 200)


@needs("purpose.edit", methods="POST")
def purpose_retire(request: HttpRequest, purpose_id: int) -> HttpResponse:
    """Out of use, or back."""
    row = get_object_or_404(Purpose, pk=purpose_id)
    purposes.retire(row, by=caller(request), now=clock.now(), back=bool(request.POST.get("back")))
    return redirect("purposes")


def _figure(row: Purpose, state: ConsentState, many: int) -> tuple[str, int, str]:
    """How many said so, and the address of the list that shows them."""
    inner = {"all": [f"purpose:is:{row.key}", f"state:is:{state.value}"]}
    where = json.dumps({"field": "consents", "op": "any", "value": inner})
    return str(state.label), many, f"/customers/?where={quote(where)}"

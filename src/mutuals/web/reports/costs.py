"""What contacts cost, by kind and network and from a day on; reports count with it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from mutuals.base import house
from mutuals.insights import cost
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import Asked, DayInput, typed


class Costing(Asked):
    """What a contact costs from a day on."""

    amount = forms.DecimalField(label="A contact costs", max_digits=12, decimal_places=4, min_value=0)
    since = forms.DateField(label="From", widget=DayInput())
    kind = forms.CharField(
        label="Kind", max_length=12, required=False, help_text="Such as post, mail, call. Empty: any."
    )
    network = forms.CharField(label="Network", max_length=30, required=False, help_text="Empty: any.")


@needs("house.view", methods="GET POST", post="house.edit")
def page(request: HttpRequest) -> HttpResponse:
    """All of them; sent, one is put: the same place and day again is written over."""
    by, said = caller(request), typed(request)
    form = Costing(said, initial={"since": timezone.localdate()})
    if said is not None and form.try_act(lambda told: cost.put(**told, by=by)) is not None:
        messages.success(request, "Kept. Reports count with it from that day on.")
        return redirect("costs")
    rows = [(row, f"{row.amount.normalize():f}") for row in cost.visible_to(by)]
    told = {"rows": rows, "form": form, "may_edit": may(by, "house.edit"), "currency": house.currency()}
    return render(request, "reports/costs.html", told, status=200 if said is None else 422)


@needs("house.edit", methods="POST")
def take(request: HttpRequest, cost_id: int) -> HttpResponse:
    """Take one away that was told by mistake."""
    by = caller(request)
    cost.take(get_object_or_404(cost.visible_to(by), pk=cost_id), by=by)
    messages.success(request, "It counts no more.")
    return redirect("costs")

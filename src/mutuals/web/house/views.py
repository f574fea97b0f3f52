"""How the house counts: its currency, zone and week, rates by hand and by file, and its calendars."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from mutuals.base import house
from mutuals.base.calendars import week_in_words
from mutuals.base.models import House
from mutuals.staff import calendars
from mutuals.staff import house as acts
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.house import forms

PAGE = 50


@needs("house.view", methods="GET POST", post="house.edit")
def page(request: HttpRequest) -> HttpResponse:
    """Everything at a glance; sent, what holds is set."""
    form = forms.Counting(request.POST if request.method == "POST" else None, initial=_known(house.row()))
    if request.method == "POST" and form.try_act(lambda said: acts.change(by=caller(request), **said)) is not None:
        messages.success(request, "Saved. Amounts in the house's currency follow.")
        return redirect("house")
    return _page(request, form=form if form.is_bound else None)


@needs("house.edit", methods="POST")
def rates(request: HttpRequest) -> HttpResponse:
    """A rate by hand, or a file of them."""
    by = caller(request)
    if "file" in request.FILES or request.POST.get("do") == "file":
        file = forms.RatesFile(request.POST, files=request.FILES)
        done = file.try_act(lambda said: acts.put_rates(_read(said["file"]), by=by))
        wrong: dict[str, Any] = {"file_form": file}
    else:
        hand = forms.Rated(request.POST)
        done = hand.try_act(lambda said: acts.put_rates([acts.RateIn(**said)], by=by))
        wrong = {"rate_form": hand}
    if done is None:
        return _page(request, **wrong)
    messages.success(request, f"{done.new} new, {done.changed} changed, {done.same} as before.")
    return redirect("house")


@needs("house.edit", methods="POST")
def take(request: HttpRequest, rate_id: int) -> HttpResponse:
    """Take a rate away that was told by mistake."""
    row = get_object_or_404(acts.rates_visible_to(caller(request)), pk=rate_id)
    acts.take_rate(row, by=caller(request))
    messages.success(request, f"{row} of {row.on_day:%d %b %Y} is gone.")
    return redirect("house")


def _page(request: HttpRequest, **wrong: Any) -> HttpResponse:
    viewer, row = caller(request), house.row()
    number = request.GET.get("page", "1")
    place = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 6 else 1
    place = max(place, 1)
    told = list(acts.rates_visible_to(viewer).order_by("-on_day", "-pk")[(place - 1) * PAGE : place * PAGE + 1])
    context = {
        "row": row,
        "form": wrong.get("form") or forms.Counting(initial=_known(row)),
        "rate_form": wrong.get("rate_form")
        or forms.Rated(initial={"on_day": timezone.localdate(), "source": "by hand"}),
        "file_form": wrong.get("file_form") or forms.RatesFile(),
        "rates": [(one, f"{one.rate.normalize():f}") for one in told[:PAGE]],
        "more": place + 1 if len(told) > PAGE else 0,
        "place": place,
        "calendars": [(one, week_in_words(house.calendar_of(one))) for one in calendars.visible_to(viewer)],
        "may_edit": may(viewer, "house.edit"),
    }
    return render(request, "house/page.html", context, status=422 if any(wrong.values()) else 200)


def _known(row: House) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("currency", "zone", "first_weekday", "language")}


def _read(file: Any) -> list[acts.RateIn]:
    return acts.read_csv(file.read(acts.MOST_BYTES + 1), source=str(file.name)[:80])

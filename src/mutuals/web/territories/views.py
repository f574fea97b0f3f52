"""Territories: who looks after whom; what would go where, and the click that gives it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock, filters
from mutuals.base.filters import Refused
from mutuals.base.patience import TooSlow
from mutuals.people import territories
from mutuals.people.models import Territory
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed
from mutuals.web.territories.forms import About


@needs("territory.view")
def page(request: HttpRequest) -> HttpResponse:
    """All, with how many that are nobody's would go to each now."""
    viewer = caller(request)
    parts = [(record, words, *_shares(request, record)) for record, words in territories.RECORDS.items()]
    shown = {"parts": parts, "may_edit": may(viewer, "territory.edit"), "may_place": may(viewer, "territory.place")}
    return render(request, "territories/page.html", shown)


@needs("territory.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """One more."""
    form = About(typed(request))
    if request.method == "POST" and form.try_act(lambda said: territories.add(by=caller(request), **said)) is not None:
        messages.success(
            request, "The territory is there. Newcomers that fit go to it; the others by “Place them now”."
        )
        return redirect("territories")
    return render(
        request, "territories/edit.html", {"form": form, "heading": "New territory"}, status=422 if form.errors else 200
    )


@needs("territory.edit", methods="GET POST")
def one(request: HttpRequest, territory_id: int) -> HttpResponse:
    """Change it."""
    row = get_object_or_404(Territory, pk=territory_id)
    known = {name: getattr(row, name) for name in ("name", "owner", "team", "position")}
    known["condition"] = filters.write(filters.from_json(row.condition))
    form = About(typed(request), is_new=False, initial=known)

    def changed(said: dict[str, Any]) -> dict[str, Any]:
        now = {**said, "written": filters.write(said["condition"])}
        if now.pop("written") == known["condition"]:
            del now["condition"]
        return {name: value for name, value in now.items() if name == "condition" or known[name] != value}

    if request.method == "POST":
        done = form.try_act(lambda said: territories.edit(row, by=caller(request), changes=changed(said)))
        if done is not None:
            messages.success(request, "Saved.")
            return redirect("territories")
    shown = {"form": form, "heading": row.name, "row": row}
    return render(request, "territories/edit.html", shown, status=422 if form.errors else 200)


@needs("territory.edit", methods="POST")
def remove(request: HttpRequest, territory_id: int) -> HttpResponse:
    """Take it away."""
    territories.remove(get_object_or_404(Territory, pk=territory_id), by=caller(request))
    messages.success(request, "The territory is gone. Who was given by it keeps their owner.")
    return redirect("territories")


@needs("territory.place", methods="POST")
def place(request: HttpRequest) -> HttpResponse:
    """Give all that is nobody's to its territory."""
    try:
        batch = territories.place(request.POST.get("record", ""), by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("territories")
    messages.success(request, f"{batch.words}.", extra_tags=f"/batches/{batch.pk}/undo/")
    return redirect("batch", batch.pk)


def _shares(request: HttpRequest, record: str) -> tuple[list[tuple[Any, str]], int | None]:
    """Each territory with its share and its sentence; how many fit in all, None where that was not counted in time."""
    viewer = caller(request)
    try:
        found = territories.shares(record, by=viewer, now=clock.now())
    except TooSlow:
        rows = territories.listed(record)
        return [(territories.Share(row, 0, "This takes too long to count."), _said(row, viewer)) for row in rows], None
    return [(one, _said(one.territory, viewer)) for one in found], sum(one.number for one in found)


def _said(row: Territory, viewer: Any) -> str:
    try:
        return filters.said(filters.from_json(row.condition), filters.record(row.record), viewer=viewer)
    except Refused as error:
        return str(error)

"""Types of the house's own making: which there are, and making, changing and retiring them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock
from mutuals.records import book, packs, types
from mutuals.records.models import Type
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed
from mutuals.web.own.forms import About

_EDITED = ("name", "plural", "title_label", "prefix", "icon")


@needs("type.edit")
def page(request: HttpRequest) -> HttpResponse:
    """All types, with how many records and fields they have."""
    counted = Type.objects.annotate(held=Count("rows", filter=Q(rows__trashed_at=None))).order_by("pk")
    rows = [(row, len(book.shapes(row.kind.record))) for row in counted]
    shown = {
        "used": [pair for pair in rows if pair[0].retired_at is None],
        "retired": [row for row, _ in rows if row.retired_at is not None],
        "packs": [
            (one, one.key in {row.key for row, _ in rows if row.retired_at is None}) for one in packs.PACKS.values()
        ],
    }
    return render(request, "own/types.html", shown)


@needs("type.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """One more; then its fields."""
    form = About(typed(request), initial={"icon": "box"})
    made = None
    if request.method == "POST":
        made = form.try_act(lambda said: types.add(by=caller(request), now=clock.now(), **said))
    if made is not None:
        messages.success(request, f"{made.plural} have a list, pages, search and API now. What is to be known of them?")
        return redirect("field_new", made.kind.record)
    shown = {"form": form, "heading": "New type"}
    return render(request, "own/type.html", shown, status=422 if form.is_bound else 200)


@needs("type.edit", methods="GET POST")
def edit(request: HttpRequest, type_id: int) -> HttpResponse:
    """Change one; its key stays."""
    row = get_object_or_404(Type, pk=type_id)
    form = About(typed(request), initial={name: getattr(row, name) for name in _EDITED})
    done = None
    if request.method == "POST":
        done = form.try_act(lambda said: types.change(row, by=caller(request), changes=said))
    if done is not None:
        messages.success(request, "Saved.")
        return redirect("types")
    shown = {"form": form, "heading": row.name, "row": row}
    return render(request, "own/type.html", shown, status=422 if form.is_bound else 200)


@needs("type.edit", methods="POST")
def do(request: HttpRequest, type_id: int) -> HttpResponse:
    """Retire one, or use it again."""
    row, said = get_object_or_404(Type, pk=type_id), request.POST.get("do", "")
    if said not in ("retire", "back"):
        raise Http404
    try:
        if said == "retire":
            types.retire(row, by=caller(request), now=clock.now())
            messages.success(request, f"{row.plural} are retired. Nothing of them is lost.")
        else:
            types.bring_back(row, by=caller(request))
            messages.success(request, f"{row.plural} are used again.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("types")


@needs("type.edit", methods="POST")
def pack(request: HttpRequest, key: str) -> HttpResponse:
    """Put a ready-made type in, or take it out while nothing stands in it."""
    try:
        told = packs.pack(key)
        if request.POST.get("do") == "out":
            packs.take_out(told, by=caller(request))
            messages.success(request, f"{told.name} are taken away, with their fields, lists and process.")
            return redirect("types")
        row = packs.put_in(told, by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("types")
    messages.success(request, f"{row.plural} are there, with fields, lists and a process.")
    return redirect("own_list", row.key)

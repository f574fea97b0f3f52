"""The house's own fields: which there are, and making, changing, ordering and retiring them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock
from mutuals.base.fields import FieldKind
from mutuals.base.refusals import Refusal
from mutuals.inbox import case_own, cases
from mutuals.records import book, definitions, holders, types
from mutuals.records.models import CustomField
from mutuals.staff.permissions import may
from mutuals.web.fields.forms import About, Layout
from mutuals.web.frame.customform import asking, parted
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, Asked, typed, zone_of

_EDITED = ("label", "formula", "section", "help", "is_required", "is_unique")


@needs("field.view")
def page(request: HttpRequest) -> HttpResponse:
    """All fields by kind of record, with how many fill them."""
    rows = list(CustomField.objects.order_by("position", "pk"))
    kinds = [(kind, *_listed(kind.record, rows)) for kind in holders.kinds()]
    shown = {
        "kinds": kinds,
        "unfilled": [(kind, one["row"]) for kind, used, _ in kinds for one in used if one["filled"] == 0],
        "may_edit": may(caller(request), "field.edit"),
    }
    return render(request, "fields/page.html", shown)


@needs("field.edit", methods="GET POST")
def new(request: HttpRequest, record: str) -> HttpResponse:
    """One more."""
    kind = next((one for one in holders.kinds() if one.record == record), None)
    if kind is None:
        raise Http404
    form = About(typed(request))
    made = None
    if request.method == "POST":
        made = form.try_act(lambda _: definitions.add(record, by=caller(request), now=clock.now(), **form.changes()))
    if made is not None:
        messages.success(request, f"{made.label} is there, for everybody from their next page on.")
        return redirect("fields")
    shown = {"form": form, "heading": f"New field of {kind.words.lower()}"}
    return render(request, "fields/edit.html", shown, status=422 if form.is_bound else 200)


@needs("field.edit", methods="GET POST")
def edit(request: HttpRequest, field_id: int) -> HttpResponse:
    """Change one; its kind and its key stay."""
    row = get_object_or_404(CustomField, pk=field_id)
    initial = {name: getattr(row, name) for name in _EDITED}
    initial["options"] = "\n".join(str(words) for _, words in row.options)
    form = About(typed(request), row=row, initial=initial)
    done = None
    if request.method == "POST":
        done = form.try_act(lambda _: definitions.change(row, by=caller(request), changes=form.changes()))
    if done is not None:
        messages.success(request, "Saved.")
        return redirect("fields")
    shown = {"form": form, "heading": row.label, "row": row, "kind": FieldKind(row.kind).words}
    return render(request, "fields/edit.html", shown, status=422 if form.is_bound else 200)


@needs("field.edit", methods="GET POST")
def layout(request: HttpRequest, record: str) -> HttpResponse:
    """What the forms of a kind of record ask for: which fields that the house brought, and own ones in which order."""
    kind = next((one for one in holders.kinds() if one.record == record), None)
    if kind is None:
        raise Http404
    form = Layout(typed(request), record=record, hidden=book.hidden(record))
    done = None
    if request.method == "POST":
        done = form.try_act(lambda _: types.leave_out(record, form.left_out(), by=caller(request)))
    if done is not None:
        messages.success(request, "Saved.")
        return redirect("field_layout", record)
    parts = [(section, list(those)) for section, those in groupby(book.shapes(record), key=lambda one: one.section)]
    shown = {"form": form, "kind": kind, "parts": parts}
    return render(request, "fields/layout.html", shown, status=422 if form.is_bound else 200)


@needs("field.edit", methods="POST")
def do(request: HttpRequest, field_id: int) -> HttpResponse:
    """Retire one, bring it back, or move it up or down by one place."""
    row, by = get_object_or_404(CustomField, pk=field_id), caller(request)
    asked = request.POST.get("do", "")
    try:
        if asked == "retire":
            definitions.retire(row, by=by, now=clock.now())
            messages.success(request, f"{row.label} is retired. Its values stay, for when it is used again.")
        elif asked == "back":
            definitions.bring_back(row, by=by)
            messages.success(request, f"{row.label} is in use again.")
        elif asked in ("up", "down"):
            definitions.order(row.record, _moved(row, -1 if asked == "up" else 1), by=by)
        else:
            raise Refusal("A field can be retired, brought back, or moved up or down.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("field_layout", row.record) if request.POST.get("from") == "layout" else redirect("fields")


@needs("case.edit", methods="GET POST")
def of_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """What own fields tell of a case."""
    viewer = caller(request)
    row = get_object_or_404(cases.visible_to(viewer), pk=case_id)
    form = asking(Asked(typed(request)), "case", row.custom, zone=zone_of(viewer))
    done = None
    if request.method == "POST":
        done = form.try_act(
            lambda said: case_own.fill(row, by=viewer, now=clock.now(), custom=parted(form, said)["custom"])
        )
    if done is not None:
        messages.success(request, "Saved.")
        return redirect("case", row.pk)
    return render(request, "fields/case.html", {"form": form, "case": row}, status=422 if form.is_bound else 200)


def _listed(record: str, rows: list[CustomField]) -> tuple[list[dict[str, Any]], list[CustomField]]:
    """Fields in use, with how many fill them: counted now where that is quick, else as it was counted by night."""
    mine = [row for row in rows if row.record == record]
    counts = definitions.filled(record) if mine else {}
    used = [
        {
            "row": row,
            "kind": FieldKind(row.kind).words,
            "filled": row.filled if counts is None else counts.get(row.key, 0),
            "counted_at": row.counted_at if counts is None else None,
        }
        for row in mine
        if row.retired_at is None
    ]
    return used, [row for row in mine if row.retired_at is not None]


def _moved(row: CustomField, by: int) -> list[str]:
    rows = CustomField.objects.filter(record=row.record).order_by("position", "pk").values_list("key", "retired_at")
    retired = [key for key, at in rows if at is not None]
    keys = [key for key, at in rows if at is None]
    if row.key in keys:
        place = keys.index(row.key)
        other = max(0, min(len(keys) - 1, place + by))
        keys[place], keys[other] = keys[other], keys[place]
    return [*keys, *retired]

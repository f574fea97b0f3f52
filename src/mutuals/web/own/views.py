"""Records of a type: the list, one of them, writing them down, and taking a file of them in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.base.lists import listing
from mutuals.records import book, bringing, own, queries
from mutuals.records.kinds import Kind
from mutuals.records.models import Own
from mutuals.staff.permissions import may
from mutuals.web.frame.customform import asking, parted, sections
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed, zone_of
from mutuals.web.lists.shown import show
from mutuals.web.own import forms
from mutuals.web.own.told import history

_DONE = {
    "trash": "It is in the trash for {days} days.",
    "restore": "It is back.",
    "back": "The last edit is taken back.",
}


@needs("own.view")
def by_number(request: HttpRequest, own_id: int) -> HttpResponse:
    """The page of a record by its number alone, as the journal names it."""
    row = Own.objects.filter(pk=own_id).select_related("type").first() if own_id < 2**63 else None
    if row is None:
        raise Http404
    return redirect("own", row.type.key, row.pk)


@needs("own.view")
def page(request: HttpRequest, type_key: str) -> HttpResponse:
    """The list of a type."""
    kind = kind_of(type_key)
    viewer = caller(request)
    more = {
        "kind": kind,
        "heading": kind.plural,
        "may_edit": may(viewer, "own.edit") and not kind.is_retired,
        "may_bring": may(viewer, "import.run") and not kind.is_retired,
    }
    return show(request, listing(kind.record), template="own/page.html", more=more)


@needs("own.edit", methods="GET POST")
def new(request: HttpRequest, type_key: str) -> HttpResponse:
    """One more."""
    kind, viewer = kind_of(type_key), caller(request)
    form = forms.Record(typed(request), kind=kind, viewer=viewer, is_new=True)
    asking(form, kind.record, {}, zone=zone_of(viewer))
    made = None
    if request.method == "POST":
        made = form.try_act(lambda said: own.add(kind, by=viewer, now=clock.now(), **parted(form, said)))
    if made is not None:
        return redirect("own", kind.key, made.pk)
    shown = {"form": form, "kind": kind, "heading": f"New {kind.name.lower()}"}
    return render(request, "own/edit.html", shown, status=422 if form.is_bound else 200)


@needs("own.view")
def one(request: HttpRequest, type_key: str, own_id: int) -> HttpResponse:
    """All that is known of one, who names it, and what was done."""
    kind, row = _found(request, type_key, own_id)
    viewer, zone = caller(request), zone_of(caller(request))
    done = history(kind, row, viewer=viewer, zone=zone)
    shown = {
        "kind": kind,
        "row": row,
        "reference": kind.reference(row.number),
        "custom": sections(kind.record, row.custom, viewer=viewer, zone=zone),
        "named": queries.naming(viewer, kind.record, [row.pk]),
        "history": done,
        "may_edit": may(viewer, "own.edit") and row.trashed_at is None,
        "may_restore": may(viewer, "own.edit") and row.trashed_at is not None,
        "may_take_back": bool(done) and done[0].is_edit,
    }
    return render(request, "own/one.html", shown)


@needs("own.edit", methods="GET POST")
def edit(request: HttpRequest, type_key: str, own_id: int) -> HttpResponse:
    """Change what is known of one. Only what was changed on the form is written."""
    kind, row = _found(request, type_key, own_id)
    viewer = caller(request)
    known = {"title": row.title, "owner": row.owner_id, "team": row.team_id}
    form = forms.Record(typed(request), kind=kind, viewer=viewer, initial=known)
    asking(form, kind.record, row.custom, zone=zone_of(viewer))
    done = None
    if request.method == "POST":
        done = form.try_act(lambda said: own.edit(row, by=viewer, changes=_changes(form, said), now=clock.now()))
    if done is not None:
        messages.success(request, "Saved.")
        return redirect("own", kind.key, row.pk)
    shown = {"form": form, "kind": kind, "row": row, "heading": row.title}
    return render(request, "own/edit.html", shown, status=422 if form.is_bound else 200)


@needs("own.edit", methods="POST")
def do(request: HttpRequest, type_key: str, own_id: int) -> HttpResponse:
    """Into the trash, out of it, or the last edit taken back."""
    kind, row = _found(request, type_key, own_id)
    by, said, now = caller(request), request.POST.get("do", ""), clock.now()
    if said not in _DONE:
        raise Http404
    try:
        if said == "trash":
            own.trash(row, by=by, now=now)
        elif said == "restore":
            own.restore(row, by=by)
        else:
            own.take_back(row, by=by, now=now)
        messages.success(request, _DONE[said].format(days=own.KEPT.days))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("own", kind.key, row.pk)


@needs("import.run", methods="GET POST")
def bring(request: HttpRequest, type_key: str) -> HttpResponse:
    """A file of records: looked at first, or taken in at once."""
    kind = kind_of(type_key)
    form = forms.Upload(request.POST if request.method == "POST" else None, kind=kind, files=request.FILES or None)
    is_check = request.POST.get("do") != "take"
    brought = form.try_act(lambda said: _brought(request, kind, said, is_check=is_check)) if form.is_bound else None
    labels = {one.key: one.label for one in book.shapes(kind.record)}
    labels |= {bringing.TITLE: kind.title_label, bringing.NUMBER: "Number"}
    labels |= {f"{one}__currency": f"Currency of {words}" for one, words in labels.items()}
    shown: dict[str, Any] = {"form": form, "kind": kind, "brought": brought, "is_check": is_check}
    if brought is not None:
        shown["columns"] = [(column, labels.get(name, "")) for column, name in brought.columns.items()]
        shown["match"] = labels.get(brought.match, "")
    return render(request, "own/import.html", shown, status=422 if form.is_bound and brought is None else 200)


def kind_of(key: str) -> Kind:
    """The type of an address, also a retired one, or 404."""
    found = book.kind(key)
    if found is None:
        raise Http404
    return found


def _found(request: HttpRequest, key: str, number: int) -> tuple[Kind, Own]:
    kind = kind_of(key)
    rows = queries.with_gone(caller(request), kind).select_related("owner", "team", "trashed_by")
    row = rows.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    return kind, row


def _changes(form: forms.Record, said: dict[str, Any]) -> dict[str, Any]:
    """What was changed on the form: what a colleague changed meanwhile in other fields stays theirs."""
    changes = parted(form, said)
    same = [name for name in ("title", "owner", "team") if name in changes and name not in form.changed_data]
    return {name: value for name, value in changes.items() if name not in same}


def _brought(request: HttpRequest, kind: Kind, said: dict[str, Any], *, is_check: bool) -> bringing.Brought:
    path = Path(said["file"].temporary_file_path())
    return bringing.bring_file(kind, path, by=caller(request), now=clock.now(), match=said["match"], is_check=is_check)

"""How a record stands to others: its card, its page with a form for one more, and the kinds of that."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from mutuals.base import clock
from mutuals.records import relations
from mutuals.records.models import Relation
from mutuals.staff import named
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, is_fragment, needs
from mutuals.web.frame.forms import REFUSALS, typed
from mutuals.web.relations.forms import Dated, NewKind, Relating


@needs("relation.view", methods="GET POST", post="relation.edit")
def of(request: HttpRequest, key: str) -> HttpResponse:
    """The relations of a record: the card on its page, or a page with a form for one more."""
    viewer = caller(request)
    record = named.shown(viewer, [key]).get(key)
    if record is None:
        raise Http404
    form = Relating(typed(request), viewer=viewer)
    if request.method == "POST" and form.try_act(lambda said: _add(request, record.key, said)) is not None:
        messages.success(request, "Noted.")
        return redirect("relations_of", record.key)
    today = timezone.localdate()
    shown = {
        "record": record,
        "rows": [(one, one.is_over(today)) for one in relations.of(viewer, key)],
        "form": form,
        "may_edit": may(viewer, "relation.edit"),
        "may_set_up": may(viewer, "relation.set_up"),
    }
    template = "relations/_rows.html" if is_fragment(request) else "relations/page.html"
    return render(request, template, shown, status=422 if form.errors else 200)


@needs("relation.edit", methods="GET POST")
def edit(request: HttpRequest, relation_id: int) -> HttpResponse:
    """Its days and note."""
    row = _seen(request, relation_id)
    form = Dated(typed(request), initial={name: getattr(row, name) for name in ("since", "until", "note")})
    back = request.GET.get("from", row.one)
    if request.method == "POST":
        done = form.try_act(lambda said: relations.change(row, by=caller(request), changes=said))
        if done is not None:
            messages.success(request, "Saved.")
            return redirect("relations_of", back if back in (row.one, row.other) else row.one)
    ends = named.shown(caller(request), [row.one, row.other])
    way = next((one.words for one in relations.kinds(retired=True) if one.key == row.kind), row.kind)
    shown = {"form": form, "row": row, "one": ends[row.one], "other": ends[row.other], "way": way}
    return render(request, "relations/edit.html", shown, status=422 if form.errors else 200)


@needs("relation.edit", methods="POST")
def remove(request: HttpRequest, relation_id: int) -> HttpResponse:
    """Take out what never was."""
    row = _seen(request, relation_id)
    relations.remove(row, by=caller(request))
    messages.success(request, "The relation is not kept any more.")
    return redirect("relations_of", row.one)


@needs("relation.view", methods="GET POST", post="relation.set_up")
def kinds(request: HttpRequest) -> HttpResponse:
    """Which kinds there are, and one more."""
    form = NewKind(typed(request))
    if request.method == "POST":
        made = form.try_act(lambda said: relations.add_kind(**said, by=caller(request), now=clock.now()))
        if made is not None:
            messages.success(request, f"“{made.words}” can be said of any two records now.")
            return redirect("relation_kinds")
    shown = {
        "form": form,
        "kinds": relations.kinds(retired=True),
        "may_set_up": may(caller(request), "relation.set_up"),
    }
    return render(request, "relations/kinds.html", shown, status=422 if form.errors else 200)


@needs("relation.set_up", methods="POST")
def retire(request: HttpRequest, relation_kind: str) -> HttpResponse:
    """Offer a kind no more."""
    try:
        relations.retire_kind(relation_kind, by=caller(request), now=clock.now())
        messages.success(request, "It is not offered any more. What is kept stays.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("relation_kinds")


def _add(request: HttpRequest, key: str, said: dict[str, Any]) -> Relation:
    way, rest = said["way"], {name: said[name] for name in ("since", "until", "note")}
    return relations.add(
        key, way[:-1], said["other"], by=caller(request), now=clock.now(), is_back=way.endswith("<"), **rest
    )


def _seen(request: HttpRequest, number: int) -> Relation:
    row = relations.seen(caller(request), number)
    if row is None:
        raise Http404
    return row

"""Promises: the list, one of them, and what a text promises while it is written."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import journal
from mutuals.inbox import promises, promises_listed
from mutuals.inbox.lists import PROMISES
from mutuals.inbox.models import Promise, PromiseState
from mutuals.staff import named
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.lists import places
from mutuals.web.lists.cells import Quick
from mutuals.web.lists.shown import show
from mutuals.web.promises import shown

LONGEST = 20_000  # letters of a text that is read while it is written
_DONE = {
    "promise.made": "made it", "promise.found": "found it in what was sent", "promise.moved": "moved it",
    "promise.handed": "handed it on", "promise.kept": "kept it", "promise.told": "told the customer",
    "promise.late": "noted that it is late", "promise.broken": "said that it was broken",
    "promise.withdrawn": "took it back", "promise.reopened": "took it up again",
}  # fmt: skip


def _stands(state: str, row: Promise) -> bool:
    return row.state == state and row.told_at is None


_QUICK = tuple(
    Quick(label, "/promises/{}/do/", partial(_stands, state), "promise.edit", do=do, key=key)
    for label, do, state, key in (
        ("Kept", "keep", PromiseState.OPEN, "e"), ("Keep track", "confirm", PromiseState.SUGGESTED, ""),
        ("No promise", "withdraw", PromiseState.SUGGESTED, ""), ("They know", "tell", PromiseState.KEPT, ""),
    )
)  # fmt: skip
_MOVED = {"tab=late": "whose=all&state=late", "tab": "whose={}", "state=any": "state=all"}


@needs("promise.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list: mine that are open first asked for."""
    if way := places.moved(request, _MOVED):
        return redirect(way)
    more = {"live": "promises", "columns_key": "shift+c", "may_edit": may(caller(request), "promise.edit")}
    return show(request, PROMISES, template="promises/page.html", more=more, quick=_QUICK)


@needs("promise.view")
def one(request: HttpRequest, promise_id: int) -> HttpResponse:
    """One promise, with what can be done."""
    viewer, row = caller(request), found(request, promise_id)
    about = named.shown(viewer, [row.about]).get(row.about) if row.about else None
    context = {
        "line": shown.lines([row], viewer)[0],
        "one": row,
        "about": about,
        "history": _history(row),
        "staff": staff.active(),
        "may_edit": may(viewer, "promise.edit"),
    }
    return render(request, "promises/promise.html", context)


@needs("promise.edit", methods="POST")
def read(request: HttpRequest) -> HttpResponse:
    """What the text of a composer promises, as a part of its page; nothing is kept."""
    told = request.POST
    is_note = told.get("mode") == "note"
    text = "" if is_note else told.get("text", "")[:LONGEST]
    return render(
        request, "promises/_read.html", {"read": shown.reading(text, caller(request), told.getlist("promise"))}
    )


def found(request: HttpRequest, promise_id: int) -> Promise:
    """The promise that the caller may see, or 404."""
    row = promises_listed.one(caller(request), promise_id)
    if row is None:
        raise Http404
    return row


def _history(row: Promise) -> list[dict[str, Any]]:
    entries = list(journal.of(promises.about_of(row)).filter(kind__startswith="promise.", data__promise=row.pk)[:50])
    keys = [entry.by.partition(":")[2] for entry in entries if entry.by.startswith("staff:")]
    names = {
        f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=[one for one in keys if one.isdecimal()])
    }
    return [
        {"at": entry.at, "who": names.get(entry.by, "Mutuals"), "what": _DONE.get(entry.kind, entry.kind)}
        for entry in entries
    ]

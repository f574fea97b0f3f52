"""What was done to many at once: a list of it, how far each has come, what was refused or kept, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from mutuals.base import clock, lists, undo
from mutuals.base.models import Batch, BatchState, Change
from mutuals.staff import bulk, meanwhile
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.lists import places

SHOWN = 50
MARKS = {"running": "care", "done": "line", "undoing": "care", "undone": "good"}


@needs("list.edit")
def page(request: HttpRequest) -> HttpResponse:
    """One's own, newest first; everybody's for who sees the journal."""
    after = request.GET.get("after", "")
    rows = bulk.visible_to(caller(request))
    if after.isascii() and after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: SHOWN + 1])
    names: dict[str, str] = {}
    for row in found:
        names.setdefault(row.by, meanwhile.named(row.by))
    values = {
        "rows": [(row, MARKS[row.state], names[row.by], row.state == BatchState.DONE) for row in found[:SHOWN]],
        "more": found[SHOWN - 1].pk if len(found) > SHOWN else "",
    }
    return render(request, "lists/batches.html", values)


@needs("list.edit")
def one(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One of them: it counts while it is at work, then says what was refused, and what undoing kept."""
    row = _found(request, batch_id)
    values = {
        "one": row,
        "mark": MARKS[row.state],
        "who": meanwhile.named(row.by),
        "is_busy": row.state in (BatchState.RUNNING, BatchState.UNDOING),
        "may_undo": row.state == BatchState.DONE,
        "refused": [(*_row(one, request), one.said) for one in undo.refused(row)],
        "kept": [(*_row(one, request), _words(one, request)) for one in undo.kept(row)],
        "undone": row.changes.filter(kept={}).count() if row.state != BatchState.DONE else 0,
        "list": places.of_list(row.record),
        "noun": lists.listing(row.record).words[1] if lists.is_listed(row.record) else row.record,
    }
    return render(request, "lists/batch.html", values)


@needs("list.edit", methods="POST")
def take_back(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Undo it: back to where one was, or to its page where something was kept or takes longer."""
    row = _found(request, batch_id)
    try:
        done = bulk.take_back(row, by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("batch", row.pk)
    if done.state != BatchState.UNDONE or undo.kept(done, limit=1):
        return redirect("batch", row.pk)
    messages.success(request, f"Undone: {row.words}.")
    back = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect(back)
    return redirect("batch", row.pk)


def _found(request: HttpRequest, number: int) -> Batch:
    row = bulk.visible_to(caller(request)).filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    return row


def _row(one: Change, request: HttpRequest) -> tuple[str, str]:
    """What a change is about, and where that is opened."""
    record, _, number = one.about.partition(":")
    found = None
    if lists.is_listed(record):
        of = lists.listing(record)
        row = of.visible_to(caller(request)).filter(pk=int(number)).first()
        found = str(row) if row is not None else None
    return found or one.about, places.of_row(one.about, caller(request)) if found else ""


def _words(one: Change, request: HttpRequest) -> str:
    """What stayed, field by field."""
    kept: dict[str, Any] = one.kept or {}
    if "" in kept:
        return str(kept[""])
    editing = undo.editing_of(lists.listing(one.about.partition(":")[0]))
    told = [(editing.entry(name), value) for name, value in kept.items()]
    return "; ".join(f"{entry.label} is {entry.words(value, caller(request))} now" for entry, value in told)

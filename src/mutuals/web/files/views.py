"""Files are put on records and taken out; the page that was open is shown again."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from mutuals.base import clock
from mutuals.base.models import Filed
from mutuals.base.refusals import Refusal
from mutuals.staff import filed, named
from mutuals.web.frame.doors import caller, needs


@needs("filed.edit", methods="POST")
def put(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen; a refusal is said on the page."""
    by, key = caller(request), request.POST.get("about", "")[:60]
    sent = request.FILES.get("file")
    try:
        if sent is None or sent.file is None:
            raise Refusal("Choose a file first.")
        row, is_new = filed.put(key, cast(BinaryIO, sent.file), name=sent.name or "file", by=by, now=clock.now())
        messages.success(request, f"“{row.name}” is kept." if is_new else f"“{row.name}” was here already.")
    except Refusal as error:
        messages.error(request, str(error))
    return _back(request, key)


@needs("filed.edit", methods="POST")
def trash(request: HttpRequest, filed_id: int) -> HttpResponse:
    """Into the trash; the note has the way to it."""
    row = filed.take_out(_one(request, filed_id), by=caller(request), now=clock.now())
    messages.success(request, f"“{row.name}” is in the trash for thirty days.")
    return _back(request, row.about)


def _one(request: HttpRequest, number: int) -> Filed:
    row = filed.one(caller(request), number, trashed=None)
    if row is None:
        raise Http404
    return row


def _back(request: HttpRequest, key: str) -> HttpResponse:
    back = request.POST.get("back", "")
    if back.startswith("/") and not back.startswith("//") and "\\" not in back:
        return redirect(back)
    there = named.shown(caller(request), [key]).get(key)
    return redirect(there.url if there else "today")

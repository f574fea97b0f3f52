"""The trash: everything in it on one page, restored in place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime

from mutuals.base import clock, trash
from mutuals.staff import named
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS


@needs("trash.view")
def listed(request: HttpRequest) -> HttpResponse:
    """Of all kinds or one, the newest first."""
    viewer, record = caller(request), request.GET.get("kind", "")
    record = record if record in trash.kinds() else ""
    rows, following = trash.listed(viewer, record=record, after=_place(request.GET.get("after", "")))
    names = {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=_staff(rows))}
    context = {
        "rows": [(row, names.get(row.by, "")) for row in rows],
        "kinds": [(one.record, one.words) for one in trash.kinds().values()],
        "kind": record,
        "more": urlencode({"kind": record, "after": _mark(following)}) if following else "",
        "is_later": bool(request.GET.get("after")),
        "now": clock.now(),
    }
    return render(request, "trash/page.html", context)


@needs("trash.view", methods="POST")
def put(request: HttpRequest) -> HttpResponse:
    """Into the trash, by its own right; the trash is shown, where it can be taken out at once."""
    try:
        trash.put(request.POST.get("key", "")[:60], by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("trash")
    messages.success(request, "It is in the trash, and comes back whole from here.")
    return redirect("trash")


@needs("trash.view", methods="POST")
def restore(request: HttpRequest) -> HttpResponse:
    """Out of the trash; its page is shown where it has one."""
    viewer, key = caller(request), request.POST.get("key", "")[:60]
    try:
        trash.restore(key, by=viewer, now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("trash")
    messages.success(request, "It is back.")
    there = named.shown(viewer, [key]).get(key)
    return redirect(there.url if there else "trash")


def _staff(rows: list[trash.Thrown]) -> list[int]:
    told = (row.by.partition(":") for row in rows)
    return [int(number) for kind, _, number in told if kind == "staff" and number.isdecimal()]


def _mark(place: trash.Place) -> str:
    return f"{place[0].isoformat()}~{place[1]}~{place[2]}"


def _place(text: str) -> Any:
    at, _, rest = text[:100].partition("~")
    record, _, number = rest.partition("~")
    try:
        moment = parse_datetime(at.replace(" ", "+"))
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    return moment, record, int(number)

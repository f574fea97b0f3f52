"""What one was told: the page, the menu of the bell, and when one wants to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mutuals.base import clock
from mutuals.staff import notices
from mutuals.staff.models import Why
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import Asked, typed
from mutuals.web.notices import drawn

SHOWN = 50
_IN_MENU = 8
ICONS = {Why.MENTION: "chat", Why.GIVEN: "person", Why.OFFERED: "right", Why.TOLD: "info", Why.FOLLOWED: "star"}


class Quiet(Asked):
    """When somebody wants no letters and no bell."""

    since = forms.TimeField(
        required=False, label="From", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    until = forms.TimeField(required=False, label="To", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


@needs("notice.view")
def page(request: HttpRequest) -> HttpResponse:
    """Unread notices, or all, newest first."""
    viewer = caller(request)
    return render(request, "notices/page.html", _page(request, Quiet(initial=_hours(viewer))))


def _hours(viewer: Any) -> dict[str, Any]:
    return {"since": viewer.quiet_from, "until": viewer.quiet_until}


def _page(request: HttpRequest, form: Quiet) -> dict[str, Any]:
    viewer, before = caller(request), request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    is_all = request.GET.get("show") == "all"
    rows = notices.listed(viewer, unread=not is_all, before=number, limit=SHOWN + 1)
    return {
        "rows": [(row, ICONS[row.why]) for row in rows[:SHOWN]], "is_all": is_all, "is_later": number is not None,
        "more": rows[SHOWN - 1].id if len(rows) > SHOWN else None, "form": form, "unread": viewer.news,
        "by_mail": viewer.told_by == "mail", "is_quiet": notices.is_quiet(viewer, clock.now()),
    }  # fmt: skip


@needs("notice.view")
def bell(request: HttpRequest) -> HttpResponse:
    """The bell as it is now."""
    return HttpResponse(drawn.bell(caller(request)))


@needs("notice.view")
def menu(request: HttpRequest) -> HttpResponse:
    """The newest unread ones, for the menu of the bell."""
    rows = notices.listed(caller(request), limit=_IN_MENU)
    return render(request, "notices/_menu.html", {"rows": [(row, ICONS[row.why]) for row in rows]})


@needs("notice.view")
def go(request: HttpRequest) -> HttpResponse:
    """Open what a notice is about; it is read by that."""
    viewer, asked = caller(request), request.GET.get("n", "")
    row = notices.one(viewer, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if row is None:
        raise Http404
    if request.method == "GET":
        notices.read(viewer, [row.pk], now=clock.now())
    (line,) = notices.lines(viewer, [row])
    return redirect(line.record.url if line.record else reverse("notices"))


@needs("notice.view", methods="POST")
def read(request: HttpRequest) -> HttpResponse:
    """Mark one as read, or all; with `undo` one as unread again."""
    by = caller(request)
    numbers = [int(one) for one in request.POST.getlist("n") if one.isascii() and one.isdigit() and len(one) < 19]
    if "undo" in request.GET:
        notices.unread(
            by, [int(one) for one in request.GET["undo"].split("-") if one.isascii() and one.isdigit()][:500]
        )
    else:
        shown = numbers or [row.id for row in notices.listed(by, limit=500)]
        done = notices.read(by, numbers or None, now=clock.now())
        way = f"{reverse('notices_read')}?undo={'-'.join(map(str, shown[:200]))}"
        if done:
            messages.success(request, "Read." if done == 1 else f"{done} read.", extra_tags=way)
    here = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        here, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(here if is_ours else reverse("notices"))


@needs("notice.view", methods="POST")
def quiet(request: HttpRequest) -> HttpResponse:
    """Say one's quiet hours; both empty ends them."""
    by = caller(request)
    form = Quiet(typed(request))
    done = form.try_act(lambda told: notices.keep_quiet(by, told["since"], told["until"]))
    if done is None:
        return render(request, "notices/page.html", _page(request, form), status=422)
    messages.success(request, "Kept.")
    return redirect("notices")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, mark: str) -> HttpResponse:
    """The way out in a letter: one button, or the one click of a mail program. Looking alone stops nothing."""
    reader = notices.reader_of(mark)
    if reader is None:
        return render(request, "notices/off.html", {"is_known": False}, status=404)
    if request.method == "POST":
        notices.stop_mails(reader)
        reader.refresh_from_db()
    return render(request, "notices/off.html", {"is_known": True, "is_off": reader.told_by != "mail"})

"""What a record's page asks beside itself: who else is there, following it, and who a mention may mean."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from mutuals.base import clock
from mutuals.staff import follow, here, named, queries
from mutuals.staff.mentions import Colleague
from mutuals.web.frame.doors import caller, is_fragment, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.notices.drawn import faces, head, star

_OFFERED = 8  # colleagues offered for a mention


@needs("record.follow", methods="POST")
def here_now(request: HttpRequest) -> HttpResponse:
    """A beat of an open page: who else is there, and at the first one who follows it. With `gone` one leaves."""
    by, key = caller(request), request.POST.get("about", "")
    is_editing = bool(request.POST.get("editing"))
    if request.POST.get("gone"):
        here.leave(key, by=by, is_editing=is_editing)
        return HttpResponse(status=204)
    try:
        beside = here.beat(key, by=by, now=clock.now(), is_editing=is_editing)
    except REFUSALS as error:
        raise Http404 from error
    is_first = bool(request.POST.get("first"))
    return JsonResponse({"here": faces(beside), "star": star(request, key) if is_first else None})


@needs("record.follow", methods="POST")
def follows(request: HttpRequest) -> HttpResponse:
    """Follow a record, or leave it."""
    by, key = caller(request), request.POST.get("about", "")
    try:
        does = request.POST.get("follow", "")
        if does == "toggle":
            does = "" if follow.follows(by, key) else "1"
        if does:
            follow.begin(key, by=by)
        else:
            follow.end(key, by=by)
        there = named.one(by, key)
    except REFUSALS as error:
        if is_fragment(request):
            raise Http404 from error
        messages.error(request, str(error))
        return redirect("notices")
    return HttpResponse(star(request, there.key)) if is_fragment(request) else redirect(there.url)


@needs("record.follow")
def head_of(request: HttpRequest) -> HttpResponse:
    """The head of a record that a page shows now, in place of the one it was opened with."""
    try:
        there = named.one(caller(request), request.GET.get("about", ""))
    except REFUSALS as error:
        raise Http404 from error
    return HttpResponse(head(request, there.key))


@needs("record.follow")
def colleagues(request: HttpRequest) -> JsonResponse:
    """Whom an @ and some letters may mean, among those that the caller may see."""
    said = request.GET.get("q", "").strip().casefold()[:60]
    rows = queries.visible_to(caller(request)).filter(is_active=True).values_list("pk", "name", "email")
    told = [one for row in rows if _fits(one := Colleague(*row), said)]
    return JsonResponse({"items": [{"name": one.name, "handle": one.handle} for one in told[:_OFFERED]]})


def _fits(one: Colleague, said: str) -> bool:
    return one.handle.startswith(said) or any(
        word.startswith(said) for word in (one.name.casefold(), *one.name.casefold().split())
    )

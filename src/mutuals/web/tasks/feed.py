"""The calendar that programs read by its secret address, and the page on which that address is made and ended."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mutuals.base import clock
from mutuals.inbox import tasks_feed
from mutuals.web.frame.doors import caller, needs

KEPT_FOR = 300  # seconds that whoever asked may keep it


@require_safe
def served(request: HttpRequest, secret: str) -> HttpResponseBase:
    """One colleague's calendar, for whoever knows its address. An address that opens nothing is a 404, as any other is."""
    now = clock.now()
    try:
        user = tasks_feed.user_of(secret, now=now)
    except tasks_feed.TooOften as error:
        answer = HttpResponse(str(error), status=429, content_type="text/plain; charset=utf-8")
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    if user is None:
        raise Http404
    body = tasks_feed.told(user, now=now, address=request.build_absolute_uri("/tasks/"))
    mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    is_known = mark in (one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(","))
    told: HttpResponse = (
        HttpResponseNotModified() if is_known else HttpResponse(body, content_type="text/calendar; charset=utf-8")
    )
    told.headers["ETag"] = mark
    told.headers["Cache-Control"] = f"private, max-age={KEPT_FOR}"
    told.headers["Referrer-Policy"] = "no-referrer"
    told.headers["X-Robots-Tag"] = "noindex"
    if not is_known:
        told.headers["Content-Disposition"] = 'inline; filename="tasks.ics"'
    return told


@never_cache
@needs("task.view", methods="GET POST")
def page(request: HttpRequest) -> HttpResponse:
    """Whether one's calendar has an address; made anew, it is shown on this answer and never again."""
    viewer, made = caller(request), ""
    if request.method == "POST" and request.POST.get("end"):
        tasks_feed.close_feed(by=viewer)
        messages.success(request, "The address opens nothing any more.")
        return redirect("tasks_feed")
    if request.method == "POST":
        secret = tasks_feed.open_feed(by=viewer, now=clock.now())
        made = request.build_absolute_uri(f"/calendar/{secret}.ics")
    return render(request, "tasks/feed.html", {"made": made, "opened_at": tasks_feed.opened_at(viewer)})

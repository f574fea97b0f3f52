"""What every page needs before its view: the user's zone, and the way to first-run set-up."""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from mutuals.base.patience import was_cancelled
from mutuals.staff.permissions import NotAllowed

_log = logging.getLogger(__name__)
_SLOW = {
    "title": "This took too long",
    "message": "It was given up, and nothing of it was kept. Ask for less, such as a narrower filter, or try again later.",
}
_NUL = {
    "title": "This cannot be kept",
    "message": "What was sent holds a character that no text has (NUL). Nothing was changed: take it out and send it again.",
}
_OTHERS = ("/api/", "/hooks/")  # they read and word for themselves
_OPEN = ("/static/", "/api/", "/hooks/", "/accounts/", "/setup/", "/health/")


class Frame:
    """Shows times in the user's zone, sends a fresh installation to its set-up, and words a refusal as a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OPEN) or not request.user.is_authenticated:
            return self.get_response(request)
        try:
            zone = zoneinfo.ZoneInfo(request.user.zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            zone = zoneinfo.ZoneInfo("UTC")
        with timezone.override(zone):
            if request.user.role == "owner" and request.user.set_up_at is None and request.method == "GET":
                return redirect("setup")
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Text with NUL in it, which no table takes, is refused by a page with status 422, whatever a view does with it."""
        if request.path.startswith(_OTHERS):
            return None
        sent = (word for form in (request.GET, request.POST) for name, words in form.lists() for word in (name, *words))
        return render(request, "frame/503.html", _NUL, status=422) if any("\0" in word for word in sent) else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refused act is a page with the reason and status 403, what took too long one with 503; never a stack trace."""
        if isinstance(error, NotAllowed):
            return render(request, "frame/403.html", {"message": str(error)}, status=403)
        if isinstance(error, OperationalError) and was_cancelled(error):
            _log.warning("%s %s was given up after the time limit of the web", request.method, request.path)
            return render(request, "frame/503.html", _SLOW, status=503)
        return None

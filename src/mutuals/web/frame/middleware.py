"""What every page needs before its view: the user's zone, and the way to first-run set-up."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from mutuals.staff.permissions import NotAllowed

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

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refused act is a page with the reason and status 403, never a stack trace."""
        if isinstance(error, NotAllowed):
            return render(request, "frame/403.html", {"message": str(error)}, status=403)
        return None

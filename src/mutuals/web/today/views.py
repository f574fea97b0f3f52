"""Today: what waits for this user, and what else there is to know before one begins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from mutuals.base import clock
from mutuals.staff.models import Pillar
from mutuals.web.frame.doors import caller, needs
from mutuals.web.today import sections


@needs()
def today(request: HttpRequest) -> HttpResponse:
    """The page."""
    now = timezone.localtime(clock.now())
    shown = sections.of(request)
    context = {
        "greeting": "Good morning" if now.hour < 12 else "Good afternoon" if now.hour < 18 else "Good evening",
        "me": caller(request),
        "now": now,
        "pillars": Pillar.choices,
        "zone": timezone.get_current_timezone_name(),
        "main_sections": [one for one in shown if one[0].where == sections.MAIN],
        "side_sections": [one for one in shown if one[0].where == sections.SIDE],
        "waiting": sum(body.waits for _, body in shown),
        "first": sections.first_of(shown),
    }
    return render(request, "today/page.html", context)

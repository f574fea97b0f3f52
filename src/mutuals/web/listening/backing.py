"""Looking back over history that came late, begun by one click."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from mutuals.base import clock
from mutuals.listening.card import back
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.listening.readings import back_to
from mutuals.web.listening.views import topic_of


@needs("listening.judge", methods="POST")
def begin(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Look back over what came late, or over so many days."""
    topic = topic_of(caller(request), topic_id)
    told = request.POST.get("days", "")
    days = int(told) if told.isdecimal() and len(told) < 6 else None
    try:
        back.begin(topic, by=caller(request), now=clock.now(), days=days)
    except REFUSALS as error:
        messages.error(request, str(error))
    return back_to(request, reverse("topic", args=[topic.pk]))

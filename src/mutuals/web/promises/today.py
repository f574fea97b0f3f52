"""What stands on Today of promises: mine that are late or due within the day, those kept and not told, and suggestions."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from mutuals.base import clock
from mutuals.inbox import promises, promises_listed
from mutuals.inbox.models import PromiseState
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.promises import shown
from mutuals.web.today.sections import MOST, Body, Section, body


def due(request: HttpRequest) -> Body | None:
    """Mine, the soonest first; None where there is nothing of the kind."""
    viewer, now = caller(request), clock.now()
    if not may(viewer, "promise.view"):
        return None
    mine = promises.visible_to(viewer).filter(owner=viewer).select_related(*promises_listed.RELATED)
    soon = Q(state=PromiseState.OPEN, due_at__lt=now + timedelta(days=1)) | Q(state=PromiseState.SUGGESTED)
    rows = list(mine.filter(soon).order_by("due_at", "pk")[:MOST])
    if not rows:
        return None
    lines = shown.lines(rows, viewer)
    more = format_html('<a class="link s push" href="{}">all</a>', reverse("promises"))
    waits = sum(one.row.state == PromiseState.OPEN for one in lines)
    first = reverse("promise", args=[rows[0].pk])
    return body(request, "promises/_today.html", {"lines": lines}, waits=waits, more=more, first=first)


SECTIONS = (Section(12, "Promises", due),)

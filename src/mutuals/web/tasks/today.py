"""One's tasks that are late or due today, on Today."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from mutuals.inbox import tasks_asked
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.tasks import shown
from mutuals.web.today.sections import MOST, Body, Section, body


def due(request: HttpRequest) -> Body | None:
    """Late ones first; nothing where nothing is due."""
    viewer = caller(request)
    if not may(viewer, "task.view"):
        return None
    now = shown.now_of(viewer)
    rows = tasks_asked.waiting(viewer, now=now, limit=MOST)
    if not rows:
        return None
    more = format_html(
        '<a class="link s push" href="{}">tasks <span class="kbd">g</span> <span class="kbd">k</span></a>',
        reverse("tasks"),
    )
    first = reverse("task", args=[rows[0].pk])
    return body(
        request, "tasks/_today.html", {"lines": shown.lines(viewer, rows, now)}, waits=len(rows), more=more, first=first
    )


SECTIONS = (Section(15, "To do today", due),)

"""What is to be done about a record or for somebody, on their page: a card at the side, with a line for one more."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.inbox import tasks_asked
from mutuals.inbox.models import Task
from mutuals.people.models import Person
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel
from mutuals.web.tasks import shown

KINDS = ("person", "organisation", "case", "deal", "idea")
MOST = 5


def card(request: HttpRequest, row: Any, key: str) -> SafeString | str:
    """Open ones, the soonest first; "" for whoever sees no tasks, and for a contractor without any here."""
    viewer = caller(request)
    if not may(viewer, "task.view"):
        return ""
    is_person = key.startswith("person:")
    rows = beside(request, row, key)
    may_add = may(viewer, "task.add")
    if not rows and not may_add:
        return ""
    context = {
        "lines": shown.lines(viewer, rows[:MOST], shown.now_of(viewer)),
        "more": len(rows) > MOST,
        "about": "" if is_person else key,
        "person": row.pk if is_person else "",
        "may_add": may_add,
        "here": request.path,
        "key": uuid.uuid4(),
    }
    return render_to_string("tasks/_panel.html", context, request)


def beside(request: HttpRequest, row: Any, key: str) -> list[Task]:
    """Open ones of a record, the soonest first, one more than the card shows; read once for each page."""
    kept: dict[str, list[Task]] = request.__dict__.setdefault("tasks_beside", {})
    if key not in kept:
        same = Person.objects.filter(canonical=row.canonical_id).values("pk") if key.startswith("person:") else None
        kept[key] = tasks_asked.of_record(caller(request), key, person_ids=same, limit=MOST + 1)
    return kept[key]


PANELS = (Panel(40, KINDS, "side", card),)

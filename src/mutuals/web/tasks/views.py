"""What is to be done, as a list: one's own open ones first, with a line to write the next one into."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mutuals.inbox.lists import TASKS
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.lists import places
from mutuals.web.lists.cells import Quick
from mutuals.web.lists.shown import show

WHOSE = (("mine", "Mine"), ("team", "My teams’"), ("all", "All"))
_QUICK = (
    Quick("Done", "/tasks/{}/done/", lambda row: row.done_at is None, "task.edit", icon="check", key="d"),
    Quick("Open again", "/tasks/{}/reopen/", lambda row: row.done_at is not None, "task.edit", icon="undo"),
)


@needs("task.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list that the address names; one's own open ones where it names none."""
    if way := places.moved(request, {"span": "state={}"}):
        return redirect(way)
    viewer, told = caller(request), request.GET
    more = {
        "live": f"today:{viewer.pk}",
        "next_key": "shift+n",
        "may_add": may(viewer, "task.add"),
        "line": told.get("line", "")[:400],
        "key": uuid.uuid4(),
        "about": told.get("about", "")[:60],
        "person": told.get("person", "")[:18],
    }
    return show(request, TASKS, template="tasks/list.html", more=more, quick=_QUICK)

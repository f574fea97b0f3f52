"""A small button on the pages of customers, organisations and cases; deals, ideas, tasks and own records have theirs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel

RIGHTS = {"person": "person.edit", "organisation": "organisation.edit", "case": "case.edit"}


def button(request: HttpRequest, _row: Any, key: str) -> SafeString | str:
    """Nothing for whoever may not."""
    viewer = caller(request)
    if not (may(viewer, RIGHTS[key.partition(":")[0]]) and may(viewer, "trash.view")):
        return ""
    return render_to_string("trash/_button.html", {"key": key}, request)


PANELS = (Panel(90, tuple(RIGHTS), "head", button),)

"""On the page of an organisation: its cases, and a way to open one; beside a customer's name: a way to open one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.inbox import cases
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel


def _of_organisation(request: HttpRequest, row: Any, _key: str) -> SafeString | str:
    viewer = caller(request)
    if not may(viewer, "case.view"):
        return ""
    told = {
        "rows": cases.listed(viewer, organisation_id=row.pk, limit=8),
        "way": f"organisation={row.pk}",
        "may_open": may(viewer, "case.open"),
    }
    return render_to_string("cases/_about.html", told)


def _of_person(request: HttpRequest, row: Any, _key: str) -> SafeString | str:
    if not may(caller(request), "case.open"):
        return ""
    return render_to_string("cases/_open_one.html", {"way": f"person={row.pk}"})


PANELS = (
    Panel(40, ("organisation",), "side", _of_organisation),
    Panel(40, ("person",), "head", _of_person),
)

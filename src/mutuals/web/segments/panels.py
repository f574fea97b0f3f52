"""On a customer's page: the segments in which they are, each with why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.outreach import queries
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel

MOST = 12


def card(request: HttpRequest, row: Any, _key: str) -> SafeString | str:
    """Their names; "" for whom there are none, and for contractors."""
    viewer = caller(request)
    rows = queries.of_person(viewer, row) if may(viewer, "segment.view") else []
    if not rows:
        return ""
    return render_to_string(
        "segments/_panel.html", {"rows": rows[:MOST], "more": len(rows) > MOST, "person": row}, request
    )


PANELS = (Panel(70, ("person",), "side", card),)

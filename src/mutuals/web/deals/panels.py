"""On the page of an organisation: its deals, and a way to open one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.base import clock
from mutuals.sales import pipeline
from mutuals.staff.permissions import may
from mutuals.web.deals import shown
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel

_SHOWN = 8


def _of_organisation(request: HttpRequest, row: Any, _key: str) -> SafeString | str:
    viewer = caller(request)
    if not may(viewer, "deal.view"):
        return ""
    told = {
        "rows": shown.cards(pipeline.of_organisation(viewer, row, limit=_SHOWN), now=clock.now()),
        "way": f"organisation={row.pk}",
        "may_edit": may(viewer, "deal.edit"),
    }
    return render_to_string("deals/_about.html", told)


PANELS = (Panel(35, ("organisation",), "side", _of_organisation),)

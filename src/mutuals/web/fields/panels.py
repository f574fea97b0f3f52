"""On the page of a case: fields of the house's own making, with the way to their form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from mutuals.records import book
from mutuals.staff.permissions import may
from mutuals.web.frame.customform import sections
from mutuals.web.frame.doors import caller
from mutuals.web.frame.forms import zone_of
from mutuals.web.frame.panels import Panel


def _of_case(request: HttpRequest, row: Any, key: str) -> str:
    """Nothing, and nothing is asked, where the house has no such fields of cases."""
    del key
    viewer = caller(request)
    if not book.remembered_shapes("case") or not may(viewer, "field.view"):
        return ""
    told = {
        "custom": sections("case", row.custom, viewer=viewer, zone=zone_of(viewer)),
        "case": row,
        "may_edit": may(viewer, "case.edit"),
    }
    return render_to_string("fields/_of_case.html", told, request=request)


PANELS = (Panel(55, ("case",), "side", _of_case),)

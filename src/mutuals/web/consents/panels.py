"""The card of consents beside a customer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.base import clock
from mutuals.people import consent
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel


def _beside(request: HttpRequest, row: Any, _key: str) -> SafeString | str:
    viewer = caller(request)
    if not may(viewer, "consent.view"):
        return ""
    rulings = consent.rulings(row, now=clock.now())
    context = {"person": row, "rulings": rulings, "may_edit": may(viewer, "consent.edit")}
    return render_to_string("consents/_card.html", context, request)


PANELS = (Panel(60, ("person",), "side", _beside),)

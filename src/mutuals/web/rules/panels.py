"""What rules did, on the pages of records that wake them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel
from mutuals.web.rules import shown


def _fired(request: HttpRequest, row: Any, key: str) -> SafeString | str:
    """The newest of them; nothing for those who may not read rules."""
    del row
    viewer = caller(request)
    if not may(viewer, "rule.view"):
        return ""
    return render_to_string("rules/_fired.html", {"fired": shown.fired(viewer, about=key)}, request=request)


PANELS = (Panel(90, ("deal",), "side", _fired),)

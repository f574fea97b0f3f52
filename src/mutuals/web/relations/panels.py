"""On the page of every record that people relate: how it stands to others. The card asks for its rows after the page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel
from mutuals.web.relations.forms import KINDS


def card(request: HttpRequest, _row: Any, key: str) -> SafeString | str:
    """No statement: a link without script, filled in with it."""
    if not may(caller(request), "relation.view"):
        return ""
    return render_to_string("relations/_card.html", {"key": key}, request)


PANELS = (Panel(65, KINDS, "side", card),)

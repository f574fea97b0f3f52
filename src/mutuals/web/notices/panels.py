"""On every page: the bell. In the head of a record's page, of a form that changes it, and of a conversation: who else is there,
and whether one follows it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from mutuals.staff import named
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import ANY, Panel
from mutuals.web.notices.drawn import bell, head

_EDIT = "_edit"


def _top(request: HttpRequest, _row: Any, _key: str) -> SafeString | str:
    """The bell, and before it who is at what this address changes, where the page itself tells no other screen of it."""
    viewer = caller(request)
    if not may(viewer, "notice.view"):
        return ""
    at = request.resolver_match
    name = (at.url_name or "") if at else ""
    kind = name.removesuffix(_EDIT)
    number = at.kwargs.get(f"{kind}_id") if at and kind in named.kinds() else None
    if number and (name.endswith(_EDIT) or name == "conversation"):
        is_form = name.endswith(_EDIT)
        return head(
            request, f"{kind}:{number}", is_editing=is_form, can_follow=not is_form, is_slot=not is_form
        ) + bell(viewer)
    return bell(viewer)


def _head(request: HttpRequest, _row: Any, key: str) -> SafeString | str:
    viewer = caller(request)
    if not may(viewer, "record.follow") or not named.split(key)[0]:
        return ""
    return head(request, key, is_editing=request.GET.get("tab") == "edit")


PANELS = (Panel(90, ("frame",), "topbar", _top), Panel(10, (ANY,), "head", _head))

"""Files on the pages of records: a card at the side, with a line to put one there."""

from __future__ import annotations

from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.people.models import Person
from mutuals.staff import filed
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel

KINDS = ("person", "organisation", "case", "deal", "order", "own", "idea")
MOST = 8


def card(request: HttpRequest, row: Any, key: str) -> SafeString | str:
    """The newest, and how many more there are."""
    viewer = caller(request)
    if not may(viewer, "filed.view"):
        return ""
    same = Person.objects.filter(canonical_id=row.canonical_id) if isinstance(row, Person) else None
    rows = filed.of(
        key,
        same=same.values(key=Concat(Value("person:"), Cast("pk", TextField()), output_field=TextField()))
        if same is not None
        else None,
    )
    is_all = request.GET.get("files") == "all"
    context = {
        "files": rows if is_all else rows[:MOST],
        "more": 0 if is_all else max(0, len(rows) - MOST),
        "about": key,
        "may_edit": may(viewer, "filed.edit"),
        "here": request.get_full_path(),
    }
    return render_to_string("files/_panel.html", context, request)


PANELS = (Panel(70, KINDS, "side", card),)

"""Promises on other screens: beside a customer, a case and a deal, and in the composer of a conversation."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Q, QuerySet, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.inbox import promises, promises_listed
from mutuals.inbox.models import Promise, PromiseState
from mutuals.people.models import Person
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.frame.panels import Panel
from mutuals.web.promises import shown

MOST = 8
IN_TALK = 5
_LIVE = (PromiseState.OPEN, PromiseState.SUGGESTED)


def _beside(request: HttpRequest, row: Any, key: str) -> SafeString | str:
    """A card: what is open, the soonest first, then what ended last."""
    viewer = caller(request)
    if not may(viewer, "promise.view"):
        return ""
    live, ended = beside(request, row, key)
    kind, _, number = key.partition(":")
    person = getattr(row, "person", None) if kind == "deal" else None
    asked = f"about={key}&person={person.canonical_id}" if person else f"{kind}={number}"
    is_free = kind != "deal" or person is not None
    context = {
        "lines": shown.lines([*live, *ended], viewer),
        "asked": asked if is_free and may(viewer, "promise.edit") else "",
        "here": request.path,
        "may_edit": may(viewer, "promise.edit"),
    }
    return render_to_string("promises/_card.html", context, request)


def beside(request: HttpRequest, row: Any, key: str) -> tuple[list[Promise], list[Promise]]:
    """What is open or suggested, the soonest first, and what ended last; read once for each page."""
    kept: dict[str, tuple[list[Promise], list[Promise]]] = request.__dict__.setdefault("promises_beside", {})
    if key not in kept:
        is_live = Q(state__in=_LIVE)
        soonest = Case(When(is_live, then=F("due_at"))).asc(nulls_last=True)
        rows = _rows(request, row, key).select_related(*promises_listed.RELATED)
        found = list(rows.order_by(Case(When(is_live, then=0), default=1), soonest, "-pk")[:MOST])
        live = [one for one in found if one.state in _LIVE]
        kept[key] = live, [one for one in found if one.state not in _LIVE][: max(0, 4 - len(live))]
    return kept[key]


def _rows(request: HttpRequest, row: Any, key: str) -> QuerySet[Promise]:
    viewer = caller(request)
    if isinstance(row, Person):
        return promises_listed.about_person(viewer, row)
    if key.startswith("case:"):
        return promises_listed.in_case(viewer, row)
    return promises.visible_to(viewer).filter(about=key)


def _composing(request: HttpRequest, row: Any, _key: str) -> SafeString | str:
    """Beneath the box: what its words promise, and what was found in words that were sent."""
    viewer = caller(request)
    if not may(viewer, "promise.edit"):
        return ""
    told = request.POST if request.method == "POST" else {}
    text = "" if told.get("mode") == "note" else str(told.get("text", ""))
    ticked = request.POST.getlist("promise") if request.method == "POST" else []
    context = {"read": shown.reading(text, viewer, ticked), "lines": shown.lines(_in_talk(request, row), viewer)}
    return render_to_string("promises/_composing.html", context, request)


def _composed(request: HttpRequest, row: Any, _key: str) -> SafeString | str:
    """The forms of the buttons there, which cannot stand within the form of the composer."""
    viewer = caller(request)
    if not may(viewer, "promise.edit"):
        return ""
    found = [one for one in _in_talk(request, row) if one.state == PromiseState.SUGGESTED]
    return render_to_string("promises/_composed.html", {"found": found, "here": request.path}, request) if found else ""


def _in_talk(request: HttpRequest, row: Any) -> list[Promise]:
    """The promises of a conversation that are open or suggested; asked once for each page."""
    kept: dict[int, list[Promise]] = request.__dict__.setdefault("promises_in_talk", {})
    if row.pk not in kept:
        live = promises.visible_to(caller(request)).filter(conversation=row.pk, state__in=_LIVE)
        kept[row.pk] = list(live.select_related(*promises_listed.RELATED).order_by("state", "due_at", "pk")[:IN_TALK])
    return kept[row.pk]


PANELS = (
    Panel(20, ("person", "case", "deal"), "side", _beside),
    Panel(20, ("conversation",), "composing", _composing),
    Panel(20, ("conversation",), "composed", _composed),
)

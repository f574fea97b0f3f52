"""Sources: how each is doing, who answers for it, and what can be done about it now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from mutuals.base import clock
from mutuals.capture import draw, pace, parked
from mutuals.channels import queries, signin, sources
from mutuals.channels.models import Source
from mutuals.connectors.contract import Field
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.sources.words import NOTHING, STEPS, about, shown


@needs("source.view")
def page(request: HttpRequest) -> HttpResponse:
    """All sources with their health, what governance misses, and what was parked."""
    viewer, now = caller(request), clock.now()
    found = queries.with_channels(viewer).select_related("credential").defer("credential__sealed")
    today = pace.since(_midnight(now))
    rows = [shown(source, now, today.get(source.pk, NOTHING)) for source in found]
    sees_parked = may(viewer, "parked.view")
    told = {
        "rows": sorted(rows, key=lambda row: (row.kind != "late", row.kind != "care")),
        "troubled": sum(row.kind == "late" for row in rows),
        "without": queries.pillars_without_channel(),
        "parked": parked.listed(viewer, limit=3) if sees_parked else [],
        "parked_count": parked.count(viewer) if sees_parked else 0,
        "may_manage": may(viewer, "source.manage"),
        "may_sync": may(viewer, "source.sync"),
    }
    return render(request, "sources/page.html", told)


@needs("source.view")
def one(request: HttpRequest, source_id: int) -> HttpResponse:
    """One source: health, governance, our presences on it, and how it is set up."""
    viewer, now = caller(request), clock.now()
    found = queries.with_channels(viewer).select_related("credential").defer("credential__sealed")
    source = get_object_or_404(found, pk=source_id)
    connector = _connector(source)
    told: dict[str, Any] = {
        "shown": shown(source, now, pace.since(_midnight(now)).get(source.pk, NOTHING)),
        "source": source,
        "can": _can(connector),
        "answers": _answers(source, connector.fields if connector else ()),
        "channels": [(one, one.pk) for one in source.channels.all()],
        "gaps": sources.gaps(source),
        "sealed_until": queries.sealed_until(source),
        "about": about(source.connector),
        "hook": request.build_absolute_uri(f"/hooks/{source.pk}/") if connector and connector.verify else "",
        "steps": STEPS,
        "may_manage": may(viewer, "source.manage"),
        "can_remove": may(viewer, "source.manage") and sources.is_empty(source),
        "may_sync": may(viewer, "source.sync"),
    }
    return render(request, "sources/one.html", told)


def _answers(source: Source, fields: Sequence[Field]) -> list[tuple[str, Any]]:
    return [(field.label, _said(field, source.settings.get(field.name))) for field in fields if not field.secret]


def _said(field: Field, value: Any) -> Any:
    """An answer in the words of the form."""
    if field.kind == "bool":
        return "yes" if value else "no"
    return dict(field.choices).get(str(value), value)


@needs("source.sync", methods="POST")
def sync(request: HttpRequest, source_id: int) -> HttpResponse:
    """Look for news now."""
    return _acted(request, source_id, lambda source: draw.sync(source, by=caller(request)), "Looking for news now.")


@needs("source.manage", methods="POST")
def check(request: HttpRequest, source_id: int) -> HttpResponse:
    """Ask the network who we are there."""
    return _acted(request, source_id, lambda source: signin.check(source, by=caller(request)), "It answers.")


@needs("source.manage", methods="POST")
def pause(request: HttpRequest, source_id: int) -> HttpResponse:
    """Draw and send no more; undo goes live again by the same gate."""
    source = found(request, source_id)
    sources.pause(source, by=caller(request))
    messages.success(
        request, f"{source} is paused. All that it brought stays.", extra_tags=f"/sources/{source.pk}/live/"
    )
    return redirect("source", source.pk)


@needs("source.manage", methods="POST")
def remove(request: HttpRequest, source_id: int) -> HttpResponse:
    """Take away a source that never brought anything."""
    source = found(request, source_id)
    try:
        sources.remove(source, by=caller(request))
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("source", source_id)
    messages.success(request, f"{source.name} is gone.")
    return redirect("sources")


def found(request: HttpRequest, source_id: int) -> Source:
    """A source that the caller may see, or 404."""
    return get_object_or_404(queries.visible_to(caller(request)), pk=source_id)


def _midnight(now: datetime) -> datetime:
    """When the day of whoever looks began, in the zone that their pages are shown in."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _acted(request: HttpRequest, source_id: int, act: Callable[[Source], object], words: str) -> HttpResponse:
    source = found(request, source_id)
    try:
        act(source)
        messages.success(request, words)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("source", source.pk)


def _can(connector: Any) -> dict[str, bool]:
    """What the connector offers. A template would call its functions, so it gets answers instead."""
    if connector is None:
        return {}
    offers = {name: getattr(connector, name) is not None for name in ("send", "check", "begin")}
    return offers | {"ask": bool(connector.fields)}


def _connector(source: Source) -> Any:
    try:
        return sources.connector_of(source)
    except REFUSALS:
        return None

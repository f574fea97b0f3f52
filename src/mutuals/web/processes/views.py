"""Processes: the list by pillar, and one process with its picture, its figures and what runs in it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from mutuals.base import clock
from mutuals.processes import figures, keep, kinds, queries, steps, transfer
from mutuals.processes.models import Process, Version
from mutuals.processes.templates import templates
from mutuals.staff.models import Pillar
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.processes import shown

_PILLARS = {**dict(Pillar.choices), "": "Everybody"}


@needs("process.view")
def page(request: HttpRequest) -> HttpResponse:
    """All processes by pillar, and what one can begin with."""
    viewer, now = caller(request), clock.now()
    rows = list(queries.visible_to(viewer))
    counts = queries.counts(rows, now=now)
    lines = [(row, _used(row), _draft(row), *counts.get(row.pk, (0, 0)), kinds.kind(row.kind).label) for row in rows]
    order = list(_PILLARS)
    lines.sort(key=lambda line: (order.index(line[0].pillar), line[0].name.lower()))
    grouped = [(_PILLARS[pillar], list(some)) for pillar, some in groupby(lines, key=lambda line: line[0].pillar)]
    names = {row.name for row in rows}
    told = {
        "groups": grouped,
        "templates": [one for one in templates().values() if one.name not in names],
        "may_edit": may(viewer, "process.edit"),
        "waiting": len(queries.waiting_on(viewer)),
        "handovers": len(queries.handovers_for(viewer)),
    }
    return render(request, "processes/list.html", told)


@needs("process.view")
def one(request: HttpRequest, process_id: int) -> HttpResponse:
    """One process in one version: in use, or the one that is asked for."""
    viewer, now = caller(request), clock.now()
    process = found(request, process_id)
    number = _number(request, "version")
    version = queries.version(process, number)
    if version is None:
        raise Http404
    told = steps.shape_of(version)
    measured = figures.measured(process, [version], now=now)[0]
    chosen = told.step(request.GET.get("step", "")[:40])
    late = request.GET.get("show") == "late"
    running = queries.running(process, viewer, step=chosen.key if chosen else "", late=now if late else None)
    asked = f"version={version.number}&" if number else ""
    here, late_here = queries.counts([process], now=now).get(process.pk, (0, 0))
    context: dict[str, Any] = {
        "process": process,
        "kind": kinds.kind(process.kind),
        "version": version,
        "shape": told,
        "used": _used(process),
        "draft": _draft(process),
        "versions": list(process.versions.all()),
        "pictures": shown.picture(told, measured, chosen=chosen.key if chosen else "", link=f"?{asked}step="),
        "measured": measured,
        "rows": shown.rows(measured, told),
        "asked": asked,
        "chosen": chosen,
        "chosen_owner": shown.owner_of(chosen) if chosen else "",
        "items": shown.items(running, viewer, now=now),
        "late_only": late,
        "here": here,
        "late": late_here,
        "wrong": keep.findings(version, viewer=viewer)
        if version.state == "in_use" and kinds.kind(process.kind).is_open
        else [],
        "moving": transfer.preview(process),
        "may_edit": may(viewer, "process.edit"),
    }
    return render(request, "processes/page.html", context | _compared(request, process))


def _compared(request: HttpRequest, process: Process) -> dict[str, Any]:
    first, second = (queries.version(process, number) for number in (_number(request, "from"), _number(request, "to")))
    if not request.GET.get("from") or first is None or second is None:
        return {}
    return {"compared": shown.side_by_side(process, first, second, now=clock.now())}


def found(request: HttpRequest, process_id: int) -> Process:
    """The process, among those that the user may see."""
    row = queries.visible_to(caller(request)).filter(pk=process_id).first() if process_id < 2**63 else None
    if row is None:
        raise Http404
    return row


def _number(request: HttpRequest, name: str) -> int | None:
    told = shown.number(request.GET.get(name, ""))
    return told if told is not None and told < 2**31 else None


def _used(process: Process) -> Version | None:
    return next((one for one in process.versions.all() if one.state == "in_use"), None)


def _draft(process: Process) -> Version | None:
    return next((one for one in process.versions.all() if one.state == "draft"), None)

"""Deals as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mutuals.people.models import Person
from mutuals.processes import hours, steps
from mutuals.processes.shape import Shape, Step
from mutuals.sales import leads, pipeline
from mutuals.sales.models import Deal
from mutuals.staff.models import User
from mutuals.staff.permissions import may

MARKS = {"won": "good", "lost": "line"}


def card(row: Deal, *, now: datetime) -> dict[str, Any]:
    """One deal of a board or a table: where it is, how long, how sure, and where it may go from there."""
    item = row.item
    told = steps.shape_of(item.version) if item else None
    here = told.step(item.step) if told and item else None
    return {
        "deal": row,
        "person": row.person.canonical if row.person else None,
        "step": here.name if here else "",
        "percent": pipeline.probability(row),
        "since": hours.span((now - item.entered_at).total_seconds()) if item else "",
        "is_late": bool(item and row.is_open and item.due_at and item.due_at <= now),
        "ways": _ways(told, here) if told and here and row.is_open else [],
        "leads_to_won": _leads_to(told, here, "won", "done"),
        "leads_to_lost": _leads_to(told, here, "lost"),
        "mark": MARKS.get(row.outcome, ""),
    }


def of_person(viewer: User, person: Person, *, now: datetime) -> dict[str, Any]:
    """The card on a customer's page: their deals, whether they are a lead, and what the viewer may do about it."""
    if not may(viewer, "deal.view"):
        return {}
    is_lead = person.stage == "lead" and may(viewer, "lead.view")  # others cost no statement
    run = leads.run_of(person) if is_lead else None
    return {
        "rows": cards(pipeline.of_person(viewer, person, limit=8), now=now),
        "lead": run if run is not None and run.state == "running" else None,
        "lead_step": steps.name(steps.shape_of(run.version), run.step) if run is not None else "",
        "may_edit": may(viewer, "deal.edit"),
        "may_lead": may(viewer, "lead.edit"),
    }


def _ways(told: Shape, here: Step) -> list[tuple[str, str, bool]]:
    """Steps to which it may go, their names, and whether going there asks why."""
    return [(way.to, steps.name(told, way.to), bool((to := told.step(way.to)) and to.reason)) for way in here.ways]


def _leads_to(told: Shape | None, here: Step | None, *ends: str) -> bool:
    """Whether a way leads straight to such an end, so that no other button is needed for it."""
    return bool(told and here and any((to := told.step(way.to)) and to.end in ends for way in here.ways))


def cards(rows: Sequence[Deal], *, now: datetime) -> list[dict[str, Any]]:
    """Several of them."""
    return [card(row, now=now) for row in rows]

"""Bringing what runs to the newest version, where its step still exists: looked at first, then done by whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.processes import hours, run, steps
from mutuals.processes.models import Item, ItemState, Process, Version
from mutuals.staff.models import User
from mutuals.staff.permissions import require

MOST = 5_000  # of one call


@dataclass(frozen=True, slots=True)
class Line:
    """What runs in one step of an earlier version: how many, and whether the newest has the step."""

    version: int
    step: str
    name: str
    items: int
    moves: bool


def preview(process: Process) -> list[Line]:
    """What would move and what would stay behind, by version and step; nothing is done."""
    newest = run.newest(process)
    if newest is None:
        return []
    told = steps.shape_of(newest)
    versions = {row.pk: row for row in Version.objects.filter(process=process)}
    rows = Item.objects.filter(process=process, state=ItemState.RUNNING).exclude(version=newest)
    counted = rows.values_list("version", "step").annotate(items=Count("pk")).order_by("version", "step")
    return [
        Line(versions[pk].number, key, steps.name(steps.shape_of(versions[pk]), key), items, told.step(key) is not None)
        for pk, key, items in counted
    ]


@transaction.atomic
def to_newest(process: Process, *, by: User, now: datetime) -> int:
    """Let what runs in earlier versions follow the newest one; how many were brought, 5,000 at most in one call.

    Time limits are those of the newest version, counted from when the step was entered. What stands in a step that is not
    there any more stays as it is. Twice is once. Refused: a process without a version in use.
    """
    require(by, "process.edit", process)
    newest = run.newest(process)
    if newest is None:
        raise Refusal("No version is in use.")
    told = steps.shape_of(newest)
    rows = Item.objects.select_for_update(no_key=True).filter(
        process=process, state=ItemState.RUNNING, step__in=[one.key for one in told.steps if not one.end]
    )
    moved = list(rows.exclude(version=newest).order_by("pk")[:MOST])
    for row in moved:
        step = told.step(row.step)
        limit = step.limit if step else None
        row.due_at = hours.due(row.entered_at, limit, told.week) if limit else None
        row.version, row.changes = newest, row.changes + 1
        row.told_at = row.told_at if row.due_at and row.due_at <= now else None
    Item.objects.bulk_update(moved, ["version", "due_at", "changes", "told_at"], batch_size=500)
    abouts = [row.about for row in moved]
    journal.note_many("process.transferred", abouts, by=by, process=process.name, version=newest.number)
    return len(moved)

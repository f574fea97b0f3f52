"""Records on a board by the steps of the process in which they run: columns, cards' ways, and moving there and back.

`via` is the way from a record to its run ("item__"), "" where the rows are runs themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from mutuals.base.lists import Asked, Goal, Lane, Ref, Unseen
from mutuals.base.refusals import Refusal
from mutuals.processes import hours, queries, run, steps
from mutuals.processes.models import Item, ItemState, Passage, Process, Version, VersionState
from mutuals.processes.shape import Shape


def processes(viewer: Any, kind: str) -> list[Process]:
    """Those in which records of a kind can run, the usual one first."""
    rows = queries.visible_to(viewer).filter(kind=kind, retired_at=None, versions__state=VersionState.IN_USE)
    return sorted(rows, key=lambda row: (not row.is_usual, row.name))


def named(value: str, viewer: Any, kind: str) -> Process:
    """The process of that number. Unseen: there is none for this viewer."""
    row = next((one for one in processes(viewer, kind) if str(one.pk) == value), None)
    if row is None:
        raise Unseen("There is no such process.")
    return row


def told(value: str, viewer: Any, kind: str) -> Ref:
    """The same in words."""
    return Ref(named(value, viewer, kind).name)


def process_of(asked: Asked, kind: str) -> Process | None:
    """The process that a board is asked for (`process`); without one the usual, or the first."""
    said = asked.kept.get("process", "")
    return named(said, asked.viewer, kind) if said else next(iter(processes(asked.viewer, kind)), None)


def rows_of(rows: QuerySet[Any], process: Process | None, *, via: str) -> QuerySet[Any]:
    """Those that run in it now."""
    if process is None:
        return rows.none()
    return rows.filter(**{f"{via}process": process, f"{via}state": ItemState.RUNNING})


def lanes(rows: QuerySet[Any], process: Process | None, *, via: str, now: datetime) -> list[Lane]:
    """Its steps in order with how many stand there, one statement over the rows; steps of older versions come last."""
    shape = _newest(process)
    if shape is None:
        return []
    late = Count("pk", filter=Q(**{f"{via}due_at__lte": now}))
    counted = rows.order_by().values_list(f"{via}step").annotate(many=Count("pk"), late=late).order_by(f"{via}step")
    found = {
        one.key: Lane(one.key, one.name, one.limit.words if one.limit else "") for one in shape.steps if not one.end
    }
    for key, many, over in counted:
        lane = found.setdefault(key, Lane(key, steps.name(shape, key)))
        lane.count, lane.late = many, over
    return list(found.values())


def goals(process: Process | None) -> Mapping[str, Goal]:
    """All its steps and ends, and which of them ask why."""
    shape = _newest(process)
    return {one.key: Goal(one.name, one.reason) for one in shape.steps} if shape else {}


def shapes_of(items: Iterable[Item | None]) -> Mapping[int, Shape]:
    """The versions in which some items run, read in one statement."""
    versions = Version.objects.in_bulk({one.version_id for one in items if one is not None})
    return {number: steps.shape_of(version) for number, version in versions.items()}


def card_of(item: Item | None, shapes: Mapping[int, Shape], now: datetime) -> dict[str, Any]:
    """What a card says of where it stands: `ways`, `since`, `is_late`."""
    if item is None:
        return {}
    here = shapes[item.version_id].step(item.step)
    is_running = item.state == ItemState.RUNNING
    return {
        "ways": tuple(way.to for way in here.ways) if here and is_running else (),
        "since": hours.span((now - item.entered_at).total_seconds()),
        "is_late": bool(is_running and item.due_at and item.due_at <= now),
    }


def choices(viewer: Any, kind: str) -> list[tuple[str, str]]:
    """The steps of all processes of a kind by key, each once, in their order."""
    found: dict[str, str] = {}
    for process in processes(viewer, kind):
        shape = _newest(process)
        for step in shape.steps if shape else ():
            found.setdefault(step.key, step.name)
    return list(found.items())


def go(item: Item | None, step: str, *, by: Any, now: datetime, because: str) -> None:
    """Forwards by a way, else back to where it was: what a card or an undo asks for. Refused: as `run.move` and `run.back`."""
    if item is None:
        raise Refusal("This runs in no process; let it go by steps first.")
    shape = steps.shape_of(item.version)
    if item.step == step or shape.way(item.step, step) is not None or step not in steps.visited(item, shape):
        run.move(item, to=step, by=by, now=now, because=because)
    else:
        run.back(item, to=step, by=by, now=now, because=because or "Moved back on the board.")


def last_moved(item: Item | None) -> tuple[str, datetime] | None:
    """Who moved it last, and when."""
    moved = Passage.objects.filter(item=item).select_related("by").order_by("-pk").first() if item else None
    return (str(moved.by) if moved.by else "Mutuals", moved.at) if moved else None


def _newest(process: Process | None) -> Shape | None:
    newest = run.newest(process) if process else None
    return steps.shape_of(newest) if newest else None

"""A process as its page shows it: picture, figures, versions, what runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from mutuals.base.refusals import Refusal
from mutuals.processes import figures, hours, queries, steps
from mutuals.processes.check import compared, owner_words
from mutuals.processes.figures import Line, Measured
from mutuals.processes.models import Item, Process, Version
from mutuals.processes.shape import Shape, Step
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.processes import drawing

ROWS = 50


def picture(told: Shape, measured: Measured | None, *, chosen: str = "", link: str = "?step=") -> list[SafeString]:
    """The wide and the narrow drawing; the page shows one of them."""
    lines = {one.step.key: one for one in measured.lines} if measured else {}
    return [draw(told, lines, chosen=chosen, link=link) for draw in (drawing.wide, drawing.narrow)]


def rows(measured: Measured, told: Shape) -> list[dict[str, Any]]:
    """One row a step: words instead of numbers where something is not known."""
    return [
        {
            "line": line,
            "step": line.step,
            "owner": owner_of(line.step),
            "median": hours.span(line.median),
            "limit": line.step.limit.words if line.step.limit else "",
            "in_time": percent(line.in_time),
            "is_slow": line.in_time is not None and line.in_time < 0.8,
            "bar": None if line.of_limit is None else min(round(line.of_limit * 66), 100),
            "rework": percent(line.rework),
            "dropped": percent(line.dropped),
            "ways": [
                (steps.name(told, way.to), way.label, percent(line.ways[way.to]) if way.to in line.ways else "")
                for way in line.step.ways
            ],
        }
        for line in measured.lines
    ]


def owner_of(step: Step) -> str:
    """Who has it in a step."""
    words = "by itself" if step.itself else owner_words(step.owner)
    return words[0].upper() + words[1:]


def number(told: str) -> int | None:
    """A number as a form or an address tells it; None where it is none, or longer than any of ours."""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 18 else None


def ways(viewer: User, kind: str) -> list[tuple[str, str]]:
    """In what a record of a kind may run, as (value, words) of a menu: the usual process, or another one in use."""
    if not may(viewer, "process.work"):
        return []
    return [("usual", "The usual steps"), *((str(row.pk), row.name) for row in queries.published(viewer, kind))]


def chosen_way(viewer: User, kind: str, told: str) -> tuple[Process | None, bool]:
    """The process of that menu, and whether it is the usual one; neither where nothing was chosen.

    Refused: a process that is gone.
    """
    if told in ("", "usual"):
        return None, told == "usual"
    row = next((one for one in queries.published(viewer, kind) if str(one.pk) == told), None)
    if row is None:
        raise Refusal("This process is not in use any more; choose another one.")
    return row, False


def percent(share: float | None) -> str:
    """A share from 0 to 1 in words."""
    return "–" if share is None else f"{round(share * 100)} %"


def side_by_side(process: Process, first: Version, second: Version, *, now: datetime) -> dict[str, Any]:
    """Two versions: what changed in words, and the figures of each step beside each other."""
    before, after = figures.measured(process, [first, second], now=now, days=figures.MOST_DAYS)
    told = [
        (name, *(_short(line) for line in pair)) for name, *pair in figures.beside(before, after)
    ]  # fmt: skip
    return {
        "first": first,
        "second": second,
        "words": compared(steps.shape_of(first), steps.shape_of(second)),
        "figures": told,
    }


def _short(line: Line | None) -> dict[str, str] | None:
    if line is None:
        return None
    return {
        "left": f"{line.left:,}", "median": hours.span(line.median), "in_time": percent(line.in_time),
        "rework": percent(line.rework), "dropped": percent(line.dropped),
    }  # fmt: skip


def items(found: Sequence[Item], viewer: User, *, now: datetime) -> list[dict[str, Any]]:
    """Rows of what runs: name, address, step, whose, how long, how late."""
    names = queries.shown(found)
    return [
        {
            "item": row,
            "name": names[row.about][0],
            "url": names[row.about][1],
            "step": queries.step_name(row),
            "whose": str(row.owner or row.team or row.role or "nobody"),
            "since": hours.span((now - row.entered_at).total_seconds()),
            "is_late": row.due_at is not None and row.due_at <= now and row.state == "running",
            "late": hours.span((now - row.due_at).total_seconds()) if row.due_at else "",
        }
        for row in found
    ]

"""Processes that count by a calendar of the house: which they are, and their limits when the calendar changes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from mutuals.base import clock, jobs
from mutuals.base.refusals import Refusal
from mutuals.processes import hours, steps
from mutuals.processes.models import Item, ItemState, Version, VersionState

FOLLOW = "processes.follow_calendar"
PIECE = 500
"""Items of one transaction."""


def asked_by(name: str) -> list[str]:
    """The processes that count by this calendar: in a version in use, in a draft, or in something that still runs."""
    rows = Version.objects.filter(_named(name))
    running = Item.objects.filter(state=ItemState.RUNNING, version__in=rows).values("version")
    used = rows.filter(Q(state__in=(VersionState.IN_USE, VersionState.DRAFT)) | Q(pk__in=running))
    found = used.order_by("process__name").values_list("process__name", flat=True).distinct()
    return [f"the process “{one}”" for one in found]


def followed(name: str) -> None:
    """Let the limits of what runs follow a calendar that was changed, once this is committed."""
    jobs.later(FOLLOW, once=f"{FOLLOW}:{name}", name=name)


def follow(name: str, *, now: datetime | None = None) -> int:
    """Count the limits of all that runs by this calendar anew, from when each step was entered; how many moved.

    An item that was told to be late is told again only if it has time again and runs out of it again. What can be counted no
    more (a limit that is not over within ten years) stays as it was. Twice is once.
    """
    now, after, moved = now or clock.now(), 0, 0
    while True:
        jobs.may_go_on()
        with transaction.atomic():
            rows = list(_running(name).filter(pk__gt=after)[:PIECE])
            moved += _again(rows, now)
        if not rows:
            return moved
        after = rows[-1].pk


def _again(rows: list[Item], now: datetime) -> int:
    changed: list[Item] = []
    for row in rows:
        told = steps.shape_of(row.version)
        step = told.step(row.step)
        if step is None or step.limit is None or not step.limit.working:
            continue
        try:
            over = hours.due(row.entered_at, step.limit, told.week)
        except Refusal:
            continue
        if over != row.due_at:
            row.due_at, row.told_at = over, row.told_at if over <= now else None
            changed.append(row)
    Item.objects.bulk_update(changed, ["due_at", "told_at"], batch_size=PIECE)
    return len(changed)


def _running(name: str) -> QuerySet[Item]:
    versions = Version.objects.filter(_named(name)).values("pk")
    rows = Item.objects.select_for_update(of=("self",), no_key=True).select_related("version")
    return rows.filter(state=ItemState.RUNNING, version__in=versions).order_by("pk")


def _named(name: str) -> Q:
    return Q(body__hours=name) | Q(body__hours__calendar=name)

"""What is late is told once: an entry of the journal, on which rules can act."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from mutuals.base import journal
from mutuals.processes.models import Item, ItemState

JOB = "processes.late"
MANY = 500  # of one transaction


def tell(*, now: datetime) -> int:
    """Note `process.late` for every running item whose limit is over, once for each stay in a step; how many."""
    count = 0
    while found := _some(now):
        count += found
    return count


@transaction.atomic
def _some(now: datetime) -> int:
    rows = list(
        Item.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(state=ItemState.RUNNING, due_at__lte=now, told_at=None)
        .select_related("process")
        .order_by("due_at")[:MANY]
    )
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        told[row.process.name, row.step].append(row.about)
    for (process, step), abouts in told.items():
        journal.note_many("process.late", abouts, by="machine:processes", process=process, step=step)
    Item.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    return len(rows)

"""Claim: a merge of two ordinary customers is undone in less than 50 ms of CPU, as long as they were one may be."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from benchmarks.world import Figure, World, percentile, stamp
from mutuals.identity import joins, merge
from mutuals.people.models import Person

PAIRS = {"small": 60, "default": 100, "full": 100}


def measure(world: World) -> list[Figure]:
    """Merge with a choice, then undo, one pair after the other; nothing of it is kept. CPU of Python and of the database."""
    n = PAIRS[world.scale]
    owner, people = world.viewer("owner"), world.chance.sample(range(101, world.people), 2 * n)
    rows = Person.objects.in_bulk(people)
    merged: list[float] = []
    undone: list[float] = []
    with transaction.atomic():
        for number, (one, other) in enumerate(zip(people[::2], people[1::2], strict=False)):
            now = stamp(number)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend = int(cursor.fetchone()[0])
            done = _cost(
                backend,
                merged,
                lambda a=rows[one], b=rows[other], at=now: merge.merge(
                    a, b, by=owner, now=at, choices={"name": "gone"}
                ),
            )
            _cost(
                backend,
                undone,
                lambda key=done.key, at=now + timedelta(seconds=5): joins.undo(key, by=owner, now=at),
            )
        transaction.set_rollback(True)
    note = f"{len(undone)} pairs, CPU with the database's, p95 {percentile(undone, 0.95):.0f} ms"
    return [
        Figure(
            "two customers merged, median", percentile(merged, 0.5), "ms", "", f"p95 {percentile(merged, 0.95):.0f} ms"
        ),
        Figure("a merge undone, median", percentile(undone, 0.5), "ms", "<= 50", note),
    ]


def _cost(backend: int, costs: list[float], act: Callable[[], Any]) -> Any:
    """What the act returns; its milliseconds of CPU are added, as the kernel counts them of us and of the backend."""
    start, there = time.process_time_ns(), _nanoseconds(backend)
    result = act()
    costs.append((time.process_time_ns() - start + _nanoseconds(backend) - there) / 1e6)
    return result


def _nanoseconds(pid: int) -> int:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])

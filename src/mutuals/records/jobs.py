"""The jobs of this room."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.records import filling, own, reckon


def register_jobs() -> None:
    """Make them known."""
    jobs.name(reckon.JOB, reckon.reckon_now, queue="long")
    jobs.name(own.PURGE, lambda timestamp=0: own.purge(now=clock.now()) and None, cron="25 3 * * *")
    jobs.name(filling.COUNT, lambda timestamp=0: filling.count_all(now=clock.now()), queue="long", cron="50 3 * * *")

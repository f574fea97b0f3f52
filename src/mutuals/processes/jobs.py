"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.processes import calendars, late


def register_jobs() -> None:
    """Name them."""
    jobs.name(late.JOB, lambda timestamp=0: late.tell(now=clock.now()) and None, cron="*/5 * * * *")
    jobs.name(calendars.FOLLOW, lambda name: calendars.follow(name) and None, queue="long")

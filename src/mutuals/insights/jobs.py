"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.insights import passed, watch


def register_jobs() -> None:
    """Name them."""
    jobs.name(watch.JOB, lambda timestamp=0: watch.watch() and None, cron="*/5 * * * *", retry=False)
    jobs.name("insights.forget", lambda timestamp=0: passed.forget(now=clock.now()), cron="55 2 * * *")

"""What this room does by the clock."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.communities import rollups


def register_jobs() -> None:
    """Name it for the workers."""
    jobs.name(rollups.FOLLOW, lambda timestamp=0: rollups.follow(now=clock.now()) and None, cron="*/5 * * * *")
    jobs.name(rollups.RECOUNT, rollups.recount_all, queue="long", cron="40 4 * * *")

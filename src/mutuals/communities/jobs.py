"""What this room does by the clock."""

from __future__ import annotations

from mutuals.base import jobs
from mutuals.communities import rollups


def register_jobs() -> None:
    """Name it for the workers."""
    jobs.name(rollups.RECOUNT, rollups.recount_all, queue="long", cron="40 4 * * *")

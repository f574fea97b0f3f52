"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.people import territories


def register_jobs() -> None:
    """Name them."""
    jobs.name(territories.PLACE, territories.place_job, queue="long")
    jobs.name(
        territories.NEWCOMERS,
        lambda timestamp=0: territories.place_newcomers(now=clock.now(), between=jobs.may_go_on) and None,
        cron="*/5 * * * *",
    )

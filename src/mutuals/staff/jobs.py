"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import clock, house, jobs, trash
from mutuals.staff import bulk, here, notices, notices_told


def register_jobs() -> None:
    """Name them. Amounts follow rates at once; the nightly run follows the days."""
    jobs.name(house.RENEW, lambda timestamp=0: house.renew_home() and None, queue="long", cron="25 2 * * *")
    jobs.name(notices_told.JOB, lambda timestamp=0: notices_told.catch_up() and None, cron="* * * * *")
    jobs.name("staff.tidy", lambda timestamp=0: _tidy(), queue="long", cron="40 2 * * *")
    jobs.name("trash.purge", lambda timestamp=0: _purge(), queue="long", cron="35 3 * * *")
    jobs.name(bulk.WRITE, bulk.write_job, queue="long")
    jobs.name(bulk.TAKE_BACK, bulk.take_back_job, queue="long")


def _purge() -> None:
    """What has been in the trash for thirty days goes for ever."""
    trash.purge(now=clock.now(), between=jobs.may_go_on)


def _tidy() -> None:
    """What nobody looks at any more goes."""
    now = clock.now()
    here.tidy(now)
    while notices.tidy(now):
        jobs.may_go_on()

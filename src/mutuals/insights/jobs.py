"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.insights import exports, exports_run, passed, schedules, watch


def register_jobs() -> None:
    """Name them."""
    jobs.name(watch.JOB, lambda timestamp=0: watch.watch() and None, cron="*/5 * * * *", retry=False)
    jobs.name("insights.forget", lambda timestamp=0: passed.forget(now=clock.now()), cron="55 2 * * *")
    jobs.name(exports.JOB, exports_run.run_now, queue="export")
    jobs.name(
        "insights.exports_left", lambda timestamp=0: exports.take_up(now=clock.now()) and None, cron="*/2 * * * *"
    )
    jobs.name("insights.exports_over", lambda timestamp=0: exports.tidy(now=clock.now()) and None, cron="25 * * * *")
    jobs.name(schedules.JOB, lambda timestamp=0: schedules.write(clock.now()) and None, cron="7,22,37,52 * * * *")

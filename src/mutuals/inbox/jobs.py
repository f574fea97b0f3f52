"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.inbox import promises_found, tasks_remind, work


def register_jobs() -> None:
    """Name them."""
    jobs.name("inbox.wake_snoozed", lambda: work.wake_snoozed(clock.now()))
    jobs.name(promises_found.JOB, lambda message: promises_found.find_in(message, now=clock.now()) and None)
    jobs.name("inbox.promises", lambda timestamp=0: promises_found.each_minute(clock.now()), cron="* * * * *")
    jobs.name(tasks_remind.JOB, lambda timestamp=0: tasks_remind.tell_due(now=clock.now()) and None, cron="* * * * *")

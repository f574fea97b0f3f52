"""The jobs of this room by name, and the digest of `listening`, which goes out by letters from here."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.listening.board import digest
from mutuals.rules import fire, letters, send, trial, watch
from mutuals.staff import notices


def register_jobs() -> None:
    """Name them."""
    jobs.name("rules.read_on", lambda timestamp=0: watch.read_on(), cron="* * * * *")
    jobs.name("rules.strike", lambda timestamp=0: watch.strike(), cron="5 * * * *", retry=False)
    jobs.name(fire.FINISH, watch.finish_now)
    jobs.name(trial.APPLY, trial.go_on, queue="long")
    jobs.name(send.DELIVER, send.deliver)
    jobs.name(digest.JOB, lambda timestamp=0: digest.due(now=clock.now(), mailed=letters.of_digest), cron="25 * * * *")
    jobs.name(
        notices.JOB,
        lambda timestamp=0: notices.mail_out(now=clock.now(), mailed=letters.of_notices) and None,
        cron="*/5 * * * *",
    )

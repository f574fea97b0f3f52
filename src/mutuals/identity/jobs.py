"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.identity import cited, learn, link, live, sweep
from mutuals.identity.proofs import claims, looks


def register_jobs() -> None:
    """Name them."""
    jobs.name(claims.PAGE, looks.page_now)
    jobs.name(claims.DOMAIN, looks.domain_now)
    jobs.name(claims.PICTURES, looks.pictures_now)
    jobs.name(looks.RECHECK, looks.recheck_now, cron="17 * * * *")
    jobs.name(cited.JOB, cited.look_for)
    jobs.name(live.JOB, lambda timestamp=0: sweep.drain(now=clock.now()), cron="* * * * *")
    jobs.name(sweep.JOB, sweep.run, queue="long")
    jobs.name(link.SETTLE, link.settle_now)
    jobs.name(learn.JOB, lambda timestamp=0, by="": learn.run(by), queue="long", cron="10 3 * * *", retry=False)
    jobs.name(
        "identity.sweep_nightly", lambda timestamp=0: sweep.nightly(now=clock.now()), queue="long", cron="30 3 * * *"
    )

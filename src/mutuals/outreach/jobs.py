"""What this room does by the clock, and looks at everybody."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.outreach import campaign_audience, campaign_heard, renewing


def register_jobs() -> None:
    """Name it for the workers."""
    jobs.name(renewing.FOLLOW, lambda timestamp=0: renewing.follow() and None, queue="long", cron="* * * * *")
    jobs.name(renewing.NIGHT, lambda timestamp=0: renewing.night() and None, cron="*/10 * * * *")
    jobs.name(renewing.LOOK, renewing.look, queue="long")
    jobs.name(campaign_audience.SETTLE, campaign_audience.run_on, queue="long")
    jobs.name(
        campaign_heard.HEAR,
        lambda timestamp=0: campaign_heard.hear(now=clock.now()) and None,
        queue="long",
        cron="*/2 * * * *",
    )

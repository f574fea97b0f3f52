"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import jobs
from mutuals.channels import tell


def register_jobs() -> None:
    """Name them."""
    jobs.name(tell.READ, lambda timestamp=0: tell.read_on(), cron="* * * * *")
    jobs.name(tell.SEND, tell.send)
    jobs.name(tell.TIDY, lambda timestamp=0: tell.tidy(), cron="40 3 * * *", queue="long")

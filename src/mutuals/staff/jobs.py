"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import house, jobs


def register_jobs() -> None:
    """Name them. Amounts follow rates at once; the nightly run follows the days."""
    jobs.name(house.RENEW, lambda timestamp=0: house.renew_home() and None, queue="long", cron="25 2 * * *")

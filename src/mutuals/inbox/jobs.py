"""The jobs of this room by name."""

from __future__ import annotations

from mutuals.base import clock, jobs
from mutuals.inbox import work


def register_jobs() -> None:
    """Name them."""
    jobs.name("inbox.wake_snoozed", lambda: work.wake_snoozed(clock.now()))

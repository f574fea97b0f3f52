"""The jobs of this room."""

from __future__ import annotations

from mutuals.base import jobs
from mutuals.records import reckon


def register_jobs() -> None:
    """Make them known."""
    jobs.name(reckon.JOB, reckon.reckon_now, queue="long")

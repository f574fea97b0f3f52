"""Jobs whose worker died in the middle: they go back into the queue, or their locks would stay shut for ever."""

from __future__ import annotations

import logging

from asgiref.sync import async_to_sync
from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status

HEARTBEAT = 30.0  # seconds; workers beat every 10
_log = logging.getLogger(__name__)


def revive(*, seconds: float = HEARTBEAT) -> int:
    """Queue again what workers that gave no sign of life for `seconds` had begun; returns how many.

    A job whose `once` waits anew already is ended instead: the waiting one does its work.
    """
    jobs = list(async_to_sync(app.job_manager.get_stalled_jobs)(seconds_since_heartbeat=seconds))
    for job in jobs:
        _again(job)
    return len(jobs)


def _again(job: Job) -> None:
    try:
        with transaction.atomic():
            async_to_sync(app.job_manager.retry_job)(job)
    except exceptions.ConnectorException as error:
        _log.info("job %s is not queued again: %s", job.id, error)
        if job.id is not None:
            end = async_to_sync(app.job_manager.finish_job_by_id_async)
            end(job_id=job.id, status=Status.FAILED, delete_job=True)

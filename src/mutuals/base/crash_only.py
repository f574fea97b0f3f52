"""A worker that can no longer tell the database how its jobs stand ends at once, and is started again.

If it lived on after the database was killed, its jobs would stay begun: nobody would take them up while it gives signs
of life, and their locks would stay shut for all that wait behind them. A dead worker's jobs are queued again
(`stalled`); every job may be cut anywhere, so ending is safe. Source of the idea: G. Candea, A. Fox, "Crash-Only
Software", HotOS IX, 2003.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable
from datetime import datetime

import psycopg
from procrastinate import exceptions
from procrastinate.connector import BaseConnector
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

TRY_AGAIN = 75  # exit code EX_TEMPFAIL of sysexits.h
_log = logging.getLogger(__name__)


def end_now() -> None:
    """Leave without waiting for anything."""
    logging.shutdown()
    os._exit(TRY_AGAIN)


class CrashOnly(JobManager):
    """The worker's job manager. `end` is called when the database is away in the moment of a sign of life or of a
    job's last word.
    """

    def __init__(self, connector: BaseConnector, *, end: Callable[[], None] = end_now) -> None:
        super().__init__(connector)
        self._end = end

    async def update_heartbeat(self, worker_id: int) -> None:
        """A sign of life."""
        await self._heard(super().update_heartbeat(worker_id))

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        """The job is over."""
        await self._heard(super().finish_job_by_id_async(job_id, status, delete_job))

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """The job is to be tried again; where one with its `once` waits anew, that one does its work."""
        try:
            await self._heard(super().retry_job_by_id_async(job_id, retry_at, priority, queue, lock))
        except exceptions.UniqueViolation:
            await self.finish_job_by_id_async(job_id, Status.FAILED, delete_job=True)

    async def _heard(self, telling: Awaitable[None]) -> None:
        try:
            await telling
        except exceptions.ConnectorException as error:
            if isinstance(error.__cause__, psycopg.OperationalError):
                _log.warning("the database is away; the worker ends and starts again: %s", error.__cause__)
                self._end()
            raise

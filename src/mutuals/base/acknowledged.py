"""What became of a job is told to the database, however long that is away.

A worker that lives on while the database is killed would else keep the job as begun for ever: nobody takes it up again,
because its worker gives signs of life, and its lock stays shut for all that wait behind it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

import psycopg
from procrastinate import exceptions
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

PATIENCE = 300.0  # seconds; after that the worker is left to those who look for stalled ones
_PAUSE = 0.5
_log = logging.getLogger(__name__)


class Steadfast(JobManager):
    """The worker's job manager, whose last word on a job is repeated until it is heard."""

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        """The job is over."""
        end = super().finish_job_by_id_async
        await until_heard(lambda: end(job_id, status, delete_job))

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """The job is to be tried again; where one with its `once` waits anew, that one does its work."""
        again = super().retry_job_by_id_async
        try:
            await until_heard(lambda: again(job_id, retry_at, priority, queue, lock))
        except exceptions.UniqueViolation:
            await self.finish_job_by_id_async(job_id, Status.FAILED, delete_job=True)


async def until_heard(tell: Callable[[], Awaitable[None]], *, patience: float = PATIENCE) -> None:
    """Repeat what failed because the database was away. Said twice is said once: a job that is over stays over."""
    tries = 0
    while True:
        try:
            await tell()
        except exceptions.ConnectorException as error:
            tries += 1
            if isinstance(error.__cause__, psycopg.OperationalError) and tries * _PAUSE < patience:
                await asyncio.sleep(_PAUSE)
                continue
            if tries > 1 and isinstance(error.__cause__, psycopg.DatabaseError):
                _log.info("what was said before was heard: %s", error.__cause__)
                return
            raise
        else:
            return

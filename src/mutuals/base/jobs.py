"""Work for later, on the same database: enqueued in the transaction of the data, so neither is without the other.

Rooms defer by name; each names its functions at start-up, in its `jobs.py`. Handlers take ids, not payloads, and may run
twice.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import Error, close_old_connections, connection, transaction
from procrastinate import App, BaseRetryStrategy, RetryDecision, exceptions, signals
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from mutuals.base.crash_only import CrashOnly

AWAY = (Error, exceptions.ConnectorException)
"""What is raised while the database is away."""

TRIES = 40  # with a minute between them, about half an hour; a worker that was killed counts as a try
LONGEST = 60  # seconds
LANES = {"default": 3, "long": 2, "import": 2, "export": 1}
"""Queue -> how many of its jobs a worker does at once. What may take minutes has lanes of its own, so that four topics which
read history keep no message, no reply and no reminder waiting."""
_doing: ContextVar[JobContext | None] = ContextVar("the job that is done here", default=None)


class Ending(exceptions.JobAborted):
    """The worker is to end: what is left of this job is done by the next one, which begins where this one stopped."""


def may_go_on() -> None:
    """To be asked between two batches. Raises Ending where the worker was told to end; outside of a worker never."""
    context = _doing.get()
    if context is not None and context.should_abort():
        raise Ending


class Patient(BaseRetryStrategy):
    """A job that failed is tried again after 1, 2, 4 .. seconds, at most a minute, and given up after `TRIES` tries.

    Short enough that an import goes on soon after a crash, long enough that a database away for minutes is no storm.
    A job that stopped because its worker ends waits for the next worker, however often that happens.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None = never."""
        if isinstance(exception, Ending):
            return RetryDecision(retry_in={"seconds": 0})
        if job.attempts >= TRIES:
            return None
        return RetryDecision(retry_in={"seconds": min(LONGEST, 2 ** min(job.attempts, 10))})


_enqueuing = App(connector=DjangoConnector())
"""Enqueues by Django's own connection. The worker's app has a pool of its own, outside of the caller's transaction: a
job would start before the data that it is about is committed, and stay when it is rolled back."""
_queues: dict[str, str] = {}


def name(label: str, act: Callable[..., Any], *, queue: str = "default", cron: str = "", retry: bool = True) -> None:
    """Let `act` be deferred as `label`. `cron` (five fields, UTC) also runs it by the clock with `timestamp`. `queue` is one
    of LANES: "long" for what may take more than some seconds, "import" and "export" for files.
    """

    if queue not in LANES:
        raise ValueError(f"No worker looks into the queue {queue!r}. There are: {', '.join(LANES)}.")

    def run(context: JobContext, **ids: Any) -> Any:
        close_old_connections()  # a thread's connection may have died since its last job
        told = _doing.set(context)
        try:
            return act(**ids)
        finally:
            _doing.reset(told)
            close_old_connections()

    _queues[label] = queue
    handler: Any = wraps(act)(run)
    task: Any = app.task(name=label, queue=queue, retry=Patient() if retry else False, pass_context=True)(handler)
    if cron:
        app.periodic(cron=cron)(task)


def later(
    label: str, *, lock: str = "", once: str = "", at: datetime | None = None, urgent: bool = False, **ids: Any
) -> None:
    """Enqueue a job. `lock`: one at a time; `once`: not again while one with this name waits; `at`: not before."""
    if once and _waits(once):  # the usual case while much arrives: one cheap look instead of a savepoint that fails
        return
    options: dict[str, Any] = {"priority": 10 if urgent else 0, "queue": _queues.get(label, "default")}
    if lock:
        options["lock"] = lock
    if once:
        options["queueing_lock"] = once
    if at:
        options["schedule_at"] = at
    try:
        with transaction.atomic():  # a savepoint: a doubled `once` must not spoil the caller's transaction
            _enqueuing.configure_task(label, **options).defer(**ids)
    except exceptions.AlreadyEnqueued:
        return


def _waits(once: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'", [once])
        return cursor.fetchone() is not None


def loaded() -> None:
    """What stands now stays, so collections of garbage pass it by; a batch makes more objects than 700 many times over."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def work(*, once: bool = False) -> None:
    """Do the jobs that wait, as many of each queue at once as LANES says, until SIGTERM; with `once`, until nothing
    waits. What is done well leaves no row.

    At SIGTERM jobs are told at once (`may_go_on`); the others are waited for. With `once` all that began is waited for:
    that nothing waits any more is no reason to stop what is being done.
    """
    loaded()
    connector = app.connector
    worker = connector.get_worker_connector() if isinstance(connector, DjangoConnector) else connector
    with app.replace_connector(worker) as working:
        usual, working.job_manager = working.job_manager, CrashOnly(worker)
        asyncio.run(_caught_up(working) if once else _in_lanes(working))
        working.job_manager = usual


async def _caught_up(working: App) -> None:
    async with working.open_async():
        await _lane(working, wait=False, concurrency=sum(LANES.values()), install_signal_handlers=True, grace=None)


async def _in_lanes(working: App) -> None:
    """One worker for each queue, in one process. Where one ends, told or not, the others end too."""
    async with working.open_async():
        lanes = [
            asyncio.create_task(
                _lane(working, name=queue, queues=[queue], concurrency=many, install_signal_handlers=False), name=queue
            )
            for queue, many in LANES.items()
        ]

        asked = set[asyncio.Task[None]]()

        def end() -> None:
            for lane in lanes:
                if lane not in asked:  # asked twice it would leave at once, and its jobs would never hear of it
                    asked.add(lane)
                    lane.cancel()

        with signals.on_stop(end):
            await asyncio.wait(lanes, return_when=asyncio.FIRST_COMPLETED)
            end()
            told = await asyncio.gather(*lanes, return_exceptions=True)
    for one in told:
        if isinstance(one, BaseException) and not isinstance(one, asyncio.CancelledError):
            raise one


async def _lane(working: App, *, grace: float | None = 0.0, **options: Any) -> None:
    """`grace`: seconds after which jobs are told of the end; None = never."""
    await working.run_worker_async(
        delete_jobs="successful", update_heartbeat_interval=5.0, stalled_worker_timeout=15.0,
        fetch_job_polling_interval=5.0, shutdown_graceful_timeout=grace, **options,  # type: ignore[arg-type]
    )  # fmt: skip

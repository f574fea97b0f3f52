"""A worker that cannot tell the database how its jobs stand ends."""

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest
from procrastinate import exceptions
from procrastinate.jobs import Status
from procrastinate.testing import InMemoryConnector

from mutuals.base.crash_only import CrashOnly

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class Broken(InMemoryConnector):
    """A connector whose statements fail with these errors in turn, then pass."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors, self.said = list(errors), []

    async def execute_query_async(self, query: str, **told: object) -> None:
        self.said.append(told)
        if self.errors:
            raise self.errors.pop(0)


def away(cause: Exception) -> exceptions.ConnectorException:
    error = exceptions.ConnectorException()
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "telling",
    [
        lambda manager: manager.update_heartbeat(1),
        lambda manager: manager.finish_job_by_id_async(1, Status.SUCCEEDED, True),
        lambda manager: manager.retry_job_by_id_async(1, NOW),
    ],
)
def test_the_worker_ends_when_the_database_is_away(telling):
    ended = []
    manager = CrashOnly(Broken(away(psycopg.OperationalError("gone"))), end=lambda: ended.append(1))

    with pytest.raises(exceptions.ConnectorException):
        asyncio.run(telling(manager))

    assert ended == [1]


def test_it_lives_on_when_the_database_only_refuses():
    ended = []
    manager = CrashOnly(Broken(away(psycopg.errors.RaiseException("no such job"))), end=lambda: ended.append(1))

    with pytest.raises(exceptions.ConnectorException):
        asyncio.run(manager.finish_job_by_id_async(1, Status.SUCCEEDED, True))

    assert ended == []


def test_a_job_whose_double_waits_already_is_over():
    connector = Broken(exceptions.UniqueViolation(constraint_name="once", queueing_lock="draw:1"))

    asyncio.run(CrashOnly(connector).retry_job_by_id_async(7, NOW))

    assert connector.said[-1] == {"job_id": 7, "status": "failed", "delete_job": True}

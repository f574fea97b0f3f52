"""The last word on a job is repeated while the database is away, and not for ever."""

import asyncio

import psycopg
import pytest
from procrastinate import exceptions

from mutuals.base.acknowledged import until_heard


def failing(*causes: Exception | None):
    """Fails once for each cause, then succeeds; and how often it was tried."""
    left, tried = list(causes), []

    async def tell() -> None:
        tried.append(1)
        if left:
            raise exceptions.ConnectorException from left.pop(0)

    return tell, tried


def test_it_is_said_again_until_the_database_is_back():
    tell, tried = failing(psycopg.OperationalError("away"))

    asyncio.run(until_heard(tell))

    assert len(tried) == 2


def test_a_word_whose_answer_was_lost_counts_as_heard():
    tell, tried = failing(psycopg.OperationalError("away"), psycopg.errors.RaiseException("the job is over"))

    asyncio.run(until_heard(tell))

    assert len(tried) == 2


@pytest.mark.parametrize("cause", [psycopg.errors.RaiseException("no such job"), psycopg.OperationalError("away")])
def test_what_does_not_pass_is_told_at_once_or_when_patience_ends(cause):
    tell, tried = failing(cause, cause)

    with pytest.raises(exceptions.ConnectorException):
        asyncio.run(until_heard(tell, patience=0))

    assert len(tried) == 1

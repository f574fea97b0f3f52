import os
import signal
import time

import pytest
from django.db import connection, transaction
from procrastinate.jobs import Job

from mutuals.base import jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_jobs(transactional_db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def known() -> list[str]:
    """The jobs of this file; what another test of the process left over is not counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE task_name LIKE 'test.%' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_a_job_in_a_worker_enqueues_in_its_own_transaction():
    def act() -> None:
        jobs.later("test.kept")
        with transaction.atomic():
            jobs.later("test.rolled_back")
            transaction.set_rollback(True)

    jobs.name("test.act", act)
    jobs.later("test.act")

    jobs.work(once=True)

    assert known() == ["test.kept"]


def test_a_job_goes_into_the_queue_that_it_was_named_for():
    jobs.name("test.slow", lambda: None, queue="long")

    jobs.later("test.slow")

    with connection.cursor() as cursor:
        cursor.execute("SELECT queue_name FROM procrastinate_jobs WHERE task_name LIKE 'test.%'")
        assert cursor.fetchall() == [("long",)]


def test_a_job_that_fails_is_tried_again_within_a_minute_and_given_up_at_last():
    def failed(times: int) -> Job:
        return Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="test.act", attempts=times)

    told = [jobs.Patient().get_retry_decision(exception=OSError(), job=failed(times)) for times in range(60)]

    waits = [(one.retry_at - told[0].retry_at).total_seconds() for one in told if one is not None]
    assert waits == sorted(waits)
    assert waits[-1] < 60.5
    assert told[-1] is None


def test_a_job_whose_worker_is_told_to_end_stops_between_two_batches_and_the_next_worker_goes_on():
    done: list[int] = []

    def act() -> None:
        while len(done) < 4:
            done.append(len(done))
            if len(done) == 2:
                os.kill(os.getpid(), signal.SIGTERM)
                for _ in range(1000):  # until the worker has heard of it
                    jobs.may_go_on()
                    time.sleep(0.01)

    jobs.name("test.batches", act)
    jobs.later("test.batches", once="test.batches", lock="test.batches")

    jobs.work()
    left, before = known(), list(done)
    jobs.work(once=True)

    assert (left, before) == (["test.batches"], [0, 1])
    assert (known(), done) == ([], [0, 1, 2, 3])


def test_a_job_that_stopped_for_its_worker_is_never_given_up():
    often = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="test.act", attempts=10 * jobs.TRIES)

    assert jobs.Patient().get_retry_decision(exception=jobs.Ending(), job=often) is not None


def test_who_is_in_no_worker_may_always_go_on():
    assert jobs.may_go_on() is None


def test_what_takes_long_keeps_nothing_else_waiting():
    begun: list[int] = []
    done: list[str] = []

    def takes_long(number: int) -> None:
        begun.append(number)
        while True:
            jobs.may_go_on()
            time.sleep(0.01)

    def is_short() -> None:
        while len(begun) < jobs.LANES["long"]:
            time.sleep(0.01)
        done.append("short")
        os.kill(os.getpid(), signal.SIGTERM)

    jobs.name("test.takes_long", takes_long, queue="long")
    jobs.name("test.short", is_short)
    for number in range(8):
        jobs.later("test.takes_long", number=number)
    jobs.later("test.short")

    jobs.work()

    assert done == ["short"]
    assert len(begun) == jobs.LANES["long"]
    assert known() == ["test.takes_long"] * 8


def test_who_works_until_nothing_waits_ends_nothing_that_has_begun():
    done: list[str] = []

    def goes_on() -> None:
        for _ in range(50):  # long after the worker has seen that nothing waits any more
            time.sleep(0.01)
            jobs.may_go_on()
        done.append("to its end")

    jobs.name("test.goes_on", goes_on, queue="long")
    jobs.later("test.goes_on")

    jobs.work(once=True)

    assert done == ["to its end"]
    assert known() == []


def test_a_queue_that_no_worker_looks_into_is_refused():
    with pytest.raises(ValueError, match="default, long, import"):
        jobs.name("test.lost", lambda: None, queue="slow")

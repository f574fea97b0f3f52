import pytest
from django.db import connection

from mutuals.base import jobs, stalled

pytestmark = pytest.mark.django_db


def begun(label: str, **options) -> None:
    """A job that a worker took and did not finish before it died."""
    jobs.later(label, **options)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL WHERE status = 'todo'")


def states() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_a_job_of_a_dead_worker_is_queued_again():
    begun("nothing.much", lock="one")

    revived = stalled.revive()

    assert revived == 1
    assert states() == ["todo"]
    assert stalled.revive() == 0


def test_a_job_that_waits_anew_already_is_not_doubled():
    begun("nothing.much", once="same")
    jobs.later("nothing.much", once="same")

    stalled.revive()

    assert states() == ["todo"]


def test_a_doubled_once_leaves_the_callers_transaction_usable():
    jobs.later("nothing.much", once="same")

    jobs.later("nothing.much", once="same")

    assert states() == ["todo"]

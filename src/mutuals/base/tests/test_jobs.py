import pytest
from django.db import connection, transaction

from mutuals.base import jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_jobs(transactional_db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def known() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")
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
    jobs.name("test.slow", lambda: None, queue="slow")

    jobs.later("test.slow")

    with connection.cursor() as cursor:
        cursor.execute("SELECT queue_name FROM procrastinate_jobs")
        assert cursor.fetchall() == [("slow",)]

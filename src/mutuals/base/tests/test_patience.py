"""Questions that take too long are given up in words."""

import pytest
from django.db import connection, transaction

from mutuals.base.patience import TooSlow, within

pytestmark = pytest.mark.django_db


def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_a_question_that_takes_too_long_is_given_up_in_words():

    with pytest.raises(TooSlow) as told, within(0.05, "Ask for less."):
        asked("SELECT pg_sleep(60)")

    assert str(told.value) == "Ask for less."
    assert asked("SELECT 1") == 1


def test_several_statements_share_one_time():

    with pytest.raises(TooSlow), within(0.3, "Ask for less."):
        for _ in range(600):
            asked("SELECT pg_sleep(0.1)")

    assert asked("SELECT 1") == 1


def test_no_time_at_all_asks_nothing():

    with pytest.raises(TooSlow), within(0, "Ask for less."):
        asked("SELECT 1")


def test_the_limit_ends_with_the_question():
    with transaction.atomic():
        before = asked("SELECT current_setting('statement_timeout')")

        with within(5, "Ask for less."):
            inside = asked("SELECT current_setting('statement_timeout')")

        assert inside != before
        assert asked("SELECT current_setting('statement_timeout')") == before

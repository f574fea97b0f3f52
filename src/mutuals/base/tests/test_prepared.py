"""Statements that come again: prepared once, several sent at once, with the same answers and errors as any other."""

from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread

import psycopg
import pytest
from django.db import DataError, IntegrityError, connection, transaction

from mutuals.base import bulk, prepared

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ALL = "SELECT %s::int, %s::text, %s::bigint[], %s::timestamptz, %s::float8, '5 %%', %s::text IS NULL"


def test_it_answers_as_any_other_statement_does_and_is_prepared_once():
    values = [7, "bea", [1, 2], AT, 0.25, None]
    usual = bulk.execute(ALL, values)

    with bulk.again():
        told = [bulk.execute(ALL, values) for _ in range(3)]

    assert told == [usual] * 3
    assert told[0] == [(7, "bea", [1, 2], AT, 0.25, "5 %", True)]
    names = bulk.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["SELECT $1::int, $2%"])
    assert names == [(1,)]


def test_what_returns_no_rows_returns_none():
    with bulk.again():
        assert bulk.execute("CREATE TEMP TABLE few (number int PRIMARY KEY)", []) == []
        assert bulk.execute("INSERT INTO few SELECT generate_series(1, 3)", []) == []
        assert bulk.execute("SELECT number FROM few WHERE number > %s", [5]) == []
        assert bulk.execute("DELETE FROM few WHERE number > %s RETURNING number", [2]) == [(3,)]


def test_errors_are_those_of_django_and_a_savepoint_takes_them_back():
    with bulk.again():
        bulk.execute("CREATE TEMP TABLE once (number int PRIMARY KEY)", [])
        bulk.execute("INSERT INTO once VALUES (%s)", [1])
        with pytest.raises(IntegrityError) as told, transaction.atomic():
            bulk.execute("INSERT INTO once VALUES (%s)", [1])
        still = bulk.execute("SELECT count(*) FROM once", [])

    assert isinstance(told.value.__cause__, psycopg.errors.UniqueViolation)
    assert still == [(1,)]


def test_several_share_one_way_and_each_sees_what_those_before_it_did():
    with bulk.again():
        told = bulk.together(
            [
                ("CREATE TEMP TABLE pair (number int)", []),
                ("INSERT INTO pair VALUES (%s), (%s) RETURNING number", [1, 2]),
                ("SELECT sum(number) FROM pair WHERE number < %s", [5]),
                ("SELECT repeat('x', %s)", [300_000]),
            ]
        )

    assert told[:3] == [[], [(1,), (2,)], [(3,)]]
    assert len(told[3][0][0]) == 300_000
    assert bulk.together([("SELECT 1", []), ("SELECT 2", [])]) == [[(1,)], [(2,)]]


def test_of_several_the_first_that_fails_is_told_and_the_rest_is_not_run():
    bulk.execute("CREATE TEMP SEQUENCE seen", [])

    with bulk.again():
        with pytest.raises(DataError) as told, transaction.atomic():
            bulk.together([("SELECT 1", []), ("SELECT 1 / %s", [0]), ("SELECT nextval('seen') / %s", [0])])
        again = bulk.together([("SELECT 1 / %s", [1]), ("SELECT nextval('seen')", [])])

    assert isinstance(told.value.__cause__, psycopg.errors.DivisionByZero)
    assert again == [[(1,)], [(1,)]]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_begins_with_its_first_statements_and_goes_back_as_one():
    with bulk.again():
        with suppress(DataError), transaction.atomic():
            bulk.together([("CREATE TABLE never (number int)", []), ("SELECT 1 / %s", [0])])
        with transaction.atomic():
            is_there = bulk.together([("SELECT to_regclass(%s)::text", ["never"]), ("SELECT txid_current()", [])])
            same = bulk.execute("SELECT txid_current()", [])

    assert is_there == [[(None,)], same]


def test_beyond_so_many_statements_the_usual_way_is_taken():
    with bulk.again():
        told = [bulk.execute(f"SELECT {number}", []) for number in range(prepared.MOST + 5)]

    assert told == [[(number,)] for number in range(prepared.MOST + 5)]


def test_outside_of_such_a_block_and_while_statements_are_counted_nothing_is_different(django_assert_num_queries):
    assert not prepared.fits(connection.connection)

    with bulk.again(), django_assert_num_queries(1):
        assert bulk.execute("SELECT %s::int", [3]) == [(3,)]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_lock_lets_the_thread_that_holds_it_go_on():
    told = []

    def wait():
        try:
            with bulk.again(), transaction.atomic():
                bulk.execute("SELECT set_config('statement_timeout', '20s', true)", [])
                told.extend(bulk.together([("SELECT pg_advisory_xact_lock(%s)", [4711]), ("SELECT %s::int", [7])]))
        finally:
            connection.close()

    with transaction.atomic():
        bulk.execute("SELECT pg_advisory_xact_lock(%s)", [4711])
        thread = Thread(target=wait)
        thread.start()
        while not bulk.execute(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [4711]
        ):
            pass
    thread.join()

    assert told[1:] == [[(7,)]]

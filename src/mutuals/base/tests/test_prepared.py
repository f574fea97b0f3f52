"""Statements that come again: prepared once, run without a cursor, with the same answers and errors as any other."""

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

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


def test_beyond_so_many_statements_the_usual_way_is_taken():
    with bulk.again():
        told = [bulk.execute(f"SELECT {number}", []) for number in range(prepared.MOST + 5)]

    assert told == [[(number,)] for number in range(prepared.MOST + 5)]


def test_outside_of_such_a_block_and_while_statements_are_counted_nothing_is_different(django_assert_num_queries):
    assert not prepared.fits(connection.connection)

    with bulk.again(), django_assert_num_queries(1):
        assert bulk.execute("SELECT %s::int", [3]) == [(3,)]

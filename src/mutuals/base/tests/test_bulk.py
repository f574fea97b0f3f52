"""Many rows in one statement come out as they went in, whatever travels once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mutuals.base import bulk

pytestmark = pytest.mark.django_db
_TYPES = {"id": "bigint", "word": "text", "at": "timestamptz", "is_so": "boolean", "body": "bytea", "told": "jsonb"}
_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _back(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    told = bulk.run("SELECT g.*, m.n FROM {g}, (SELECT %s::int) AS m(n) ORDER BY id", _TYPES, rows, 7)
    assert all(row[-1] == 7 for row in told)
    return [(*row[:4], bytes(row[4]), row[5]) for row in told]


def test_rows_whose_values_differ_come_out_as_they_went_in() -> None:
    rows = [
        (1, "a", _AT, True, b"\x00\xff", '{"a": 1}'),
        (2, "b'\\\"", None, False, b"", "[]"),
        (3, "", _AT, None, b"ab", "null"),
    ]

    told = _back(rows)

    assert told == rows


def test_what_is_the_same_in_every_row_stands_in_every_row() -> None:
    rows = [(number, "same", _AT, None, b"same", '{"b": 2}') for number in range(3)]

    told = _back(rows)

    assert told == rows


def test_one_row_and_rows_that_are_all_the_same_are_as_many_as_they_were() -> None:
    row = (1, "a", _AT, True, b"x", "{}")

    told = [len(_back([row])), len(_back([row] * 3)), len(bulk.run("SELECT 1 FROM {g}", _TYPES, []))]

    assert told == [1, 3, 0]

"""How a statement is carried out, for tests: what the planner knows of a table, and which rows were touched in vain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, models


def forgotten(*tables: type[models.Model]) -> None:
    """Let PostgreSQL believe that these tables have many pages and no row.

    So it stands after many transactions that were taken back: their rows still fill the pages when the table is analysed.
    To be called while they are empty but for such rows.
    """
    names = ", ".join(table._meta.db_table for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND (reltuples <> 0 OR relpages = 0)",
            [[table._meta.db_table for table in tables]],
        )
        assert cursor.fetchall() == []


def steps(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """The steps of the plan with what each touched. The statement is carried out."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", values)
        (told,) = cursor.fetchone()
    return list(_parts(told[0]["Plan"]))


def in_vain(found: Sequence[dict[str, Any]]) -> int:
    """How many rows were read, or put beside another one, and then not used."""
    names = ("Rows Removed by Filter", "Rows Removed by Join Filter")
    return round(sum(one.get(name, 0) * one["Actual Loops"] for one in found for name in names))


def _parts(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for one in step.get("Plans", ()):
        yield from _parts(one)

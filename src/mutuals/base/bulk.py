"""Writing many rows in one statement, for every path that messages take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, models


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    conflict: str = "",
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """INSERT .. SELECT FROM json_to_recordset(..): one parameter for any number of rows and columns.

    Measured beside one array a column (unnest), which psycopg quotes item by item, this costs the client a fifth.
    `columns` are column names of `model`, `rows` one tuple each in that order; `conflict` is the text after ON CONFLICT
    ("DO NOTHING" with its target, or DO UPDATE); `returning` a list of columns. Rows that a conflict skips return nothing.
    JSON columns take their JSON text, arrays a list, bytes stay bytes. NUL in a text is refused by PostgreSQL (DataError).
    """
    if not rows:
        return []
    types = {field.column: _type(field) for field in model._meta.concrete_fields}
    names = ", ".join(f'"{column}"' for column in columns)
    taken = ", ".join(f'"{column}"::jsonb' if types[column] == "jsonb" else f'"{column}"' for column in columns)
    record = ", ".join(f'"{column}" {"text" if types[column] == "jsonb" else types[column]}' for column in columns)
    table = model._meta.db_table
    sql = f'INSERT INTO "{table}" ({names}) SELECT {taken} FROM json_to_recordset(%s::json) AS given({record})'  # noqa: S608
    sql += f" ON CONFLICT {conflict}" if conflict else ""
    sql += f" RETURNING {returning}" if returning else ""
    given = json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=_plain, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(sql, [given])
        return cursor.fetchall() if returning else []


def _plain(value: Any) -> Any:
    """What JSON does not know, in the words that PostgreSQL reads."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    return str(value)


def _type(field: models.Field[Any, Any]) -> str:
    column = field.target_field if isinstance(field, models.ForeignKey) else field
    kind = column.db_type(connection) or ""
    return {"bigserial": "bigint", "serial": "integer"}.get(kind, kind).split(" GENERATED")[0]

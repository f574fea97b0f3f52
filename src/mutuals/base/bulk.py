"""Writing many rows in one statement, for every path that messages take."""

from __future__ import annotations

from collections.abc import Sequence
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
    """INSERT .. SELECT FROM unnest(..): one parameter array a column, so the statement stays short and is prepared once.

    `columns` are column names of `model`, `rows` one tuple each in that order; `conflict` is the text after ON CONFLICT
    ("DO NOTHING" with its target, or DO UPDATE); `returning` a list of columns. Rows that a conflict skips return nothing.
    JSON columns take texts. Arrays of arrays cannot be unnested: such a column takes a JSON text too and is refused here.
    """
    if not rows:
        return []
    types = {field.column: _type(field) for field in model._meta.concrete_fields}
    names = ", ".join(f'"{column}"' for column in columns)
    arrays = ", ".join(f"%s::{types[column]}[]" for column in columns)
    sql = f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {names} FROM unnest({arrays}) AS given({names})'  # noqa: S608
    sql += f" ON CONFLICT {conflict}" if conflict else ""
    sql += f" RETURNING {returning}" if returning else ""
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(values) for values in zip(*rows, strict=True)])
        return cursor.fetchall() if returning else []


def _type(field: models.Field[Any, Any]) -> str:
    kind = field.db_type(connection) or ""
    if "[]" in kind:
        return "text"
    relation = field.remote_field and field.target_field.db_type(connection)
    kind = relation or kind
    return {"bigserial": "bigint", "serial": "integer"}.get(kind, kind).split(" GENERATED")[0]

"""Writing many rows in one statement, for every path that messages take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection, models
from pydantic_core import to_json


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
    if binary := [place for place, column in enumerate(columns) if types[column] == "bytea"]:
        rows = [_hex(row, binary) for row in rows]
    return execute(sql, [_as_json(columns, rows)])


def _hex(row: Sequence[Any], places: Sequence[int]) -> list[Any]:
    told = list(row)
    for place in places:
        told[place] = "\\x" + bytes(told[place]).hex()
    return told


def run(sql: str, types: Mapping[str, str], rows: Sequence[Sequence[Any]], *values: Any) -> list[tuple[Any, ...]]:
    """Any statement over many rows: `{g}` in it stands for them as table `g`, whose columns and SQL types `types` names.

    `values` are for placeholders (%s) that stand behind `{g}`. Returns what it returns, [] where it returns nothing.
    """
    if not rows:
        return []
    record = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    return execute(
        sql.replace("{g}", f"json_to_recordset(%s::json) AS g({record})"), [_as_json(list(types), rows), *values]
    )


def array(values: Iterable[str]) -> str:
    """Many texts as one parameter for `= ANY(%s::varchar[])`; psycopg would quote a list item by item, three times slower."""
    return "{" + ",".join([f'"{_escaped(value)}"' for value in values]) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"') if '"' in value or "\\" in value else value


def _as_json(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    told = [dict(zip(columns, row, strict=True)) for row in rows]
    return to_json(told, fallback=_plain, inf_nan_mode="constants").decode()


def execute(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Bound by the server, not pasted into the statement as Django does: a large text is then neither quoted nor parsed."""
    connection.ensure_connection()
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(psycopg.Cursor(connection.connection)) as cursor:  # type: ignore[arg-type]
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def _plain(value: Any) -> str:
    """What JSON does not know, in the words that PostgreSQL reads."""
    return str(value)


def _type(field: models.Field[Any, Any]) -> str:
    column = field.target_field if isinstance(field, models.ForeignKey) else field
    kind = column.db_type(connection) or ""
    return {"bigserial": "bigint", "serial": "integer"}.get(kind, kind).split(" GENERATED")[0]

"""Writing many rows in one statement, for every path that messages take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

import psycopg
from django.db import connection, models
from django.db.models.expressions import RawSQL
from pydantic_core import to_json

from mutuals.base import prepared
from mutuals.base.prepared import Statement


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    conflict: str = "",
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """Run `inserting`; returns nothing where there are no rows."""
    if not rows:
        return []
    return execute(*inserting(model, columns, rows, conflict=conflict, returning=returning))


def inserting(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    conflict: str = "",
    returning: str = "",
) -> Statement:
    """INSERT .. SELECT FROM json_to_recordset(..): a few parameters for any number of rows and columns, one at least.

    Measured beside one array a column (unnest), which psycopg quotes item by item, this costs the client a fifth.
    `columns` are column names of `model`, `rows` one tuple each in that order; `conflict` is the text after ON CONFLICT
    ("DO NOTHING" with its target, or DO UPDATE); `returning` a list of columns. Rows that a conflict skips return nothing.
    JSON columns take their JSON text, arrays a list, bytes stay bytes. NUL in a text is refused by PostgreSQL (DataError).
    """
    kinds = _kinds(model)
    table = _Table.of({column: kinds[column] for column in columns}, rows)
    names = ", ".join(f'"{column}"' for column in columns)
    sql = f'INSERT INTO "{model._meta.db_table}" ({names}) {table.sql}'
    sql += f" ON CONFLICT {conflict}" if conflict else ""
    sql += f" RETURNING {returning}" if returning else ""
    return sql, table.values


def run(sql: str, types: Mapping[str, str], rows: Sequence[Sequence[Any]], *values: Any) -> list[tuple[Any, ...]]:
    """Any statement over many rows: `{g}` in it stands for them as table `g`, whose columns and SQL types `types` names.

    `values` are for placeholders (%s) that stand behind `{g}`. Returns what it returns, [] where it returns nothing.
    """
    if not rows:
        return []
    table = _Table.of(types, rows)
    return execute(sql.replace("{g}", f"({table.sql}) AS g"), [*table.values, *values])


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows as a SELECT with its parameters.

    What is the same in every row travels once, beside the rows; bytes travel as they are, one after the other.
    """

    sql: str
    values: list[Any]

    @classmethod
    def of(cls, types: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> _Table:
        taken: list[str] = []
        same: dict[str, Any] = {}
        given: dict[str, Sequence[Any]] = {}
        kinds: dict[str, str] = {}
        blobs: list[bytes] = []
        for place, ((column, kind), told) in enumerate(zip(types.items(), zip(*rows, strict=True), strict=True)):
            name = f"c{place}"
            if kind == "bytea":
                blobs.append(b"".join(told))
                given[f"{name}s"], given[f"{name}n"] = _places(told)
                kinds |= {f"{name}s": "int", f"{name}n": "int"}
                taken.append(f'substring(%b::bytea FROM g.{name}s FOR g.{name}n) AS "{column}"')
                continue
            is_same = place > 0 and told[0] == told[-1] and told.count(told[0]) == len(told)
            if is_same:
                same[name] = told[0]
            else:
                given[name] = told
            kinds[name] = "text" if kind == "jsonb" else kind
            cast = "::jsonb" if kind == "jsonb" else ""
            taken.append(f'{"s" if is_same else "g"}.{name}{cast} AS "{column}"')
        values = [*blobs, _json([dict(zip(given, row, strict=True)) for row in zip(*given.values(), strict=True)])]
        sql = f"SELECT {', '.join(taken)} FROM json_to_recordset(%s::json) AS g({_record(given, kinds)})"  # noqa: S608
        if same:
            sql += f" CROSS JOIN json_to_record(%s::json) AS s({_record(same, kinds)})"
            values.append(_json(same))
        return cls(sql, values)


def _places(told: Sequence[bytes]) -> tuple[list[int], list[int]]:
    """Where each begins in all of them together, from 1, and how long it is."""
    lengths = [len(one) for one in told]
    return [end - length + 1 for end, length in zip(accumulate(lengths), lengths, strict=True)], lengths


def _record(names: Iterable[str], kinds: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kinds[name]}" for name in names)


def _json(told: Any) -> str:
    return to_json(told, fallback=_plain, inf_nan_mode="constants").decode()


def array(values: Iterable[str]) -> str:
    """Many texts as one parameter for `= ANY(%s::varchar[])`; psycopg would quote a list item by item, three times slower."""
    return "{" + ",".join([f'"{_escaped(value)}"' for value in values]) + "}"


def numbers(values: Iterable[int | None]) -> str:
    """The same for whole numbers, for `%s::bigint[]`."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def among(values: Iterable[int | None]) -> RawSQL:
    """Whole numbers for `.filter(pk__in=among(ids))`: one parameter, where a list costs Django and psycopg a look at each."""
    return RawSQL("SELECT unnest(%s::bigint[])", [numbers(values)])


def among_texts(values: Iterable[str]) -> RawSQL:
    """The same for texts."""
    return RawSQL("SELECT unnest(%s::varchar[])", [array(values)])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"') if '"' in value or "\\" in value else value


def execute(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Bound by the server, not pasted into the statement as Django does: a large text is then neither quoted nor parsed."""
    if not isinstance(values, Mapping):
        return together([(sql, values)])[0]
    connection.ensure_connection()
    return _execute(sql, values)


def together(statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    """The rows of each; each sees what those before it did. Within `again` they share one way to the server and back."""
    if not statements:
        return []
    connection.ensure_connection()
    is_watched = connection.queries_logged or connection.execute_wrappers
    if not is_watched and prepared.fits(connection.connection):
        with connection.wrap_database_errors:
            if (found := prepared.run(connection.connection, statements)) is not None:
                return found
    return [_execute(sql, values) for sql, values in statements]


def _execute(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(psycopg.Cursor(connection.connection)) as cursor:  # type: ignore[arg-type]
        cursor.execute(sql, values)
        told = cursor.pgresult  # what `description` would say costs more than many a statement
        return cursor.fetchall() if told is not None and told.nfields else []


@contextmanager
def again() -> Iterator[None]:
    """The same few statements again and again: PostgreSQL plans each of them once for a connection."""
    connection.ensure_connection()
    held = connection.connection
    held.prepare_threshold = prepared.AT_ONCE
    try:
        yield
    finally:
        held.prepare_threshold = None


def _plain(value: Any) -> str:
    """What JSON does not know, in the words that PostgreSQL reads."""
    return str(value)


@cache
def _kinds(model: type[models.Model]) -> Mapping[str, str]:
    return {field.column: _type(field) for field in model._meta.concrete_fields if field.column}


def _type(field: models.Field[Any, Any]) -> str:
    column = field.target_field if isinstance(field, models.ForeignKey) else field
    kind = column.db_type(connection) or ""
    return {"bigserial": "bigint", "serial": "integer"}.get(kind, kind).split(" GENERATED")[0]

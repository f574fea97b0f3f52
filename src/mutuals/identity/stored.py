"""What is known of everybody, laid out of PostgreSQL for the batch engine: the same columns that the scorer reads.

Only for processes of their own (`beside`): DuckDB's memory never stays in a worker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyarrow as pa
from django.db import connection
from psycopg import sql

from mutuals.base import bulk
from mutuals.identity import known
from mutuals.identity.keys import hashed
from mutuals.identity.model.batch import Duck
from mutuals.identity.model.card import Column, Value
from mutuals.identity.weights import Ready

_TYPES = {"text": "VARCHAR", "texts": "VARCHAR[]", "number": "DOUBLE"}
_KNOWN = sql.SQL("""
COPY (
    SELECT k.id, k.person_id, k.profile_id, k.row, array_to_json(k.keys)::text FROM identity_known k
    LEFT JOIN people_person p ON p.id = k.person_id LEFT JOIN people_profile f ON f.id = k.profile_id
    WHERE k.reading = {reading} AND (p.canonical_id = p.id OR (f.person_id IS NULL AND f.organisation_id IS NULL))
) TO STDOUT (FORMAT csv)
""")
_READ = """
CREATE OR REPLACE VIEW known AS SELECT * FROM read_csv({path}, auto_detect = false, header = false, delim = ',', quote = '"',
    escape = '"', max_line_size = 16777216, columns = {{
        'id': 'BIGINT', 'person': 'BIGINT', 'profile': 'BIGINT', 'row': 'VARCHAR', 'keys': 'VARCHAR'
    }})
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the rows lie (Parquet: `unique_id`, the columns of the model, `tf_*`), how many, and among how many persons.

    The engine also holds `holders` (id, person, profile, and whether the row could be read) and `keys` (id, key, place).
    `rarest` is, by column, the share of what nobody else has.
    """

    rows: Path
    many: int
    pool: int
    rarest: dict[str, float]


def lay_out(on: Duck, folder: Path, ready: Ready) -> Stored:
    """Everybody whose row is of the reading in use: one pass over the database, in blocks, through a file in `folder`."""
    told = folder / "known.csv"
    with told.open("wb") as out:
        _copy(out.write, ready.reading)
    columns = [column for column in ready.model.columns if not column.name.startswith("tf_")]
    on.ask(_READ.format(path=_text(str(told))))
    on.keep("holders", "SELECT id, person, profile, json_valid(row) AS is_read FROM known")
    on.keep(
        "keys",
        "SELECT id, unnest(held) AS key, generate_subscripts(held, 1) - 1 AS place"
        " FROM (SELECT id, CAST(keys AS BIGINT[]) AS held FROM known)",
    )
    plain = folder / "plain.parquet"
    shape = ", ".join(f'"{column.name}": "{_TYPES[column.kind]}"' for column in columns)
    held = f"SELECT id AS unique_id, from_json(row, '{{{shape}}}') AS held FROM known WHERE json_valid(row)"  # noqa: S608
    on.ask(f"COPY (SELECT unique_id, unnest(held) FROM ({held})) TO {_text(str(plain))}")  # noqa: S608 - names of ours
    told.unlink()
    rows = folder / "rows.parquet"
    rarest = {name: _frequencies(on, plain, name, ready) for name in ready.frequent}
    on.ask(f"COPY ({_with_frequencies(plain, columns, ready)}) TO {_text(str(rows))}")
    plain.unlink()
    many, pool = on.ask("SELECT count(*), count(person) FROM holders")[0]
    return Stored(rows, int(many), max(1, int(pool)), rarest)


def _copy(write: Callable[[bytes], object], reading: str) -> None:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor, cursor.copy(_KNOWN.format(reading=reading)) as blocks:
        for block in blocks:
            write(bytes(block))


def _frequencies(on: Duck, plain: Path, name: str, ready: Ready) -> float:
    """Keep as `of_<column>` each value with how many hold it and its share, as `known` has it; returns the smallest share."""
    among = "h.person IS NOT NULL" if name in known.OF_PERSONS else "true"
    on.keep(
        f"of_{name}",
        f"SELECT r.{name} AS value, count(*) FILTER (WHERE {among}) AS many FROM read_parquet({_text(str(plain))}) AS r"  # noqa: S608
        f" JOIN holders AS h ON h.id = r.unique_id WHERE r.{name} IS NOT NULL GROUP BY r.{name}",
    )
    total = bulk.execute("SELECT coalesce(sum(count), 0) FROM identity_frequency WHERE hash = %s", [hashed(name)])[0][0]
    counts = [int(many) for (many,) in on.ask(f"SELECT DISTINCT many FROM of_{name} ORDER BY 1")]  # noqa: S608
    shares = [_share(name, count, int(total), ready) for count in counts]
    on.bring(pa.table({"many": pa.array(counts, pa.int64()), "share": pa.array(shares, pa.float64())}), "shares")
    on.keep(f"of_{name}", f"SELECT o.value, o.many, s.share FROM of_{name} AS o JOIN shares AS s USING (many)")  # noqa: S608
    return _share(name, 0, int(total), ready)


def _share(name: str, count: int, total: int, ready: Ready) -> float:
    row: dict[str, Value] = {name: "x"}
    known.frequent([row], ready, {hashed(name): total, hashed(f"{name}=x"): count})
    return float(row[f"tf_{name}"])  # type: ignore[arg-type]


def _with_frequencies(plain: Path, columns: Sequence[Column], ready: Ready) -> str:
    """The rows with the share of each value; pictures that many have are taken out, as `known` does."""
    crowd = f"of_picture.many > {known.MOST_OF_A_PICTURE}"
    held = {column.name: f"r.{column.name}" for column in columns}
    if "picture" in ready.frequent and "bands" in held:
        held["bands"] = f"CASE WHEN {crowd} THEN NULL ELSE r.bands END AS bands"
    joins = "".join(f" LEFT JOIN of_{name} ON of_{name}.value = r.{name}" for name in ready.frequent)
    shares = [f"of_{name}.share AS tf_{name}" for name in ready.frequent]
    names = ", ".join(["r.unique_id", *held.values(), *shares])
    return f"SELECT {names} FROM read_parquet({_text(str(plain))}) AS r{joins}"  # noqa: S608 - names of ours


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

"""A database of the state before identity, with a small town in it, comes to today's with everything that it held.

`before-identity.dump` was made by `mutuals seed --people 40 --days 30 --seed 3` and `mutuals db backup` of the commit
92d58d2 on PostgreSQL 15, so that every server on which we run can read it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from mutuals import embedded
from mutuals.embedded.backup import programs_for

HERE = Path(__file__).resolve().parent
DUMP = HERE / "before-identity.dump"
OURS = ("auth_", "django_", "procrastinate_")
"""Tables of the frame: new acts and tables add rows to them."""


@pytest.fixture
def old_town(database_address: embedded.Address) -> Iterator[embedded.Address]:
    """The database as it was then, beside this worker's own."""
    mine = database_address.named(f"{database_address.dbname}_old")
    name = sql.Identifier(mine.dbname)
    keeper = psycopg.connect(database_address.named("postgres").dsn(), autocommit=True)
    keeper.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    keeper.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    restore = programs_for(database_address.named("postgres")) / "pg_restore"
    subprocess.run(
        [restore, "--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={mine.url()}", DUMP], check=True
    )
    yield mine
    keeper.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    keeper.close()


def columns_of(town: psycopg.Connection) -> dict[str, list[str]]:
    """Our tables with their columns."""
    rows = town.execute(
        "SELECT table_name, array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns"
        " WHERE table_schema = 'public' GROUP BY table_name"
    ).fetchall()
    return {table: columns for table, columns in rows if not table.startswith(OURS)}


def held(town: psycopg.Connection, tables: dict[str, list[str]]) -> dict[str, tuple[int, str]]:
    """How many rows each table holds, and a digest of what stands in these columns."""
    found = {}
    for table, columns in tables.items():
        row = sql.SQL("ROW({})::text").format(sql.SQL(", ").join(map(sql.Identifier, columns)))
        asked = sql.SQL("SELECT count(*), md5(string_agg({}, chr(10) ORDER BY {})) FROM {}")
        one = town.execute(asked.format(row, row, sql.Identifier(table))).fetchone()
        assert one is not None
        found[table] = (one[0], one[1] or "")
    return found


SHAPE = """
SELECT concat(c.relname, ' ', c.relkind, c.relpersistence, ' ') || coalesce(array_to_string(c.reloptions, ','), '')
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
UNION ALL SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull::text
        || coalesce(split_part(pg_get_expr(d.adbin, d.adrelid), '::', 1), '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p LEFT JOIN pg_depend e ON e.objid = p.oid AND e.deptype = 'e'
    WHERE p.pronamespace = 'public'::regnamespace AND e.objid IS NULL AND p.prokind = 'f'
UNION ALL SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
UNION ALL SELECT pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
"""
"""All that a schema is made of, a line each: whoever comes from before must have what a new database has."""


def shape(town: psycopg.Connection) -> set[str]:
    """The lines of `SHAPE`, without the order of columns, which nobody may count on, and casts, which a restore writes anew."""
    return {re.sub(r"::(character varying|text)(\[\])?|[()]", "", line) for (line,) in town.execute(SHAPE).fetchall()}


def run(environ: dict[str, str], town: embedded.Address, *words: str) -> str:
    """A process of ours on that database."""
    told = subprocess.run(
        [sys.executable, *words], env={**environ, "DATABASE_URL": town.url()}, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr[-3000:]
    return told.stdout


def test_the_database_of_the_state_before_comes_to_todays_with_all_its_data_and_is_worked_with_as_a_new_one(
    old_town, database_address, child_environ
):
    with psycopg.connect(old_town.dsn()) as town:
        tables = columns_of(town)
        before = held(town, tables)

    run(child_environ, old_town, "-m", "mutuals", "migrate", "--no-input")

    with psycopg.connect(old_town.dsn()) as town, psycopg.connect(database_address.dsn()) as new:
        assert shape(town) == shape(new)
        assert held(town, tables) == before
        assert before["people_person"][0] == 26
        assert town.execute("SELECT count(*) FROM people_person WHERE canonical_id <> id").fetchone() == (0,)
        missing = town.execute(
            "SELECT count(*) FROM people_profile f LEFT JOIN identity_touched t ON t.profile_id = f.id"
            " WHERE NOT f.is_ours AND f.organisation_id IS NULL AND t.profile_id IS NULL"
        ).fetchone()
        linked = town.execute(
            "SELECT count(*) FROM identity_link l JOIN people_profile f ON f.id = l.profile_id AND f.person_id = l.person_id"
            " WHERE l.until IS NULL AND l.state IN ('confirmed', 'proven')"
        ).fetchone()
        live = town.execute(
            "SELECT count(*) FROM identity_link WHERE until IS NULL AND state IN ('confirmed', 'proven')"
        ).fetchone()
    assert missing == (0,)
    assert linked == live
    assert live is not None
    assert live[0] > 50

    seen = json.loads(run(child_environ, old_town, str(HERE / "look.py")))
    listed = json.loads(run(child_environ, old_town, "-m", "mutuals", "people", "find", "a", "--json"))

    assert set(seen["pages"].values()) == {200}
    assert seen["is named"]
    assert seen["merged"] == seen["parted"] > 0
    assert listed

"""A database of the asked size, filled once by COPY and kept by scale, seed and schema in .cache/bench."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from benchmarks.rows import SEED, Filling
from mutuals import embedded

HERE = Path(__file__).resolve().parent.parent
VERSION = 1  # of what is filled: raise it when this file writes other rows
SCALES = {"small": (10_000, 100_000), "default": (100_000, 1_000_000), "full": (1_000_000, 10_000_000)}
TABLES = (
    "people_person", "people_profile", "identity_link", "conversations_conversation", "history_interaction", "inbox_turn",
    "sales_order", "sales_orderline",
)  # fmt: skip


def folder(scale: str) -> Path:
    """Where the cluster of a scale lies."""
    return HERE / ".cache" / "bench" / f"{scale}-{SEED}-{VERSION}"


def migrations() -> dict[str, str]:
    """Every migration of ours with a digest of its text: new ones are applied to a filled cluster, changed ones refill it."""
    files = sorted((HERE / "src" / "mutuals").glob("*/migrations/[0-9]*.py"))
    return {f"{path.parts[-3]}.{path.stem}": hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in files}


def prepare(scale: str) -> embedded.Address:
    """The filled cluster of a scale, running and with today's tables; filled now if it never was, or with older ones."""
    state, today = folder(scale), migrations()
    mark = state / "filled.json"
    held: dict[str, str] = json.loads(mark.read_text()) if mark.exists() else {}
    if held and any(today.get(name) != digest for name, digest in held.items()):
        print(f"{scale}: a migration that was applied has changed, so it is filled anew", flush=True)
        embedded.stop(state, environ={})
        shutil.rmtree(state)
        held = {}
    if held != today:
        environ = {**os.environ, "MUTUALS_STATE": str(state)}
        environ.pop("DATABASE_URL", None)
        subprocess.run([sys.executable, "-m", "mutuals", "migrate", "--verbosity", "0"], env=environ, check=True)
    address = embedded.ensure_up(state, environ={})
    if not held:
        _fill(scale, address)
    mark.write_text(json.dumps(today, indent=1))
    return address


def _fill(scale: str, address: embedded.Address) -> None:
    print(f"filling {scale}: once, then kept in {folder(scale)}", flush=True)
    people, interactions = SCALES[scale]
    with psycopg.connect(address.dsn()) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        held = _strip(connection)
        connection.execute(_STAFF)
        Filling(connection, people, interactions).all()
        start = time.monotonic()
        for statement in held:
            connection.execute(statement)
        print(f"  indexes in {time.monotonic() - start:.0f} s", flush=True)
        for table in (*TABLES, "people_organisation"):
            if table != "inbox_turn":
                sequence = f"pg_get_serial_sequence('{table}', 'id')"
                connection.execute(f"SELECT setval({sequence}, coalesce((SELECT max(id) FROM {table}), 1))")
    with psycopg.connect(address.dsn(), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


_STAFF = """
INSERT INTO staff_team (id, name, pillar) VALUES (1, 'Service', 'service'), (2, 'Sales', 'sales');
INSERT INTO staff_user (id, email, name, role, password, is_superuser, is_staff, is_active, date_joined, zone, theme, set_up_at)
SELECT n, 'u' || n || '@kettleworks.example', 'User ' || n, role, '', false, false, true, now(), 'UTC', '', now()
FROM unnest(ARRAY['owner', 'admin', 'lead', 'staff', 'contractor']) WITH ORDINALITY AS u(role, n);
INSERT INTO staff_user_teams (user_id, team_id) VALUES (3, 1), (4, 1), (5, 2);
INSERT INTO channels_source (id, connector, name, state, settings, purpose, owner_id, legal_basis, data_class, retention_days,
    raw_days, went_live_anyway, health, last_error, failures, auth_failures, refused_hooks)
SELECT n, connector, 'Source ' || n, 'active', '{}', '', 1, 'interest', 'posts', 9000, 90, '', 'ok', '', 0, 0, 0
FROM unnest(ARRAY['mastodon', 'email', 'files', 'webhook']) WITH ORDINALITY AS s(connector, n);
INSERT INTO channels_channel (id, source_id, network, key, name, pillar, brand, language, purpose, hours, is_live)
VALUES (1, 1, 'mastodon', 'ours', '@kettleworks_care', 'service', '', '', '', '{}', true),
       (2, 2, 'email', 'care@kettleworks.example', 'care@kettleworks.example', 'service', '', '', '', '{}', true);
SELECT setval(pg_get_serial_sequence(t, 'id'), 100) FROM unnest(ARRAY['staff_team', 'staff_user', 'channels_source',
    'channels_channel', 'staff_user_teams']) t;
"""


def _strip(connection: psycopg.Connection, tables: Sequence[str] = TABLES) -> list[str]:
    """Drop indexes and constraints of the large tables; returns the statements that make them again, keys first."""
    rebuild: list[str] = []
    constraints = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype::text FROM pg_constraint"
        " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('p', 'u', 'f', 'c') ORDER BY contype = 'f'",
        [list(tables)],
    ).fetchall()
    outside = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype::text FROM pg_constraint"
        " WHERE confrelid = ANY(%s::regclass[]) AND contype = 'f' AND NOT conrelid = ANY(%s::regclass[])",
        [list(tables), list(tables)],
    ).fetchall()
    foreign = [row for row in (*constraints, *outside) if row[3] == "f"]
    own = [row for row in constraints if row[3] != "f"]
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i WHERE indrelid = ANY(%s::regclass[])"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))",
        [list(tables)],
    ).fetchall()
    for table, name, _definition, _kind in (*foreign, *own):
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        connection.execute(f"DROP INDEX {name}")
    rebuild += [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition, _ in own]
    rebuild += [definition for _, definition in indexes]
    rebuild += [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition, _ in foreign]
    return rebuild

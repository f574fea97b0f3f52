"""What a start owes the database before and beside the web: migrations, and the small town on the very first one.

Both are asked for by a short question to the database, so that a second start spends no second on them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg

from mutuals.embedded import Address

_LOCK = 0x4D757475  # "Mutu", the key of the advisory lock
_PACKAGES = ("mutuals", "django.contrib", "procrastinate", "allauth")


def migrate(address: Address, state: Path, environ: Mapping[str, str]) -> int:
    """Bring the tables to the code's state; 0, or the exit code of the migration. Two starts do not collide."""
    stamp = state / "migrated.json"
    with psycopg.connect(address.dsn(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if stamp.is_file() and stamp.read_text() == as_stamp(connection):
            return 0
        code = subprocess.call([sys.executable, "-m", "mutuals", "migrate", "--verbosity", "0"], env=dict(environ))
        if code == 0:
            stamp.write_text(as_stamp(connection))
        return code


def wants_seed(address: Address, state: Path) -> bool:
    """Whether nobody works here yet, or a first seeding was cut short."""
    if (state / "seeding").exists():
        return True
    with psycopg.connect(address.dsn()) as connection:
        row = connection.execute("SELECT EXISTS (SELECT 1 FROM staff_user)").fetchone()
        return not (row and row[0])


def seed_command() -> list[str]:
    """Fills the small town; safe to run again after it was cut short."""
    return [sys.executable, "-m", "mutuals", "seed", "--first-start"]


def as_stamp(connection: psycopg.Connection) -> str:
    """What the code holds and what the database says was run, each as one word, in a line of JSON."""
    known = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    applied = ""
    if known and known[0]:
        row = connection.execute(
            "SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM django_migrations"
        ).fetchone()
        applied = str(row[0]) if row else ""
    return json.dumps({"code": _code(), "applied": applied})


def _code() -> str:
    """One word for all migration files at hand: our own by content, those of packages by name and size."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        found = importlib.util.find_spec(package)
        for folder in found.submodule_search_locations or [] if found else []:
            for file in sorted(Path(folder).glob("**/migrations/*.py")):
                digest.update(f"{file.relative_to(folder)} {file.stat().st_size}".encode())
                if package == "mutuals":
                    digest.update(file.read_bytes())
    return digest.hexdigest()

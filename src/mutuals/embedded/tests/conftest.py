"""A state folder of its own for each test of this room, with a small and careless server."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from mutuals.embedded import Address, ensure_up, status, stop

SMALL = {"fsync": "off", "shared_buffers": "16MB", "io_method": "sync"}
OLD_PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@dataclass(frozen=True)
class Ground:
    """One state folder and the environment its calls are made with."""

    state: Path
    environ: dict[str, str]

    def up(self) -> Address:
        options = (
            SMALL if "MUTUALS_PG_BIN" not in self.environ else {k: v for k, v in SMALL.items() if k != "io_method"}
        )
        return ensure_up(self.state, options=options, environ=self.environ)

    def stop(self) -> bool:
        return stop(self.state, environ=self.environ)

    def pid(self) -> int | None:
        return status(self.state, environ=self.environ).pid

    def with_programs(self, programs: Path) -> "Ground":
        return Ground(self.state, {"MUTUALS_PG_BIN": str(programs)})


@contextmanager
def _ground() -> Iterator[Ground]:
    folder = Path(tempfile.mkdtemp(prefix="mu"))
    folder.chmod(0o711)
    here = Ground(folder / "state", {})
    yield here
    here.stop()
    shutil.rmtree(folder)


@pytest.fixture
def ground() -> Iterator[Ground]:
    """For a test that hurts or stops its server."""
    with _ground() as here:
        yield here


@pytest.fixture(scope="session")
def steady() -> Iterator[Ground]:
    """A running server that several tests share; none of them stops it."""
    with _ground() as here:
        here.up()
        yield here


@pytest.fixture
def fresh(steady: Ground) -> Iterator[Address]:
    """An empty database on the shared server."""
    where = steady.up().named(f"fresh_{secrets.token_hex(4)}")
    with psycopg.connect(where.named("postgres").dsn(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {where.dbname}")
        yield where
        found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [where.dbname])
        for (name,) in found.fetchall():
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def old_programs() -> Path:
    if not (OLD_PROGRAMS / "postgres").is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL 15 is missing: `make test-pg15` installs it")
        pytest.skip("needs Debian's postgresql-15")
    return OLD_PROGRAMS

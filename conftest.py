"""The ground under every test: a careless PostgreSQL, one template per state of the migrations, a clone per worker.

The server lives in .cache/tests between runs and stops when the last run ends. With DATABASE_URL the same tests run on
that server, which must let its user create databases.
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

from mutuals import embedded

HERE = Path(__file__).resolve().parent
CACHE = HERE / ".cache" / "tests"
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "plan_cache_mode": "force_custom_plan",  # a foreign key is checked by a plan for the rows there are now
    "deadlock_timeout": "4s",  # a story of two who block each other has time to make the second stand in line
}
TEMPLATES_KEPT = 8
SWOLLEN = 256 * 1024
"""Bytes from which a table of the tests is worth a look."""
_OWN: list[psycopg.Connection] = []
_tests = 0
LONG = {"test_town_is_heard.py", "test_imports_running.py", "test_import_airline.py"}
"""Files with a test of more than twenty seconds that stand late in the order of folders."""

hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Add the mark by which `make test-pg15` finds its tests."""
    config.addinivalue_line("markers", "database: needs a database (given by conftest.py, not by hand)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a database, and begin with what takes longest, so that no worker ends alone with it."""
    items.sort(key=lambda item: item.path.name not in LONG)
    for item in items:
        if item.get_closest_marker("django_db") or "django_db_setup" in getattr(item, "fixturenames", ()):
            item.add_marker("database")


def pytest_collection_finish() -> None:
    """What is loaded stays, so nobody needs to look for garbage among it, nor often: a tenth of the time of a suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """After some hundred tests, when none is under way, their dead rows are taken out."""
    yield
    global _tests
    _tests += 1
    if _tests % 250 == 0:
        _take_out_the_dead()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last run puts out the light: stop our own server unless another run is using it."""
    if hasattr(session.config, "workerinput") or embedded.external() or not _server_folder().exists():
        return
    with suppress(psycopg.Error, embedded.Refused), _alone():
        with psycopg.connect(embedded.address(_server_folder()).named("postgres").dsn()) as connection:
            others = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        if others == (0,):
            embedded.stop(_server_folder())


@pytest.fixture(scope="session")
def database_address(django_db_blocker: DjangoDbBlocker) -> Iterator[embedded.Address]:
    """A database of this worker's own, migrated, empty but for what migrations put there; gone afterwards."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with _alone():
        server = _server()
        keeper = psycopg.connect(server.named("postgres").dsn(), autocommit=True)
        _sweep(keeper)
        mine = server.named(f"mutuals_test_{os.getpid()}_{worker}")
        with django_db_blocker.unblock():
            template = _template(keeper, server)
        keeper.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(mine.dbname), sql.Identifier(template))
        )
    with psycopg.connect(mine.dsn(), autocommit=True) as own:
        own.execute("SET lock_timeout = '200ms'")
        _OWN.append(own)
        yield mine
        _OWN.clear()
    connections.close_all()
    _drop(keeper, mine.dbname)
    keeper.close()


@pytest.fixture
def empty_database(database_address: embedded.Address) -> Iterator[embedded.Address]:
    """A migrated database beside this worker's own, in which nobody has an account yet."""
    mine = database_address.named(f"{database_address.dbname}_empty")
    with _alone():
        keeper = psycopg.connect(database_address.named("postgres").dsn(), autocommit=True)
        _drop(keeper, mine.dbname)
        template = f"mutuals_template_{_state_of_migrations()}"
        keeper.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(mine.dbname), sql.Identifier(template))
        )
    yield mine
    _drop(keeper, mine.dbname)
    keeper.close()


@pytest.fixture(scope="session")
def child_environ(database_address: embedded.Address) -> dict[str, str]:
    """The environment for a process that a test starts: the same database, state folder, settings and sources."""
    sources = os.pathsep.join([str(HERE / "src"), str(HERE / "tests")])
    return {**os.environ, "DATABASE_URL": database_address.url(), "PYTHONPATH": sources}


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, database_address: embedded.Address) -> None:
    """Django's connection, pointed at this worker's clone."""
    _point_at(database_address)


def _server_folder() -> Path:
    programs = os.environ.get("MUTUALS_PG_BIN", "")
    return CACHE / f"server-{hashlib.sha256(programs.encode()).hexdigest()[:6] if programs else 'own'}"


def _server() -> embedded.Address:
    """The running server; a data folder that a crash has spoilt (fsync is off) is thrown away and made again."""
    options = {} if embedded.external() else CARELESS
    try:
        return embedded.ensure_up(_server_folder(), options=options)
    except embedded.Refused:
        shutil.rmtree(_server_folder(), ignore_errors=True)
        return embedded.ensure_up(_server_folder(), options=options)


@contextmanager
def _alone() -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _template(keeper: psycopg.Connection, server: embedded.Address) -> str:
    """The migrated database that all are cloned from, built when no run has met this state of the migrations yet."""
    name = f"mutuals_template_{_state_of_migrations()}"
    if keeper.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return name
    old = keeper.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'mutuals\\_template\\_%%' ORDER BY oid DESC OFFSET %s",
        [TEMPLATES_KEPT - 1],
    ).fetchall()
    for (left,) in old:
        _drop(keeper, left)
    draft = server.named(f"{name}_draft")
    _drop(keeper, draft.dbname)
    parts = _parts_of_migrations()
    keeper.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(draft.dbname), sql.Identifier(_nearest(keeper, parts))
        )
    )
    _point_at(draft)
    try:
        with _no_garbage():
            call_command("migrate", verbosity=0, interactive=False)
    finally:
        connections.close_all()
    keeper.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(draft.dbname), sql.Literal(json.dumps(parts)))
    )
    keeper.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft.dbname), sql.Identifier(name)))
    return name


def _nearest(keeper: psycopg.Connection, parts: dict[str, str]) -> str:
    """The template with the most of these migrations and none beside them, to begin from; else the empty one."""
    there = keeper.execute(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname LIKE 'mutuals\\_template\\_%'"
    ).fetchall()
    told = {name: json.loads(said) for name, said in there if said and not name.endswith("_draft")}
    fitting = {name: len(held) for name, held in told.items() if held.items() <= parts.items()}
    return max(fitting, key=lambda name: fitting[name], default="template0")


def _take_out_the_dead() -> None:
    """What thousands of tests wrote and took back lies in the tables until somebody vacuums, and every scan walks over it.

    Tables that a transaction of several tests holds are left for the next time.
    """
    for own in _OWN:
        with suppress(psycopg.errors.LockNotAvailable):
            swollen = own.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
                "AND pg_relation_size(oid) > %s",
                [SWOLLEN],
            ).fetchall()
            for (table,) in swollen:
                own.execute(f"VACUUM (SKIP_LOCKED) {table}")


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Migrations draw thousands of models of the past; to look for garbage among them is a third of their time.

    It takes some 600 MB more for as long as it lasts, so tests may do it and the product does not.
    """
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
        gc.collect()


def _parts_of_migrations() -> dict[str, str]:
    """What a migrated database is made of, file by file."""
    files = [
        HERE / "requirements" / "base.txt",
        *(
            file
            for file in sorted((HERE / "src" / "mutuals").glob("*/migrations/*.*"))
            if file.suffix in {".py", ".sql"}
        ),
    ]
    return {str(file.relative_to(HERE)): hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files}


def _state_of_migrations() -> str:
    told = json.dumps(_parts_of_migrations()) + repr(settings.INSTALLED_APPS)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _point_at(address: embedded.Address) -> None:
    connections.close_all()
    connections.settings["default"].update(
        HOST=address.host,
        PORT=str(address.port),
        USER=address.user,
        PASSWORD=address.password,
        NAME=address.dbname,
        CONN_MAX_AGE=0,
    )


def _sweep(keeper: psycopg.Connection) -> None:
    """Drop the clones of runs that died; only on our own server, where a process id means something."""
    if embedded.external():
        return
    for (name,) in keeper.execute("SELECT datname FROM pg_database").fetchall():
        found = re.fullmatch(r"mutuals_test_(\d+)_\w+", name)
        if found and not Path(f"/proc/{found[1]}").exists():
            _drop(keeper, name)


def _drop(keeper: psycopg.Connection, name: str) -> None:
    keeper.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

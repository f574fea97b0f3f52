"""Start, find and stop our own server. Many processes may call at once; one of them starts, the others attach."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from mutuals.embedded.address import Address
from mutuals.embedded.places import Cluster, major_of_programs, reachable
from mutuals.embedded.refusals import Refused, VersionMismatch
from mutuals.embedded.tuning import as_file, memory_of_machine, settings_for

SUPERUSER = "postgres"
USER = "mutuals"
DATABASE = "mutuals"
_PORT = 5432  # of a unix socket: part of a file name only
_START_SECONDS = 600.0
_LEFTOVER_SECONDS = 60.0
_LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Status:
    """`running` means that a connection was made just now, not that a pid file exists."""

    running: bool
    pid: int | None
    version: str
    folder: str
    where: str


def address_of(cluster: Cluster, *, user: str = USER, dbname: str = DATABASE) -> Address:
    """Where the cluster is or will be; makes nothing. Before the first start the password is empty."""
    if cluster.record.is_file():
        record = json.loads(cluster.record.read_text())
        host, port = str(record["host"]), int(record["port"])
    else:
        host, port = str(cluster.socket_folder() or "127.0.0.1"), _PORT
    file = cluster.password_file(user)
    return Address(host, port, user, file.read_text().strip() if file.is_file() else "", dbname)


def up(cluster: Cluster, *, options: Mapping[str, str]) -> Address:
    """Attach to the running server, or make and start one. `options` are settings of PostgreSQL for a start only."""
    if _answers(address_of(cluster)):
        return address_of(cluster)
    cluster = reachable(cluster)
    with _alone(cluster):
        if not _answers(address_of(cluster)):
            _refuse_other_version(cluster)
            if not (cluster.data / "PG_VERSION").is_file():
                _make(cluster, durable=options.get("fsync") != "off")
            _configure(cluster, options)
            _start(cluster)
            _furnish(cluster)
    return address_of(cluster)


def down(cluster: Cluster) -> bool:
    """Stop the server and wait; False if none was running. Refuses when PostgreSQL itself cannot stop."""
    pid = living_postmaster(cluster)
    if pid is None:
        return False
    with _alone(cluster):
        result = cluster.run("pg_ctl", "-D", cluster.data, "-m", "fast", "-w", "-t", "120", "stop")
    if result.returncode != 0 and living_postmaster(cluster) is not None:
        raise Refused(f"The database did not stop: {result.stderr.strip() or result.stdout.strip()}")
    return True


def status_of(named: Address | None, cluster: Cluster | None) -> Status:
    """What is there now, found by connecting: a server `named` by somebody else, or our own cluster."""
    address = named or (address_of(cluster) if cluster else None)
    if address is None:
        raise ValueError("name a server or a cluster")
    version = ""
    try:
        with psycopg.connect(address.dsn(), connect_timeout=5) as connection:
            version = connection.info.parameter_status("server_version") or ""
    except psycopg.OperationalError:
        pass
    pid = living_postmaster(cluster) if cluster else None
    return Status(bool(version), pid, version, str(cluster.folder) if cluster else "", address.plain())


def living_postmaster(cluster: Cluster) -> int | None:
    """The process id of this folder's server, if the process of the pid file is really it."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
        os.kill(pid, 0)
    except (OSError, ValueError, IndexError):
        return None
    command = Path("/proc") / str(pid) / "cmdline"
    if command.exists() and str(cluster.data).encode() not in command.read_bytes():
        return None
    return pid


def _answers(address: Address) -> bool:
    """Whether the server takes our connection now; a server that is still starting counts as no."""
    if not address.password:
        return False
    try:
        psycopg.connect(address.dsn(), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _alone(cluster: Cluster) -> Iterator[None]:
    with (cluster.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _refuse_other_version(cluster: Cluster) -> None:
    file = cluster.data / "PG_VERSION"
    if not file.is_file():
        return
    ours, theirs = major_of_programs(cluster.programs), int(file.read_text())
    if ours != theirs:
        raise VersionMismatch(
            f"The data in {cluster.data} is of PostgreSQL {theirs}, the programs are of {ours}. "
            f"Run `mutuals db upgrade`, or set MUTUALS_PG_BIN to a folder with PostgreSQL {theirs}."
        )


def _make(cluster: Cluster, *, durable: bool) -> None:
    """initdb into a folder aside, renamed when complete, so that a start cut short leaves nothing half-made."""
    half = cluster.folder / "data.half"
    shutil.rmtree(half, ignore_errors=True)
    for user in (user for user in (SUPERUSER, USER) if not cluster.password_file(user).is_file()):
        _write_private(cluster, cluster.password_file(user), secrets.token_urlsafe(24))
    command: list[str | Path] = [
        "initdb",
        "-D",
        half,
        "-U",
        SUPERUSER,
        "-A",
        "scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    command += [f"--pwfile={cluster.password_file(SUPERUSER)}", "--data-checksums"]
    if major_of_programs(cluster.programs) >= 17:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    result = cluster.run(*command, *([] if durable else ["--no-sync"]))
    if result.returncode != 0:
        raise Refused(f"PostgreSQL could not make its data folder: {result.stderr.strip() or result.stdout.strip()}")
    with (half / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists = 'mutuals.conf'\ninclude_if_exists = 'local.conf'\n")
    half.rename(cluster.data)


def _configure(cluster: Cluster, options: Mapping[str, str]) -> None:
    folder = cluster.socket_folder()
    host, port = "", _PORT
    if folder is None:
        host, port = "127.0.0.1", _free_port()
    else:
        _private_folder(cluster, folder)
    chosen = settings_for(
        memory=memory_of_machine(),
        socket_folder=str(folder or ""),
        host=host,
        port=port,
        statements=any(cluster.programs.parent.glob("lib/**/pg_stat_statements.so")),
        extra=options,
    )
    ours = cluster.data / "mutuals.conf"
    if ours.is_file() and "log_error_verbosity" not in ours.read_text():
        cluster.log.unlink(missing_ok=True)  # written when statements stood in it still, and with them people
        _older(cluster.log).unlink(missing_ok=True)
    _write_private(cluster, ours, as_file(chosen))
    _write_private(cluster, cluster.record, json.dumps({"host": str(folder or host), "port": port}))


def _start(cluster: Cluster) -> None:
    """pg_ctl start, patient with what a killed server leaves behind: its pid file, its last children, its recovery."""
    trim_log(cluster)
    leftovers_until = time.monotonic() + _LEFTOVER_SECONDS
    while living_postmaster(cluster) is None:
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        seen = cluster.log.stat().st_size if cluster.log.exists() else 0
        started = cluster.run(
            "pg_ctl", "-D", cluster.data, "-l", cluster.log, "-w", "-t", str(int(_START_SECONDS)), "start"
        )
        if started.returncode == 0:
            break
        said = _tail(cluster.log, seen)
        if not re.search(r"shared memory block|Address already in use|lock file", said) or (
            time.monotonic() > leftovers_until
        ):
            raise Refused(f"The database did not start. {_remedy(said)}\n{said or started.stderr.strip()}".strip())
        _end_orphans(cluster)
        time.sleep(0.2)
    _wait_until_it_answers(cluster)


def trim_log(cluster: Cluster) -> bool:
    """Put a log of more than 10 MB aside, in the place of the one before, and begin anew; the server writes on meanwhile."""
    if not cluster.log.exists() or cluster.log.stat().st_size <= _LOG_BYTES:
        return False
    shutil.copy2(cluster.log, _older(cluster.log))
    cluster.own(_older(cluster.log))
    os.truncate(cluster.log, 0)  # the server appends, so it goes on at the new end
    return True


def _older(log: Path) -> Path:
    return log.with_suffix(".log.1")


def _wait_until_it_answers(cluster: Cluster) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(address_of(cluster, user=SUPERUSER, dbname="postgres").dsn(), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if living_postmaster(cluster) is None or time.monotonic() > until:
                raise Refused(f"The database started and went away again: see {cluster.log}. {error}") from error
            time.sleep(0.1)
        else:
            return


def _end_orphans(cluster: Cluster) -> None:
    """Ask the children of a killed postmaster to leave: they work in our data folder and have no parent any more."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            at_home = (entry / "cwd").resolve() == cluster.data.resolve()
            if at_home and (entry / "comm").read_text().strip().startswith("postgres"):
                os.kill(int(entry.name), signal.SIGTERM)
        except OSError:
            continue


def _furnish(cluster: Cluster) -> None:
    """Role and database of the application, made if missing. The application is no superuser."""
    password = address_of(cluster).password
    with psycopg.connect(address_of(cluster, user=SUPERUSER, dbname="postgres").dsn(), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER]).fetchone():
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(sql.Identifier(USER), sql.Literal(password))
            )
            connection.execute(sql.SQL("GRANT pg_monitor, pg_signal_backend TO {}").format(sql.Identifier(USER)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(USER))
            )
        if "pg_stat_statements" in (connection.execute("SHOW shared_preload_libraries").fetchone() or [""])[0]:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


def _private_folder(cluster: Cluster, folder: Path) -> None:
    """Make the folder of the socket, closed to others; refuses one that somebody else put there first."""
    if not folder.exists():
        folder.mkdir(mode=0o700)
        cluster.own(folder)
    found = folder.lstat()
    owner = cluster.account.uid if cluster.account else os.geteuid()
    if found.st_uid != owner or found.st_mode & 0o077:
        raise Refused(f"{folder} is not ours alone: remove it and start again.")


def _write_private(cluster: Cluster, path: Path, text: str) -> None:
    aside = path.with_name(f"{path.name}.new")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{text}\n")
    cluster.own(aside)
    aside.replace(path)


def _tail(log: Path, start: int) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(start)
        return file.read()[-4000:].decode(errors="replace").strip()


def _remedy(said: str) -> str:
    if "No space left on device" in said:
        return "The disk is full: free some space (old backups, logs), then start again."
    return "This is what it said:"


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])

"""Copies of the database that can be trusted, and the way back from them.

A backup is pg_dump's own format with a SHA-256 beside it. A restore fills a fresh database and swaps it in by name, so
that the running one is whole until the new one is.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from mutuals.embedded.address import Address
from mutuals.embedded.places import major_of, programs_folder
from mutuals.embedded.refusals import Damaged, Refused

_BLOCK = 1 << 20
_GO_AWAY_SECONDS = 30.0
_STAMP = "%Y%m%dT%H%M%SZ"


def backup(address: Address, to: Path, *, programs: Path | None = None) -> Path:
    """Write one backup and its checksum; both appear under their names only when complete. Returns `to`."""
    programs = programs or programs_for(address)
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f"{to.name}.part")
    try:
        _call(programs / "pg_dump", address, "--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
        os.chmod(part, 0o600)
        _settle(part)
        checksum = to.with_name(f"{checksum_file(to).name}.part")
        checksum.write_text(f"{_digest(part)}  {to.name}\n")
        checksum.replace(checksum_file(to))
        part.replace(to)
        _settle(to.parent)
    finally:
        part.unlink(missing_ok=True)
    return to


def backup_now(
    folder: Path, keep: int = 7, *, address: Address, at: datetime | None = None, programs: Path | None = None
) -> Path:
    """One more backup in a folder, named by its time (UTC); then only the newest `keep` of this database stay."""
    if keep < 1:
        raise Refused("At least one backup must be kept.")
    stem = re.sub(r"[^A-Za-z0-9_]", "_", address.dbname)
    made = backup(address, folder / f"{stem}-{(at or datetime.now(UTC)):{_STAMP}}.dump", programs=programs)
    for old in sorted(folder.glob(f"{stem}-[0-9]*T[0-9]*Z.dump"))[:-keep]:
        old.unlink()
        checksum_file(old).unlink(missing_ok=True)
    return made


def restore(address: Address, from_: Path, *, programs: Path | None = None) -> str:
    """Replace the database by a backup. Refuses a damaged file before anything is touched.

    Returns the name under which the replaced database is kept; the next restore drops it. Open connections are ended.
    """
    check(from_)
    programs = programs or programs_for(address.named("postgres"))
    fresh, kept = f"{address.dbname}_restoring", f"{address.dbname}_before_restore"
    with psycopg.connect(address.named("postgres").dsn(), autocommit=True) as server:
        _create(server, fresh)
        try:
            _call(
                programs / "pg_restore", address.named(fresh), "--exit-on-error", "--no-owner", "--no-privileges", from_
            )
            _swap(server, live=address.dbname, fresh=fresh, kept=kept)
        except BaseException:
            _drop(server, fresh)
            raise
    return kept


def check(file: Path) -> None:
    """Refuse a backup that is missing, unfinished, or not what was written."""
    if not file.is_file():
        raise Refused(f"There is no backup {file}.")
    beside = checksum_file(file)
    if not beside.is_file():
        raise Damaged(f"{file} has no checksum beside it. If you trust the file: sha256sum {file} > {beside}")
    if beside.read_text().split(maxsplit=1)[:1] != [_digest(file)]:
        raise Damaged(f"{file} is damaged: its checksum differs from {beside.name}. Nothing was changed.")


def checksum_file(file: Path) -> Path:
    """Where the SHA-256 of a backup is written."""
    return file.with_name(f"{file.name}.sha256")


def programs_for(address: Address) -> Path:
    """A folder with pg_dump of the server's own major version: an older one refuses, a newer one writes what the server
    could not read back."""
    try:
        with psycopg.connect(address.dsn()) as connection:
            major = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        raise Refused(f"The database cannot be reached: {error}".strip()) from error
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    for folder in [programs_folder(os.environ), Path(f"/usr/lib/postgresql/{major}/bin"), *map(Path, path)]:
        if (
            (folder / "pg_dump").is_file()
            and (folder / "pg_restore").is_file()
            and major_of(folder / "pg_dump") == major
        ):
            return folder
    raise Refused(
        f"The server is PostgreSQL {major}, and no pg_dump of that version is here: install postgresql-client-{major}, "
        "or name the folder by MUTUALS_PG_BIN."
    )


def _call(program: Path, address: Address, *arguments: str | Path) -> None:
    """Run pg_dump or pg_restore on a database; refuses with what it said."""
    result = subprocess.run(
        [str(program), "--no-password", "--dbname", address.plain(), *map(str, arguments)],
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **address.environ()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode != 0:
        remedy = " The disk is full: free some space and try again." if "No space left" in result.stderr else ""
        raise Refused(f"{program.name} did not succeed.{remedy} It said: {result.stderr.strip()[-2000:]}")


def _create(server: psycopg.Connection, name: str) -> None:
    _drop(server, name)
    try:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refused("A restore makes a new database first: give this user the right CREATEDB.") from error


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _swap(server: psycopg.Connection, *, live: str, fresh: str, kept: str) -> None:
    """Rename both in one transaction, with the door of the old one shut so that nobody slips in between."""
    exists = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [live]).fetchone()
    _drop(server, kept)
    if exists:
        _door(server, live, is_open=False)
    try:
        if exists:
            _send_away(server, live)
        with server.transaction():
            if exists:
                _rename(server, live, kept)
            _rename(server, fresh, live)
    except BaseException:
        if exists:
            _door(server, live, is_open=True)
        raise
    if exists:
        _door(server, kept, is_open=True)


def _send_away(server: psycopg.Connection, name: str) -> None:
    until = time.monotonic() + _GO_AWAY_SECONDS
    while True:
        left = server.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [name],
        ).fetchone()
        if not left or not left[0]:
            return
        if time.monotonic() > until:
            raise Refused(
                "Somebody keeps the database open: stop Mutuals and other programs that use it, then try again."
            )
        time.sleep(0.1)


def _door(server: psycopg.Connection, name: str, *, is_open: bool) -> None:
    word = sql.SQL("true" if is_open else "false")
    server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(sql.Identifier(name), word))


def _rename(server: psycopg.Connection, name: str, to: str) -> None:
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _settle(path: Path) -> None:
    """Have the system write a file or a folder's entries to the disk now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

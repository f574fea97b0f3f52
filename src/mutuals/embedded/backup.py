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
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from mutuals.embedded.address import Address
from mutuals.embedded.places import major_of, programs_folder
from mutuals.embedded.refusals import Damaged, Refused

_BLOCK = 1 << 20
_GO_AWAY_SECONDS = 30.0
_LEAVING_SECONDS = 2.0  # a connection that was closed just now is still listed for a moment
_STAMP = "%Y%m%dT%H%M%SZ"
_KEPT = "_before_restore_"
_LONGEST_NAME = 63  # PostgreSQL cuts longer ones


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of the database that was replaced, and of those that were replaced before it."""

    kept: str  # the name it has now; "" = there was none
    dropped: tuple[str, ...]  # older ones that went


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


def restore(
    address: Address,
    from_: Path,
    *,
    programs: Path | None = None,
    cut_off: bool = False,
    keep: int = 3,
    at: datetime | None = None,
) -> Restored:
    """Replace the database by a backup. Refuses a damaged file before anything is touched.

    Refuses too while somebody has the database open, unless they are to be `cut_off`: a worker that goes on in the
    middle of its work with the data of another day could send again what has left. The replaced database stays under a
    name with the time (UTC); the newest `keep` of them stay, older ones are dropped once the new one is in its place.
    """
    if keep < 1:
        raise Refused("At least the database that is replaced must be kept.")
    check(from_)
    programs = programs or programs_for(address.named("postgres"))
    fresh = f"{address.dbname}_restoring"
    with psycopg.connect(address.named("postgres").dsn(), autocommit=True) as server:
        if not cut_off:
            _refuse_used(server, address.dbname)
        _create(server, fresh)
        try:
            _call(
                programs / "pg_restore", address.named(fresh), "--exit-on-error", "--no-owner", "--no-privileges", from_
            )
            with psycopg.connect(address.named(fresh).dsn(), autocommit=True) as filled:
                filled.execute("ANALYZE")  # a backup holds nothing of what the planner knows
            kept = _kept_name(server, address.dbname, at or datetime.now(UTC))
            is_there = _swap(server, live=address.dbname, fresh=fresh, kept=kept, cut_off=cut_off)
        except BaseException:
            _drop(server, fresh)
            raise
        old = _kept_of(server, address.dbname)[:-keep]
        for name in old:
            _drop(server, name)
    return Restored(kept if is_there else "", tuple(old))


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


def _swap(server: psycopg.Connection, *, live: str, fresh: str, kept: str, cut_off: bool) -> bool:
    """Rename both in one transaction, with the door of the old one shut so that nobody slips in between.

    Returns whether there was an old one.
    """
    exists = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [live]).fetchone() is not None
    if exists:
        _door(server, live, is_open=False)
    try:
        if exists and not cut_off:
            _refuse_used(server, live)
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
    return exists


def _refuse_used(server: psycopg.Connection, name: str) -> None:
    """Refuse while anybody but us has a database open; names the programs."""
    until = time.monotonic() + _LEAVING_SECONDS
    while True:
        rows = server.execute(
            "SELECT coalesce(nullif(application_name, ''), 'a program without a name') FROM pg_stat_activity"
            " WHERE datname = %s AND coalesce(backend_type, 'client backend') = 'client backend'",  # null: another role's
            [name],
        ).fetchall()
        if not rows:
            return
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    who = ", ".join(f"{n} of {program}" for program, n in sorted(Counter(row[0] for row in rows).items()))
    raise Refused(
        f"The database is in use (connections: {who}); nothing was changed. Stop Mutuals first, so that"
        " nothing is sent twice, or say --cut-off to end these connections."
    )


def _kept_of(server: psycopg.Connection, name: str) -> list[str]:
    """Databases that restores of this one have put aside, oldest first."""
    stem = re.escape(_stem(name))
    rows = server.execute("SELECT datname FROM pg_database").fetchall()
    return sorted(row[0] for row in rows if re.fullmatch(rf"{stem}\d{{8}}T\d{{6}}Z", row[0]))


def _kept_name(server: psycopg.Connection, name: str, at: datetime) -> str:
    """A name that is free, by the time or a few seconds after it."""
    taken = set(_kept_of(server, name))
    while (found := f"{_stem(name)}{at:{_STAMP}}") in taken:
        at += timedelta(seconds=1)
    return found


def _stem(name: str) -> str:
    """How the names of those put aside begin; a long name gives up its end, for the time is needed."""
    return f"{name[: _LONGEST_NAME - len(_KEPT) - 16]}{_KEPT}"


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

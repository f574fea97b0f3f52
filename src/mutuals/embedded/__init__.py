"""The bundled PostgreSQL. Knows no Django.

`DATABASE_URL` in the environment names an external server instead and wins over every state folder. The environment is
an argument of each call, so that a test can do without its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from mutuals.embedded.address import Address
from mutuals.embedded.backup import Restored, backup, restore
from mutuals.embedded.backup import backup_now as _backup_now
from mutuals.embedded.places import Cluster, cluster_at, programs_folder
from mutuals.embedded.places import state_folder as _state_folder
from mutuals.embedded.refusals import Damaged, Refused, VersionMismatch
from mutuals.embedded.server import Status, address_of, down, living_postmaster, status_of, up
from mutuals.embedded.server import trim_log as _trim_log
from mutuals.embedded.upgrade import upgrade_of

__all__ = [
    "Address",
    "Damaged",
    "Refused",
    "Restored",
    "Status",
    "VersionMismatch",
    "address",
    "backup",
    "backup_now",
    "ensure_up",
    "external",
    "is_alive",
    "restore",
    "state_folder",
    "status",
    "stop",
    "trim_log",
    "upgrade",
]

_NONE: Mapping[str, str] = MappingProxyType({})
_ENVIRON: Mapping[str, str] = os.environ


def state_folder(environ: Mapping[str, str] = _ENVIRON) -> Path:
    """`MUTUALS_STATE`; else `var` of the checkout that this package runs from; else the usual place of the system."""
    return _state_folder(environ)


def external(environ: Mapping[str, str] = _ENVIRON) -> Address | None:
    """The server named by `DATABASE_URL`, or None when the database is our own."""
    url = environ.get("DATABASE_URL", "")
    return Address.parse(url) if url else None


def ensure_up(
    state: Path | None = None, *, options: Mapping[str, str] = _NONE, environ: Mapping[str, str] = _ENVIRON
) -> Address:
    """Attach to the database, starting our own if it is not running. Safe to call from any number of processes.

    `options` are settings of PostgreSQL and count only when this call is the one that starts it.
    """
    return external(environ) or up(_cluster(state, environ), options=options)


def address(state: Path | None = None, *, environ: Mapping[str, str] = _ENVIRON) -> Address:
    """Where the database is or will be; starts nothing, makes nothing. Before the first start the password is empty."""
    return external(environ) or address_of(_cluster(state, environ))


def stop(state: Path | None = None, *, environ: Mapping[str, str] = _ENVIRON) -> bool:
    """Stop our own database; False if it was not running. Refuses for a server that is not ours."""
    _refuse_external(environ, "stopped")
    return down(_cluster(state, environ))


def status(state: Path | None = None, *, environ: Mapping[str, str] = _ENVIRON) -> Status:
    """What is running, found by connecting; for an external server too."""
    named = external(environ)
    return status_of(named, None) if named else status_of(None, _cluster(state, environ))


def is_alive(state: Path | None = None, *, environ: Mapping[str, str] = _ENVIRON) -> bool:
    """Whether the process of our own server lives, without a connection; an external server counts as alive."""
    return external(environ) is not None or living_postmaster(_cluster(state, environ)) is not None


def trim_log(state: Path | None = None, *, environ: Mapping[str, str] = _ENVIRON) -> bool:
    """Keep the log of our own server below 20 MB, with the one before it; False where it is short, or where it is not ours."""
    return external(environ) is None and _trim_log(_cluster(state, environ))


def backup_now(
    folder: Path,
    keep: int = 7,
    *,
    of: Address | None = None,
    at: datetime | None = None,
    environ: Mapping[str, str] = _ENVIRON,
) -> Path:
    """One more backup named by its time (UTC) in `folder`; the newest `keep` of this database stay there."""
    return _backup_now(folder, keep, address=of or address(environ=environ), at=at)


def upgrade(
    state: Path | None = None,
    *,
    old_programs: Path | None = None,
    options: Mapping[str, str] = _NONE,
    environ: Mapping[str, str] = _ENVIRON,
) -> str:
    """Bring our own data folder to the major version of the programs; says what was done. Stop Mutuals before."""
    _refuse_external(environ, "upgraded")
    return upgrade_of(_cluster(state, environ), old_programs=old_programs, options=options)


def _cluster(state: Path | None, environ: Mapping[str, str]) -> Cluster:
    return cluster_at(state or _state_folder(environ), programs=programs_folder(environ))


def _refuse_external(environ: Mapping[str, str], what: str) -> None:
    if external(environ) is not None:
        raise Refused(f"DATABASE_URL names a server that is not ours: it is {what} where it runs.")

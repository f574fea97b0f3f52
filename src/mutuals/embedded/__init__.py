"""The bundled PostgreSQL. Knows no Django. `DATABASE_URL` names an external server instead; it then wins everywhere
except where a state folder is given by hand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from mutuals.embedded.address import Address
from mutuals.embedded.places import Cluster, cluster_at, programs_folder, state_folder
from mutuals.embedded.refusals import Damaged, Refused, VersionMismatch
from mutuals.embedded.server import Status, address_of, down, status_of, up

__all__ = [
    "Address",
    "Damaged",
    "Refused",
    "Status",
    "VersionMismatch",
    "address",
    "ensure_up",
    "external",
    "state_folder",
    "status",
    "stop",
]

_NONE: Mapping[str, str] = MappingProxyType({})


def external(environ: Mapping[str, str] | None = None) -> Address | None:
    """The server named by `DATABASE_URL`, or None when the database is our own."""
    url = (os.environ if environ is None else environ).get("DATABASE_URL", "")
    return Address.parse(url) if url else None


def ensure_up(
    state: Path | None = None, *, options: Mapping[str, str] = _NONE, programs: Path | None = None
) -> Address:
    """Attach to the database, starting our own if it is not running. Safe to call from any number of processes."""
    named = external() if state is None else None
    return named or up(_cluster(state, programs), options=options)


def address(state: Path | None = None) -> Address:
    """Where the database is or will be; starts nothing, makes nothing. Before the first start the password is empty."""
    named = external() if state is None else None
    return named or address_of(_cluster(state, None))


def stop(state: Path | None = None, *, programs: Path | None = None) -> bool:
    """Stop our own database; False if it was not running. Refuses for a server that is not ours."""
    _refuse_external(state, "stopped")
    return down(_cluster(state, programs))


def status(state: Path | None = None) -> Status:
    """What is running, found by connecting. Refuses for a server that is not ours."""
    _refuse_external(state, "looked after")
    return status_of(_cluster(state, None))


def _cluster(state: Path | None, programs: Path | None) -> Cluster:
    return cluster_at(state or state_folder(os.environ), programs=programs or programs_folder(os.environ))


def _refuse_external(state: Path | None, what: str) -> None:
    if state is None and external() is not None:
        raise Refused(f"DATABASE_URL names a server of your own, which is {what} where it runs, not by Mutuals.")

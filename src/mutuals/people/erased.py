"""Erased people are kept out by keyed hashes of their handles, which say nothing without this installation's key."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from mutuals.base import bulk
from mutuals.people.models import Erased
from mutuals.people.profiles import stored_key


def digest(network: str, key: str) -> bytes:
    """HMAC-SHA256 under settings.ERASURE_KEY, 32 bytes, of the handle as the profile table would hold it."""
    return hmac.digest(settings.ERASURE_KEY.encode(), "\0".join(stored_key(network, key)).encode(), "sha256")


def which(handles: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the handles (network, key) that were erased, in one query."""
    by_digest = {digest(network, key): (network, key) for network, key in set(handles)}
    if not by_digest:
        return set()
    asked = bulk.array("\\x" + one.hex() for one in by_digest)
    found = bulk.execute("SELECT digest FROM people_erased WHERE digest = ANY(%s::bytea[])", [asked])
    return {by_digest[bytes(row[0])] for row in found}


def keep_out(handles: Iterable[tuple[str, str]], *, now: datetime) -> int:
    """Let the handles (network, key) never come in again; says how many were new to the list."""
    rows = sorted({(digest(network, key), now) for network, key in handles})
    return len(bulk.insert(Erased, ("digest", "at"), rows, conflict="DO NOTHING", returning="at"))

"""Erased people are kept out by keyed hashes of their handles, which say nothing without this installation's key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from mutuals.base import bulk
from mutuals.people.models import Erased
from mutuals.people.profiles import stored_key


def digest(network: str, key: str) -> bytes:
    """HMAC-SHA256 under settings.ERASURE_KEY, 32 bytes, of the handle as the profile table would hold it."""
    return hmac.new(
        settings.ERASURE_KEY.encode(), "\0".join(stored_key(network, key)).encode(), hashlib.sha256
    ).digest()


def which(handles: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the handles (network, key) that were erased, in one query."""
    by_digest = {digest(network, key): (network, key) for network, key in set(handles)}
    if not by_digest:
        return set()
    found = Erased.objects.filter(digest__in=list(by_digest)).values_list("digest", flat=True)
    return {by_digest[bytes(one)] for one in found}


def keep_out(handles: Iterable[tuple[str, str]], *, now: datetime) -> int:
    """Let the handles (network, key) never come in again; says how many were new to the list."""
    rows = sorted({(digest(network, key), now) for network, key in handles})
    return len(bulk.insert(Erased, ("digest", "at"), rows, conflict="DO NOTHING", returning="at"))

"""Erased people are kept out by keyed hashes of their handles, which say nothing without this installation's key.

Whoever was erased while only the page of their account was known comes again with an id beside it: ask for both.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Set
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max, Q

from mutuals.base import bulk
from mutuals.connectors.contract import Handle
from mutuals.people.models import Erased, Receipt
from mutuals.people.profiles import Pair, page_of, stored_key

SHORTEST = 4  # letters; a shorter handle stands in too many keys


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


def known_as(handle: Handle) -> list[Pair]:
    """All ways in which an account may have been known here: by its id, and by its page where only that was told."""
    page = page_of((handle.network, handle.key), handle.url)
    return [(handle.network, handle.key), *([page] if page else [])]


def keep_out(handles: Iterable[tuple[str, str]], *, now: datetime) -> int:
    """Let the handles (network, key) never come in again; says how many were new to the list."""
    rows = sorted({(digest(network, key), now) for network, key in handles})
    return len(bulk.insert(Erased, ("digest", "at"), rows, conflict="DO NOTHING", returning="at"))


def last() -> int:
    """The number of the last erasure, 0 before the first. Who asks within the gate knows that none is under way."""
    return int(Receipt.objects.filter(kind="erase").aggregate(last=Max("pk"))["last"] or 0)


def veiled(key: str) -> str:
    """A network's key as "erased:" and its keyed hash: still one key, but nobody reads a name in it."""
    return key if key.startswith("erased:") or not key else f"erased:{digest('key', key).hex()}"


class Veil:
    """Hides the keys of what somebody said, and every key that holds one of their handles: mostly addresses of theirs."""

    def __init__(self, handles: Iterable[tuple[str, str]], keys: Set[str]) -> None:
        self._keys = keys
        told = {key.casefold() for network, key in handles if network != "mutuals" and len(key) >= SHORTEST}
        self._handles = sorted(key for key in told if not (key.isdigit() and len(key) < 8))

    def names(self, text: object) -> bool:
        """Whether a text is a key of theirs or holds a handle."""
        return isinstance(text, str) and (text in self._keys or any(one in text.casefold() for one in self._handles))

    def without(self, value: Any) -> Any:
        """JSON without the entries that name them: of a list of texts or of lists, and of an object by name or text."""
        if isinstance(value, list):
            return [
                self.without(one) for one in value if not any(map(self.names, one if isinstance(one, list) else [one]))
            ]
        if isinstance(value, dict):
            return {k: self.without(v) for k, v in value.items() if not (self.names(k) or self.names(v))}
        return value

    def over(self, text: str) -> str:
        """The text, or its veiled form where it is a key of theirs or names them."""
        return veiled(text) if self.names(text) else text

    def inside(self, value: Any) -> Any:
        """JSON with every text in it as `over` has it; names of fields stay."""
        if isinstance(value, str):
            return self.over(value)
        if isinstance(value, list):
            return [self.inside(one) for one in value]
        return {name: self.inside(one) for name, one in value.items()} if isinstance(value, dict) else value

    def like(self, column: str) -> Q:
        """Rows whose column is a key of theirs, or holds a handle."""
        found = Q(**{f"{column}__in": self._keys})
        for handle in self._handles:
            found |= Q(**{f"{column}__icontains": handle})
        return found

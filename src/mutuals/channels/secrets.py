"""The vault: the secrets of a source, sealed under rotating keys that live outside the database. Write-only for people.

The source's id is sealed in with the values: a row copied to another source does not open. Nothing here is ever logged;
`hide` takes known secrets out of other texts. Secrets of other things are sealed by `base.sealed`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import Error, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from mutuals.base.locks import Space
from mutuals.base.refusals import Refusal
from mutuals.base.sealed import sealer
from mutuals.channels.models import Credential, Hook
from mutuals.connectors.contract import AuthExpired
from mutuals.staff.models import Provider

MOST = 64_000  # bytes of one source's secrets
_BATCH = 200


class Vault:
    """`contract.Secrets` of one source."""

    def __init__(self, source_id: int) -> None:
        self._source_id = source_id

    def __repr__(self) -> str:
        return f"Vault({self._source_id})"

    def get(self) -> dict[str, str]:
        """The values, read anew each time, because another process may have renewed them. {} = none are kept.

        Raises AuthExpired where they cannot be opened: another key, another source, or spoilt.
        """
        row = Credential.objects.filter(source_id=self._source_id).first()
        if row is None:
            return {}
        try:
            held = json.loads(sealer().decrypt(bytes(row.sealed)))
        except (InvalidToken, ValueError) as error:
            raise AuthExpired(
                "The kept sign-in cannot be opened with the keys of this installation. Sign in again."
            ) from error
        if held.get("source") != self._source_id:
            raise AuthExpired("The kept sign-in belongs to another source. Sign in again.")
        return {str(name): str(value) for name, value in held["values"].items()}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody else is renewing this source's tokens, and keep others out until the end.

        A lock of the connection, not of a transaction: what is saved inside is committed at once, and a killed process
        holds nothing. May be entered again inside.
        """
        key = Space.RENEWING.key(self._source_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        try:
            yield
        finally:
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])

    def save(self, values: Mapping[str, str]) -> None:
        """Keep all values anew, committed at once: a token that was renewed out there must never be lost in here.

        Raises RuntimeError inside a transaction, which could take it back; acts use `store`.
        """
        with transaction.atomic(durable=True):
            self.store(values)

    def store(self, values: Mapping[str, str], *, expires_at: datetime | None = None) -> None:
        """Keep all values anew, in the caller's transaction. Refused: more than 64,000 bytes."""
        plain = json.dumps({"source": self._source_id, "values": dict(values)}).encode()
        if len(plain) > MOST:
            raise Refusal("These secrets are too long to be any network's.")
        Credential.objects.update_or_create(
            source_id=self._source_id,
            defaults={"sealed": sealer().encrypt(plain), "changed_at": Now(), "expires_at": expires_at},
        )

    def merge(self, values: Mapping[str, str]) -> None:
        """Replace the named values and keep the others, in the caller's transaction."""
        Credential.objects.select_for_update().filter(source_id=self._source_id).first()
        self.store({**self.get(), **values})

    def named(self) -> frozenset[str]:
        """Which secrets are kept, without their values; none where they cannot be opened."""
        try:
            return frozenset(name for name, value in self.get().items() if value)
        except AuthExpired:
            return frozenset()

    def hide(self, text: str) -> str:
        """The text without any kept secret of six letters or more, for messages and logs."""
        try:
            values = self.get().values()
        except AuthExpired:
            return text
        for value in sorted(values, key=len, reverse=True):
            if len(value) >= 6:
                text = text.replace(value, "•••")
        return text


def rotate() -> int:
    """Seal everything anew under the newest key; returns how many. Rows that no key opens are left as they are."""
    return sum(_rotated(rows) for rows in (Credential.objects.all(), Hook.objects.all(), Provider.objects.all()))


def _rotated(held: QuerySet[Any]) -> int:
    keys, done, last = sealer(), 0, 0
    while True:
        with transaction.atomic():
            rows = list(held.select_for_update().filter(pk__gt=last).order_by("pk")[:_BATCH])
            for row in rows:
                try:
                    row.sealed = keys.rotate(bytes(row.sealed))
                except InvalidToken:
                    continue
                row.save(update_fields=["sealed"])
                done += 1
        if len(rows) < _BATCH:
            return done
        last = rows[-1].pk

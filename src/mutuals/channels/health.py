"""How a source is doing: what the last attempts say, and when it is worth trying again."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from mutuals.base import journal, wake
from mutuals.base.limits import back_off
from mutuals.base.refusals import Refusal
from mutuals.channels.models import Health, Source, SourceState
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import AuthExpired, ConnectorError, RateLimited
from mutuals.staff.models import User
from mutuals.staff.permissions import require

AUTH_TRIES = 2
DOWN_AFTER = 5
LONGEST_WAIT = timedelta(days=1)


def note_success(source: Source, *, now: datetime, items: int = 0, again_at: datetime | None = None) -> Source:
    """An attempt went well: failures are forgotten. `items` are those that were new; `again_at` is the next look."""
    with transaction.atomic():
        row = _locked(source)
        was = row.health
        row.health, row.failures, row.auth_failures, row.last_error = Health.OK, 0, 0, ""
        row.last_success_at, row.next_try_at = now, again_at
        row.last_item_at = now if items else row.last_item_at
        _save(row, was)
    return row


def note_handed(source: Source, *, at: datetime, item_at: datetime | None) -> None:
    """What was handed in to us went through: the last success of a source that is not drawn. `item_at` None = no news.

    `source` as it was read before; while it is well, this is one statement.
    """
    if source.health != Health.OK or source.failures:
        note_success(source, now=at)
    told: dict[str, object] = {"last_success_at": at, "last_error": ""} | ({"last_item_at": item_at} if item_at else {})
    Source.objects.filter(pk=source.pk).update(**told)


def note_failure(
    source: Source, error: Exception, *, now: datetime, chance: Callable[[], float] = random.random
) -> Source:
    """An attempt failed: say how, and when to try again.

    A limit is no failure, it has its own moment. Two refused sign-ins in a row stop the source until somebody signs in
    again; its history stays. Otherwise the wait doubles with each failure, spread by `chance` in [0, 1).
    """
    with transaction.atomic():
        row = _locked(source)
        was = row.health
        row.last_error, row.last_error_at = _words(source, error), now
        if isinstance(error, RateLimited):
            row.health = Health.RATE_LIMITED
            row.next_try_at = min(error.retry_at, now + LONGEST_WAIT)
        else:
            row.failures += 1
            row.auth_failures = row.auth_failures + 1 if isinstance(error, AuthExpired) else 0
            row.health = Health.DOWN if row.failures >= DOWN_AFTER else Health.DEGRADED
            row.next_try_at = now + back_off(row.failures, chance=chance(), base=15.0)
        if row.auth_failures >= AUTH_TRIES:
            row.health, row.next_try_at = Health.NEEDS_AUTH, None
            row.state = SourceState.NEEDS_AUTH if row.state == SourceState.ACTIVE else row.state
        _save(row, was)
    return row


def reauthorise(source: Source, secrets: Mapping[str, str], *, by: User) -> Source:
    """Sign in again in place: new secrets beside those not named, nothing of the history touched, drawing goes on."""
    require(by, "source.manage")
    if not secrets:
        raise Refusal("Signing in again needs the new password or token.")
    with transaction.atomic():
        row = _locked(source)
        was = row.health
        vault = Vault(row.pk)
        if vault.named():
            vault.merge(secrets)
        else:
            vault.store(secrets)
        row.state = SourceState.ACTIVE if row.state == SourceState.NEEDS_AUTH else row.state
        row.health, row.failures, row.auth_failures, row.last_error = Health.UNKNOWN, 0, 0, ""
        row.next_try_at = None
        _save(row, was)
        journal.note("source.reauthorised", row, by=by, secrets=sorted(secrets))
    return row


def lag(source: Source, *, now: datetime) -> timedelta | None:
    """How far behind we may be: the time since the last good look. None = never looked."""
    return now - source.last_success_at if source.last_success_at else None


def _locked(source: Source) -> Source:
    return Source.objects.select_for_update(of=("self",)).get(pk=source.pk)


def _save(row: Source, was: str) -> None:
    row.save(
        update_fields=[
            "health",
            "state",
            "failures",
            "auth_failures",
            "last_error",
            "last_error_at",
            "last_success_at",
            "last_item_at",
            "next_try_at",
        ]
    )
    if row.health != was:
        journal.note("source.health", row, by="machine:health", was=was, now=row.health, error=row.last_error)
        wake.changed("source", [row.pk])


def _words(source: Source, error: Exception) -> str:
    said = str(error) if isinstance(error, ConnectorError) else f"{type(error).__name__}: {error}"
    return Vault(source.pk).hide(" ".join(said.replace("\x00", "").split()))[:500] or type(error).__name__

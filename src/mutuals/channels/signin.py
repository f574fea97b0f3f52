"""Signing a source in to its network, and asking the network who we are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from mutuals.base import clock, journal
from mutuals.base.refusals import Refusal
from mutuals.channels import health, presences
from mutuals.channels.context import context_for
from mutuals.channels.models import Channel, Source
from mutuals.channels.secrets import Vault
from mutuals.channels.sources import connector_of
from mutuals.connectors.contract import ConnectorError
from mutuals.staff.models import User
from mutuals.staff.permissions import require


def begin(source: Source, *, return_to: str, by: User, now: Callable[[], datetime] = clock.now) -> str:
    """The network's own page where the sign-in goes on. Refused: a network that signs in by the form alone."""
    require(by, "source.manage")
    connector = connector_of(source)
    if connector.begin is None:
        raise Refusal(f"{connector.label} is signed in by its form.")
    try:
        return connector.begin(context_for(source, now=now), return_to)
    except ConnectorError as error:
        raise Refusal(_said(source, error)) from error


def finish(source: Source, answer: Mapping[str, str], *, by: User, now: Callable[[], datetime] = clock.now) -> Channel:
    """The second half: the connector keeps the secrets, and our account there becomes a channel."""
    require(by, "source.manage")
    connector = connector_of(source)
    if connector.finish is None:
        raise Refusal(f"{connector.label} is signed in by its form.")
    try:
        handle = connector.finish(context_for(source, now=now), answer)
    except ConnectorError as error:
        raise Refusal(_said(source, error)) from error
    health.reauthorise(source, Vault(source.pk).get(), by=by)
    return presences.found(source, handle, by=by)


def check(source: Source, *, by: User, now: Callable[[], datetime] = clock.now) -> Channel | None:
    """Ask the network who we are, as set-up and the test button do; health takes note. None = it cannot be asked."""
    require(by, "source.manage")
    connector = connector_of(source)
    if connector.check is None:
        return None
    try:
        handle = connector.check(context_for(source, now=now))
    except ConnectorError as error:
        health.note_failure(source, error, now=now())
        raise Refusal(_said(source, error)) from error
    health.note_success(source, now=now())
    journal.note("source.checked", source, by=by)
    return presences.found(source, handle, by=by)


def _said(source: Source, error: ConnectorError) -> str:
    return Vault(source.pk).hide(str(error)) or "The network did not say why."

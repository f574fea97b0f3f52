"""All that a connector may touch, for one source."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from mutuals.base import clock
from mutuals.base.net import guarded
from mutuals.channels.limits import Limiter
from mutuals.channels.models import Source
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import Context

_log = logging.getLogger("mutuals.connectors")


def context_for(source: Source, *, now: Callable[[], datetime] = clock.now) -> Context:
    """The source's settings, vault, limits and the guarded net with this installation's allow-list."""
    http, sockets = guarded(settings.NET_ALLOW)
    vault = Vault(source.pk)
    return Context(
        settings=dict(source.settings),
        secrets=vault,
        http=http,
        sockets=sockets,
        limiter=Limiter(source.pk, now=now),
        now=now,
        log=lambda message: _log.info("source %s: %s", source.pk, vault.hide(message)),
    )

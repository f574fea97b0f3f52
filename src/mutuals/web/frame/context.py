"""What the frame around every page shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame's values, worked out only where a template prints them."""
    return {"company": settings.COMPANY, "events_url": events_url(request), "frame": SimpleLazyObject(lambda: {"user": request.user})}


def events_url(request: HttpRequest) -> str:
    """Where this page listens: the host that the page was opened by, so that the session cookie goes along."""
    told = urlsplit(settings.EVENTS_URL)
    if told.hostname not in ("localhost", "127.0.0.1") or told.port is None:
        return str(settings.EVENTS_URL)
    return f"{request.scheme}://{request.get_host().rsplit(':', 1)[0]}:{told.port}"

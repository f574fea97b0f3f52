"""What the frame around every page shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame's values, worked out only where a template prints them."""
    return {"company": settings.COMPANY, "events_url": settings.EVENTS_URL, "frame": SimpleLazyObject(lambda: {"user": request.user})}

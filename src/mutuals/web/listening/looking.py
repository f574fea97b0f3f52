"""What a page tells of history that nobody looked at for bursts: how much, who looks back over it, and what was found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from mutuals.listening.card import back, late
from mutuals.listening.card.playbooks import LEVELS
from mutuals.listening.models import Lookback, State, Topic
from mutuals.staff.models import User
from mutuals.staff.permissions import may

_FRESH = timedelta(days=1)  # so long the board tells what was found


def looked(topic: Topic, viewer: User, *, now: datetime) -> dict[str, Any]:
    """What the note about looking back needs: what is late by now, and how far the last look back is."""
    if topic.version is None or topic.version.state != State.LIVE:
        return {}
    row = back.last(topic)
    return {
        "late": late.waiting(topic),
        "back": row,
        "is_fresh": row is not None and row.ended_at is not None and row.ended_at > now - _FRESH,
        "back_percent": _percent(row) if row else 0,
        "back_rings": _rings(row) if row else [],
        "may_look_back": may(viewer, "listening.judge"),
    }


def _percent(row: Lookback) -> int:
    whole = (row.until - row.since).total_seconds()
    return round(100 * (row.at - row.since).total_seconds() / whole) if whole > 0 else 100


def _rings(row: Lookback) -> list[dict[str, Any]]:
    """What would have rung, the newest first."""
    return [
        {
            "since": parse_datetime(one["since"]),
            "until": parse_datetime(one["until"]),
            "level": LEVELS[one["level"]],
            "words": one["words"],
        }
        for one in reversed(row.rings)
    ]

"""Time comes in as an argument everywhere; this is the one place where it starts."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def read(text: str) -> datetime | None:
    """A moment from outside, ISO 8601 with a zone, as aware UTC; None for anything else and beyond the years 2 to 9998.

    In UTC, because PostgreSQL takes no zone that is 16 hours away, and Python takes one of 24.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None and 1 < found.year < 9999 else None

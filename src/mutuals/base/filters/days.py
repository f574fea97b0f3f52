"""Days as the viewer lives them: from their midnight to the next, in their zone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def start(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins; where a change of clocks skips midnight, the first moment after."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def span(op: str, value: object, *, today: date) -> tuple[date | None, date | None]:
    """The days that a test means: first day, and the day after the last one; None = open.

    "last 7" are today and the seven days before. A "between" whose ends are swapped means nothing.
    """
    if op == "last" and isinstance(value, int):
        return today - timedelta(days=min(value, (today - date.min).days)), today + timedelta(days=1)
    if op == "between" and isinstance(value, tuple):
        return value[0], value[1] + timedelta(days=1)
    assert isinstance(value, date)
    if op == "on":
        return value, value + timedelta(days=1)
    return (None, value) if op == "before" else (value + timedelta(days=1), None)

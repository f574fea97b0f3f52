"""How often we may call: the arithmetic of a token bucket and of waiting, without clock, chance or storage.

A bucket is a value. Whoever keeps it (a row, locked) asks `take`, stores what comes back, and waits or goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Bucket:
    """`size` calls at once, `per_second` calls refilled; `kept_back` of them are only for what is urgent."""

    size: float
    per_second: float
    tokens: float
    at: datetime
    kept_back: float = 0.0
    closed_until: datetime | None = None


def full(*, size: float, per_second: float, at: datetime, kept_back: float = 0.0) -> Bucket:
    """A new bucket. Refused: a size below one, no refill, or keeping back so much that backfill never passes."""
    if size < 1 or per_second <= 0 or not 0 <= kept_back <= size - 1:
        raise ValueError("A bucket needs size >= 1, per_second > 0 and 0 <= kept_back <= size - 1.")
    return Bucket(size, per_second, size, at, kept_back)


def take(bucket: Bucket, now: datetime, *, urgent: bool = False) -> tuple[Bucket, timedelta]:
    """The bucket afterwards and how long to wait: zero = taken, else nothing was taken."""
    bucket = _refilled(bucket, now)
    if bucket.closed_until is not None and bucket.closed_until > now:
        return bucket, bucket.closed_until - now
    needed = 1.0 if urgent else 1.0 + bucket.kept_back
    if bucket.tokens >= needed:
        return replace(bucket, tokens=bucket.tokens - 1.0), timedelta(0)
    return bucket, max(timedelta(seconds=(needed - bucket.tokens) / bucket.per_second), timedelta(microseconds=1))


def told(bucket: Bucket, now: datetime, *, remaining: int | None, reset_at: datetime | None) -> Bucket:
    """What the server's own headers say goes first: fewer tokens than we thought, or closed until its reset.

    The server never raises our own limit; a reset more than a day away is taken for a day.
    """
    bucket = _refilled(bucket, now)
    if remaining is None:
        closed = reset_at
    else:
        bucket = replace(bucket, tokens=min(bucket.tokens, float(max(remaining, 0))))
        closed = reset_at if remaining <= 0 else None
    if closed is not None and closed > now:
        bucket = replace(bucket, closed_until=min(closed, now + timedelta(days=1)))
    return bucket


def back_off(attempt: int, *, chance: float, base: float = 2.0, longest: float = 3600.0) -> timedelta:
    """Waiting time before try `attempt` (1 = after the first failure); `chance` in [0, 1) is drawn by the caller.

    Between half and all of base * 2^(attempt - 1) seconds, at most `longest` ("equal jitter", M. Brooker,
    "Exponential Backoff and Jitter", 2015): spread out, and never zero.
    """
    if attempt < 1 or not 0 <= chance < 1:
        raise ValueError("attempt counts from 1 and chance lies in [0, 1).")
    span = min(longest, base * 2.0 ** min(attempt - 1, 60))
    return timedelta(seconds=span * (0.5 + chance / 2))


def _refilled(bucket: Bucket, now: datetime) -> Bucket:
    """A clock that went back refills nothing."""
    seconds = max((now - bucket.at).total_seconds(), 0.0)
    tokens = min(bucket.size, bucket.tokens + seconds * bucket.per_second)
    return replace(bucket, tokens=tokens, at=max(now, bucket.at))

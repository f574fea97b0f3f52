"""How often an account may call, shared by all processes: one locked row for each (source, group)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mutuals.base import clock, limits
from mutuals.channels.models import Bucket
from mutuals.connectors.contract import RateLimited


@dataclass(frozen=True, slots=True)
class Rate:
    """`size` calls at once, `per_second` refilled, of which `kept_back` are for replies only."""

    size: float = 300.0
    per_second: float = 1.0
    kept_back: float = 30.0


USUAL = Rate()
"""300 calls in five minutes: what Mastodon servers give, and less than the other networks here."""


class Limiter:
    """`contract.Limiter` of one source. A call holds the row for one statement, never over the network."""

    def __init__(self, source_id: int, *, now: Callable[[], datetime] = clock.now, rate: Rate = USUAL) -> None:
        self._source_id, self._now, self._rate = source_id, now, rate

    def take(self, group: str, *, urgent: bool = False) -> None:
        """Pass, or raise RateLimited with the moment from which it is worth trying."""
        now = self._now()
        with transaction.atomic():
            row = self._row(group, now)
            bucket, wait = limits.take(self._bucket(row), now, urgent=urgent)
            _store(row, bucket)
        if wait:
            raise RateLimited("Our own limit for this account is used up for now.", retry_at=now + wait)

    def told(self, group: str, *, remaining: int | None, reset_at: datetime | None) -> None:
        """The server's own headers go before our count."""
        now = self._now()
        with transaction.atomic():
            row = self._row(group, now)
            _store(row, limits.told(self._bucket(row), now, remaining=remaining, reset_at=reset_at))

    def _row(self, group: str, now: datetime) -> Bucket:
        Bucket.objects.bulk_create(
            [Bucket(source_id=self._source_id, group=group[:60], left=self._rate.size, counted_at=now)],
            ignore_conflicts=True,
        )
        return Bucket.objects.select_for_update().get(source_id=self._source_id, group=group[:60])

    def _bucket(self, row: Bucket) -> limits.Bucket:
        rate = self._rate
        return limits.Bucket(rate.size, rate.per_second, row.left, row.counted_at, rate.kept_back, row.blocked_until)


def _store(row: Bucket, bucket: limits.Bucket) -> None:
    row.left, row.counted_at, row.blocked_until = bucket.tokens, bucket.at, bucket.closed_until
    row.save(update_fields=["left", "counted_at", "blocked_until"])

"""How much each source brings: counted as batches are done, so that no screen counts messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Sum

from mutuals.base.bulk import insert
from mutuals.capture.models import Pace, RawEvent, RawState

SLOT = 15  # minutes: every zone's midnight falls on a quarter of an hour
WALKED = 10_000  # parked events that are looked at, newest first


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of one source: messages in the history, and events that are put aside still."""

    kept: int = 0
    parked: int = 0


def count(came: Iterable[tuple[int, datetime]]) -> None:
    """Add messages that were kept, (source, when it arrived) each, in the caller's transaction: one statement a batch."""
    slots = Counter((source_id, slot(at)) for source_id, at in came)
    rows = [(source_id, when, number) for (source_id, when), number in sorted(slots.items())]
    more = "(slot, source_id) DO UPDATE SET kept = capture_pace.kept + EXCLUDED.kept"
    insert(Pace, ("source_id", "slot", "kept"), rows, conflict=more)


def since(moment: datetime) -> dict[int, Brought]:
    """What arrived by source since `moment`; a source that brought nothing is not named.

    Parked events are looked for among the newest 10,000 of them.
    """
    kept = dict(Pace.objects.filter(slot__gte=slot(moment)).values_list("source_id").annotate(Sum("kept")))
    newest = RawEvent.objects.filter(state=RawState.PARKED).order_by("-id").values("pk")[:WALKED]
    fresh = RawEvent.objects.filter(pk__in=newest, received_at__gte=moment)
    parked = dict(fresh.order_by().values_list("source_id").annotate(Count("pk")))
    return {number: Brought(kept.get(number, 0), parked.get(number, 0)) for number in kept.keys() | parked.keys()}


def slot(moment: datetime) -> datetime:
    """The start of the quarter of an hour that a moment lies in."""
    at = moment.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % SLOT, second=0, microsecond=0)

"""What was put aside because it could not be opened: shown with its reason, tried again or dropped by a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import journal
from mutuals.capture import receive
from mutuals.capture.models import RawEvent, RawState
from mutuals.staff.models import User
from mutuals.staff.permissions import require

MOST = 1000
SHOWN = 20_000  # bytes of a body on the screen


def listed(by: User, *, source_id: int | None = None, before: int | None = None, limit: int = 50) -> list[RawEvent]:
    """Parked events, newest first, without their bodies; `before` is the id of the last one seen."""
    require(by, "parked.view")
    rows = _parked().defer("body").select_related("source").order_by("-pk")
    rows = rows.filter(source_id=source_id) if source_id is not None else rows
    rows = rows.filter(pk__lt=before) if before is not None else rows
    return list(rows[: min(limit, 201)])


def count(by: User) -> int:
    """How many wait for a person; counted to 10,001."""
    require(by, "parked.view")
    return _parked()[:10_001].count()


def shown(number: int, *, by: User) -> tuple[RawEvent, str]:
    """One of them with the start of its bytes as text. Raises RawEvent.DoesNotExist."""
    require(by, "parked.view")
    row = _parked().select_related("source").get(pk=number)
    return row, bytes(row.body)[:SHOWN].decode("utf-8", "replace").replace("\x00", "�")


def retry(numbers: Sequence[int], *, by: User) -> int:
    """Let them be opened again, at most 1000; returns how many were still parked."""
    require(by, "parked.retry")
    with transaction.atomic():
        rows = list(_locked(numbers))
        RawEvent.objects.filter(pk__in=[number for number, _ in rows]).update(state=RawState.RECEIVED, reason="")
        for source_id in sorted({source_id for _, source_id in rows}):
            receive.wake(source_id)
        journal.note_many("parked.retried", [f"rawevent:{number}" for number, _ in rows], by=by)
    return len(rows)


def drop(numbers: Sequence[int], *, by: User) -> int:
    """Give them up: the bytes go, key and reason stay so that the same delivery is not taken in again."""
    require(by, "parked.retry")
    with transaction.atomic():
        rows = list(_locked(numbers))
        RawEvent.objects.filter(pk__in=[number for number, _ in rows]).update(state=RawState.DROPPED, body=b"")
        journal.note_many("parked.dropped", [f"rawevent:{number}" for number, _ in rows], by=by)
    return len(rows)


def _parked() -> QuerySet[RawEvent]:
    return RawEvent.objects.filter(state=RawState.PARKED)


def _locked(numbers: Sequence[int]) -> QuerySet[RawEvent, tuple[int, int]]:
    rows = _parked().select_for_update(of=("self",)).filter(pk__in=list(numbers)[:MOST]).order_by("pk")
    return rows.values_list("pk", "source_id")

"""Deals in the trash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import trash
from mutuals.base.trash import Kind
from mutuals.sales import deals
from mutuals.sales.models import Deal
from mutuals.sales.pipeline import deals_visible_to


def _rows(viewer: Any) -> QuerySet[Deal]:
    return deals_visible_to(viewer) | deals_visible_to(viewer, trashed=True)


@transaction.atomic
def purge(now: datetime) -> Sequence[str]:
    """Delete some that have been there for thirty days; quotes and orders of theirs stay without them."""
    gone = [row.pk for row in trash.old(Deal.objects.all(), now)]
    keys = [f"deal:{number}" for number in gone]
    Deal.objects.filter(pk__in=gone).delete()
    trash.forget(keys)
    return keys


TRASHED = (
    Kind(
        "deal", "Deals", _rows, lambda row, by, now: deals.trash(row, by=by, now=now),
        lambda row, by, now: deals.restore(row, by=by, now=now), lambda row: "its lines, roles and place in the pipeline",
        purge,
    ),
)  # fmt: skip

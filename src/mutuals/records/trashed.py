"""Records of the house's own making in the trash; a job of theirs deletes them after thirty days."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from mutuals.base.trash import Kind
from mutuals.records import own
from mutuals.records.models import Own
from mutuals.staff.permissions import may


def _rows(viewer: Any) -> QuerySet[Own]:
    return Own.objects.all() if may(viewer, "own.view") else Own.objects.none()


TRASHED = (
    Kind(
        "own", "Records of own types", _rows, lambda row, by, now: own.trash(row, by=by, now=now),
        lambda row, by, now: own.restore(row, by=by), lambda row: "its values and number",
    ),
)  # fmt: skip

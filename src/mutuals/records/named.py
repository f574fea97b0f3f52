"""How records of the house's own making are called by their text keys."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from mutuals.records.models import Own
from mutuals.staff.named import Named
from mutuals.staff.permissions import may


def _seen(viewer: Any) -> QuerySet[Own]:
    rows = Own.objects.filter(trashed_at=None)
    return rows if may(viewer, "own.view") else rows.none()


NAMED = (Named("own", "Record", "/own/{}/", _seen),)

"""Ideas in the trash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import trash
from mutuals.base.trash import Kind
from mutuals.communities import merge
from mutuals.communities.models import Idea
from mutuals.communities.queries import with_gone


def _rows(viewer: Any) -> QuerySet[Idea]:
    return with_gone(viewer).filter(merged_into=None)


@transaction.atomic
def purge(now: datetime) -> Sequence[str]:
    """Delete some that have been there for thirty days, with what was merged into them."""
    gone = [row.pk for row in trash.old(Idea.objects.filter(merged_into=None), now)]
    every = list(gone)
    below = list(Idea.objects.filter(merged_into__in=gone).values_list("pk", flat=True))
    while below:
        every += below
        below = list(Idea.objects.filter(merged_into__in=below).values_list("pk", flat=True))
    Idea.objects.filter(pk__in=every).update(merged_into=None)
    Idea.objects.filter(pk__in=every).delete()
    keys = [f"idea:{number}" for number in every]
    trash.forget(keys)
    return keys


TRASHED = (
    Kind(
        "idea", "Ideas", _rows, lambda row, by, now: merge.trash(row, by=by, now=now),
        lambda row, by, now: merge.restore(row, by=by), lambda row: "who asked for it and who votes for it", purge,
    ),
)  # fmt: skip

"""Presences that are nobody's yet: the list, and finding one by its name."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from mutuals.people.models import Profile
from mutuals.people.names import tidy
from mutuals.staff.permissions import may

PATIENCE = 0.7  # seconds


def visible_to(viewer: Any) -> QuerySet[Profile]:
    """Presences of nobody, without our own and those of organisations; nothing for those who may not link them."""
    rows = Profile.objects.filter(person=None, organisation=None, is_ours=False)
    return rows if may(viewer, "person.link") else rows.none()


def listed(viewer: Any, *, text: str = "", before: int | None = None, limit: int = 50) -> list[Profile]:
    """Newest first, from a place on; with `text` those whose handle, name or address holds it."""
    rows = visible_to(viewer)
    asked = tidy(text, at_most=100)
    if asked:
        rows = rows.filter(Q(name__icontains=asked) | Q(shown__icontains=asked) | Q(key__icontains=asked))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])

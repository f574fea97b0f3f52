"""Presences that are nobody's yet: the list, and finding one by its name."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from mutuals.base import bulk
from mutuals.people.models import Profile
from mutuals.people.names import tidy
from mutuals.people.profiles import OWN
from mutuals.staff.permissions import may

PATIENCE = 0.7  # seconds
_NETWORKS = """
WITH RECURSIVE found AS (
    SELECT min(network) AS name FROM people_profile
    UNION ALL SELECT (SELECT min(network) FROM people_profile WHERE network > f.name) FROM found f WHERE f.name IS NOT NULL
) SELECT name FROM found WHERE name IS NOT NULL AND name <> %s LIMIT 100
"""


def visible_to(viewer: Any) -> QuerySet[Profile]:
    """Presences of nobody, without our own and those of organisations; nothing for those who may not link them."""
    rows = Profile.objects.filter(person=None, organisation=None, is_ours=False)
    return rows if may(viewer, "person.link") else rows.none()


def listed(
    viewer: Any, *, text: str = "", network: str = "", before: int | None = None, limit: int = 50
) -> list[Profile]:
    """Newest first, from a place on; with `text` those whose handle, name or address holds it, with `network` those of it."""
    rows = visible_to(viewer)
    if network:
        rows = rows.filter(network=network)
    asked = tidy(text, at_most=100)
    if asked:
        rows = rows.filter(Q(name__icontains=asked) | Q(shown__icontains=asked) | Q(key__icontains=asked))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def networks() -> list[str]:
    """Where anybody has a presence, in at most as many steps as there are networks."""
    return [name for (name,) in bulk.execute(_NETWORKS, [OWN])]

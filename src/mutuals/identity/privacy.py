"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from typing import Any

from mutuals.identity.models import Link
from mutuals.people.privacy import Holder


def export(who: Holder) -> dict[str, Any]:
    """Every link of the person, live and past, with how we knew."""
    rows = Link.objects.filter(person__in=who.person_ids)
    return {"links": list(rows.values("profile__network", "profile__key", "state", "because", "by", "since", "until"))}


def erase(who: Holder) -> dict[str, int]:
    """Delete the links."""
    rows = Link.objects.filter(person__in=who.person_ids) | Link.objects.filter(profile__in=who.profile_ids)
    return {"links": rows.delete()[0]}

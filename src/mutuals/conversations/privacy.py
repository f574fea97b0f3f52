"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mutuals.conversations.models import Conversation
from mutuals.people.privacy import Holder


def export(who: Holder) -> dict[str, Any]:
    """The conversations that they opened."""
    rows = Conversation.objects.filter(opener__in=who.profile_ids)
    return {
        "conversations": list(
            rows.values("id", "network", "subject", "is_public", "started_at", "last_at", "message_count")
        )
    }


def erase(empty: Sequence[int]) -> dict[str, int]:
    """Delete the conversations in which nothing is left."""
    return {"conversations": Conversation.objects.filter(pk__in=empty).delete()[1].get("conversations.Conversation", 0)}

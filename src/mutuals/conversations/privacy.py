"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mutuals.conversations.models import Anchor, Conversation
from mutuals.people.erased import Veil
from mutuals.people.privacy import Holder


def export(who: Holder) -> dict[str, Any]:
    """The conversations that they opened."""
    rows = Conversation.objects.filter(opener__in=who.profile_ids)
    return {
        "conversations": list(
            rows.values("id", "network", "subject", "is_public", "started_at", "last_at", "message_count")
        )
    }


def erase(who: Holder, empty: Sequence[int], left: Sequence[int], keys: frozenset[str]) -> dict[str, int]:
    """Delete the conversations in which nothing is left; hide the keys of theirs in the others."""
    gone = Conversation.objects.filter(pk__in=empty).delete()[1].get("conversations.Conversation", 0)
    veil = Veil(who.handles, keys)
    threads = [
        row for row in Conversation.objects.filter(pk__in=left).only("pk", "key") if veil.over(row.key) != row.key
    ]
    anchors = [row for row in Anchor.objects.filter(conversation__in=left) if veil.over(row.key) != row.key]
    for thread in threads:
        thread.key = veil.over(thread.key)
    for anchor in anchors:
        anchor.key = veil.over(anchor.key)
    Conversation.objects.bulk_update(threads, ["key"], batch_size=500)
    Anchor.objects.bulk_update(anchors, ["key"], batch_size=500)
    return {"conversations": gone}

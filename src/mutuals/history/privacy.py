"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mutuals.base.models import Entry
from mutuals.conversations.models import Conversation
from mutuals.history import _media
from mutuals.history.models import Attachment, Interaction, Revision
from mutuals.people.privacy import Holder

KEPT = "What other people wrote about them in their own messages was not searched and stays with those people."


@dataclass(frozen=True, slots=True)
class Gone:
    """What was deleted, for the rooms above: rows, the raws they came in by, conversations they stood in."""

    interaction_ids: tuple[int, ...]
    raw_ids: tuple[int, ...]
    conversation_ids: tuple[int, ...]


def _rows(who: Holder) -> Any:
    return Interaction.objects.filter(profile__in=who.profile_ids)


def export(who: Holder) -> dict[str, Any]:
    """Interactions with earlier wordings, and the list of files (the package holds the bytes)."""
    ids = list(_rows(who).values_list("pk", flat=True))
    fields = (
        "id", "network", "kind", "direction", "status", "is_public", "occurred_at", "subject", "text", "url", "purpose",
        "outcome", "conversation_id", "extra",
    )  # fmt: skip
    return {
        "interactions": list(_rows(who).order_by("occurred_at").values(*fields)),
        "earlier wordings": list(
            Revision.objects.filter(interaction_id__in=ids).values("interaction_id", "text", "until")
        ),
        "files": list(
            Attachment.objects.filter(interaction_id__in=ids).values("interaction_id", "name", "blob_id", "url")
        ),
    }


def erase(who: Holder) -> tuple[dict[str, int], Gone]:
    """Delete what they said and what we said to them, with files and earlier wordings; empty threads go too."""
    rows = list(_rows(who).values_list("pk", "conversation_id", "extra"))
    ids = [row[0] for row in rows]
    raws = {number for row in rows for number in (row[2] or {}).get("raws", ())}
    threads = {row[1] for row in rows if row[1]} | set(
        Conversation.objects.filter(opener__in=who.profile_ids).values_list("pk", flat=True)
    )
    files = Attachment.objects.filter(interaction_id__in=ids).count()
    wordings = Revision.objects.filter(interaction_id__in=ids).delete()[0]
    _media.drop(ids)
    Interaction.objects.filter(pk__in=ids).delete()
    Entry.objects.filter(about__in=[f"interaction:{number}" for number in ids]).update(data={})
    left = set(Interaction.objects.filter(conversation__in=threads).values_list("conversation_id", flat=True))
    Conversation.objects.filter(pk__in=left).update(snippet="", subject="")
    Conversation.objects.filter(pk__in=left, opener__in=who.profile_ids).update(opener=None)
    counts = {"interactions": len(ids), "files": files, "earlier wordings": wordings}
    return counts, Gone(tuple(ids), tuple(raws), tuple(sorted(threads - left)))

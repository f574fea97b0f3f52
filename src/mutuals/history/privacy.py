"""What this room holds of one person: handed over, or erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from mutuals.base import bulk
from mutuals.base.models import Entry
from mutuals.conversations.models import Conversation
from mutuals.history import _media
from mutuals.history.models import Attachment, Direction, Interaction, Revision, Tombstone
from mutuals.people.erased import Veil
from mutuals.people.privacy import Holder

KEPT = (
    "What other people wrote about them in their own messages, and what staff noted in conversations with others, was not"
    " searched and stays. Our answers to them are gone; where others go on, the keys of their messages stay as keyed hashes."
)
_ALONE = """
SELECT c.id FROM conversations_conversation c WHERE c.id = ANY(%s::bigint[])
AND (c.opener_id IS NULL OR c.opener_id = ANY(%s::bigint[]))
AND NOT EXISTS (
    SELECT 1 FROM history_interaction i WHERE i.conversation_id = c.id
    AND CASE WHEN i.profile_id IS NULL THEN i.direction = 'in' ELSE i.profile_id <> ALL(%s::bigint[]) END
)
"""

_RECOUNT = """
UPDATE conversations_conversation c SET message_count = n.count, snippet = '', subject = '',
    last_at = coalesce(n.last_at, c.started_at), last_in_at = n.last_in_at, last_out_at = n.last_out_at,
    opener_id = CASE WHEN c.opener_id = ANY(%s::bigint[]) THEN NULL ELSE c.opener_id END
FROM unnest(%s::bigint[]) AS g(id) CROSS JOIN LATERAL (
    SELECT count(*) AS count, max(occurred_at) AS last_at, max(occurred_at) FILTER (WHERE direction = 'in') AS last_in_at,
        max(occurred_at) FILTER (WHERE direction = 'out') AS last_out_at
    FROM history_interaction i
    WHERE i.conversation_id = g.id AND i.direction <> 'note' AND i.kind NOT IN ('like', 'share', 'follow')
) n WHERE c.id = g.id
"""


@dataclass(frozen=True, slots=True)
class Gone:
    """What was deleted, for the rooms above: rows, the raws they came in by, conversations they stood in.

    `left_ids` are conversations that go on without them; `keys` are those of what they said.
    """

    interaction_ids: tuple[int, ...]
    raw_ids: tuple[int, ...]
    conversation_ids: tuple[int, ...]
    left_ids: tuple[int, ...] = ()
    keys: frozenset[str] = frozenset()


def _threads(who: Holder) -> list[int]:
    """The conversations in which they stand."""
    opened = Conversation.objects.filter(opener__in=who.profile_ids).values_list("pk", flat=True)
    spoken = Interaction.objects.filter(profile__in=who.profile_ids).exclude(conversation=None)
    return sorted({*opened, *spoken.values_list("conversation_id", flat=True)})


def _rows(who: Holder, threads: list[int]) -> Any:
    """What they said, what we said to them, and what we noted where nobody else from outside speaks.

    Our own post under which they answered is no word to them; it stays.
    """
    profiles = list(who.profile_ids)
    alone = [row[0] for row in bulk.execute(_ALONE, [threads, profiles, profiles])]
    opened = Conversation.objects.filter(pk__in=alone, opener__in=profiles).values_list("pk", flat=True)
    keys = list(Interaction.objects.filter(profile__in=profiles, direction=Direction.IN).values_list("key", flat=True))
    nobodys = Q(profile=None, direction=Direction.OUT)
    return Interaction.objects.filter(
        Q(profile__in=profiles)
        | Q(profile=None, direction=Direction.NOTE, conversation__in=alone)
        | nobodys & Q(conversation__in=list(opened))
        | nobodys & Q(conversation__in=threads, reply_to__in=keys)
    )


def export(who: Holder) -> dict[str, Any]:
    """Interactions with earlier wordings, and the list of files (the package holds the bytes)."""
    ids = list(_rows(who, _threads(who)).values_list("pk", flat=True))
    fields = (
        "id", "network", "kind", "direction", "status", "is_public", "occurred_at", "subject", "text", "url", "purpose",
        "outcome", "conversation_id", "extra",
    )  # fmt: skip
    return {
        "interactions": list(Interaction.objects.filter(pk__in=ids).order_by("occurred_at").values(*fields)),
        "earlier wordings": list(
            Revision.objects.filter(interaction_id__in=ids).values("interaction_id", "text", "until")
        ),
        "files": list(
            Attachment.objects.filter(interaction_id__in=ids).values("interaction_id", "name", "blob_id", "url")
        ),
    }


def touched(who: Holder) -> Gone:
    """What an erasure would find by now, with all conversations in which they stand; nothing is locked or deleted."""
    threads = _threads(who)
    return Gone(tuple(_rows(who, threads).values_list("pk", flat=True)), (), tuple(threads))


def erase(who: Holder) -> tuple[dict[str, int], Gone]:
    """Delete what they said and what we said to them, with files and earlier wordings; empty threads go too.

    Threads that go on are counted anew, and keys of theirs become keyed hashes.
    """
    threads = _threads(who)
    rows = list(_rows(who, threads).values_list("pk", "key", "direction", "extra"))
    ids = [row[0] for row in rows]
    raws = {number for row in rows for number in (row[3] or {}).get("raws", ())}
    keys = frozenset(key for _, key, direction, _ in rows if direction == Direction.IN)
    files = Attachment.objects.filter(interaction_id__in=ids).count()
    wordings = Revision.objects.filter(interaction_id__in=ids).delete()[0]
    _media.drop(ids)
    count = Interaction.objects.filter(pk__in=ids).delete()[0]
    Entry.objects.filter(about__in=[f"interaction:{number}" for number in ids]).update(data={})
    left = set(Interaction.objects.filter(conversation__in=threads).values_list("conversation_id", flat=True))
    bulk.execute(_RECOUNT, [list(who.profile_ids), sorted(left)])
    veil = Veil(who.handles, keys)
    _veil_rows(sorted(left), veil)
    _veil_tombs(veil)
    counts = {"interactions": count, "files": files, "earlier wordings": wordings}
    gone = tuple(number for number in threads if number not in left)
    return counts, Gone(tuple(ids), tuple(raws), gone, tuple(sorted(left)), keys)


def _veil_rows(left: list[int], veil: Veil) -> None:
    """Others' rows name theirs: by what they answer, by keys made of two, and by what their network told along."""
    rows = Interaction.objects.filter(conversation__in=left)
    told = {
        row.pk: row for row in rows.only("pk", "key", "reply_to", "extra").iterator(chunk_size=1000) if _hide(row, veil)
    }
    Interaction.objects.bulk_update(told.values(), ["key", "reply_to", "extra"], batch_size=200)


def _hide(row: Interaction, veil: Veil) -> bool:
    before = row.key, row.reply_to, row.extra
    row.key, row.reply_to, row.extra = veil.over(row.key), veil.over(row.reply_to), veil.inside(row.extra)
    return before != (row.key, row.reply_to, row.extra)


def _veil_tombs(veil: Veil) -> None:
    rows = Tombstone.objects.filter(veil.like("key"))
    for row in rows:
        row.key = veil.over(row.key)
    Tombstone.objects.bulk_update(rows, ["key"], batch_size=500)

"""What we say and do ourselves: notes, calls, answers on their way out, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from mutuals.base.bulk import insert
from mutuals.base.ids import fit, new_key
from mutuals.channels.models import Channel, Source
from mutuals.conversations import threads
from mutuals.conversations.arrived import Touch
from mutuals.conversations.models import Conversation
from mutuals.history.keep import TEXT, blank, clean, line
from mutuals.history.models import Direction, Interaction, Status
from mutuals.people.models import Profile
from mutuals.staff.models import User


def note_number(key: UUID | None, *, by: User, about: str, text: str, now: datetime) -> UUID:
    """A note's number, drawn or made of the form's own key: the same words sent twice from one form have the same."""
    return uuid5(key, f"{by.pk}:{about}:{text.strip()}") if key else new_key(now)


def noted(number: UUID) -> Interaction | None:
    """The note that was kept under a number."""
    return Interaction.objects.filter(source=None, key=f"own:{number}").first()


def note(
    *,
    number: UUID | None = None,
    by: User,
    text: str,
    now: datetime,
    conversation: Conversation | None = None,
    profile: Profile | None = None,
    kind: str = "note",
    rule: int | None = None,
) -> Interaction:
    """Keep a note or a call among us, on a conversation, on a person's own record, or both.

    `rule` is the number of the rule that writes it in the name of `by`. Refuses an empty text, and one longer than the
    history holds.
    """
    text = _whole(text).strip()
    if not text:
        raise ValueError("There is nothing to keep: the note is empty.")
    return Interaction.objects.create(
        source=None,
        key=f"own:{number or new_key(now)}",
        profile=profile,
        conversation=conversation,
        by=by,
        network="mutuals",
        kind=kind,
        direction=Direction.NOTE,
        status=Status.NOTED,
        is_public=False,
        occurred_at=now,
        received_at=now,
        text=text,
        extra={"rule": rule} if rule else {},
    )


def rule_of(row: Interaction) -> int | None:
    """The number of the rule that wrote a note; None where a colleague did, and for all that others said."""
    told = row.extra.get("rule") if row.direction == Direction.NOTE and isinstance(row.extra, dict) else None
    return told if isinstance(told, int) else None


def outgoing(
    *,
    key: UUID,
    by: User,
    conversation: Conversation,
    source: Source,
    channel: Channel | None,
    profile_id: int | None,
    kind: str,
    text: str,
    subject: str,
    is_public: bool,
    visibility: str,
    reply_to: str,
    now: datetime,
) -> Interaction:
    """The row of an answer that waits to be sent; it is in the history from this moment, marked as not sent yet."""
    row = Interaction.objects.create(
        source=source,
        key=f"out:{key}",
        profile_id=profile_id,
        conversation=conversation,
        channel=channel,
        by=by,
        network=conversation.network,
        kind=kind,
        direction=Direction.OUT,
        status=Status.QUEUED,
        is_public=is_public,
        visibility=visibility[:20],
        occurred_at=now,
        received_at=now,
        reply_to=fit(reply_to),
        subject=clean(subject)[:300],
        text=_whole(text),
    )
    snippet = " ".join(row.text[:400].split())
    threads.touch([Touch(conversation.pk, 1, now, None, now, snippet, "", is_public)])
    return row


def _whole(text: str) -> str:
    if len(text) > TEXT:
        raise ValueError(
            f"This has {len(text):,} letters; at most {TEXT:,} are kept. Shorten it, or attach it as a file."
        )
    return clean(text)


def mark(interaction_id: int, status: Status, error: str = "") -> None:
    """Say how far an outgoing interaction has come. What is sent stays sent; what is taken back was never said."""
    rows = Interaction.objects.filter(pk=interaction_id).exclude(status__in=[Status.SENT, Status.DELETED])
    if status == Status.CANCELLED:
        rows = rows.exclude(status=Status.CANCELLED)
    with transaction.atomic():
        changed = rows.update(status=status, error=clean(error)[:500])
        if changed and status == Status.CANCELLED:
            _fall_back(interaction_id)


def _fall_back(interaction_id: int) -> None:
    """The conversation of an answer that was taken back counts and shows its last standing words again."""
    number = Interaction.objects.values_list("conversation_id", flat=True).get(pk=interaction_id)
    said = Interaction.objects.filter(conversation_id=number).exclude(status=Status.CANCELLED)
    said = said.exclude(direction=Direction.NOTE).exclude(kind__in=["like", "share", "follow"])
    said = said.order_by("-occurred_at", "-id")
    last, ours = said.first(), said.filter(direction=Direction.OUT).first()
    if last is not None:
        Conversation.objects.filter(pk=number).update(
            message_count=Greatest(F("message_count") - 1, 1),
            snippet=line(last.text)[:200],
            last_at=last.occurred_at,
            last_out_at=ours.occurred_at if ours else None,
        )


def mark_sent(
    interaction_id: int, *, key: str, url: str = "", at: datetime | None = None, extra: Mapping[str, Any] | None = None
) -> None:
    """The network has it: take over its key and address. If our own echo came first, the echo makes room.

    A row that is gone, because the one it was said to was erased meanwhile, stays gone.
    """
    with transaction.atomic():
        row = Interaction.objects.select_for_update().filter(pk=interaction_id).first()
        if row is None:
            return
        echo = Interaction.objects.filter(source=row.source, key=fit(key)).exclude(pk=row.pk).first()
        if echo is not None:
            raws = echo.extra.get("raws", [])
            echo.delete()
            row.extra = {**row.extra, "raws": raws}
            if echo.conversation_id == row.conversation_id and row.conversation_id:
                Conversation.objects.filter(pk=row.conversation_id, message_count__gt=1).update(
                    message_count=F("message_count") - 1
                )
        row.key, row.status, row.error, row.url = fit(key), Status.SENT, "", url[:1000] or row.url
        row.extra = {**row.extra, **dict(extra or {})}
        row.occurred_at = at or row.occurred_at
        row.save(update_fields=["key", "status", "error", "url", "extra", "occurred_at"])
        threads.anchor(row.source_id, row.key, row.conversation_id)


def came_back(source_id: int, key: str, *, address: str, reason: str) -> int:
    """What was sent to `address` did not arrive there: say so. Returns how many rows were about it, 0 or 1."""
    rows = Interaction.objects.filter(source_id=source_id, key=fit(key), status=Status.SENT, direction=Direction.OUT)
    return rows.filter(profile__key__iexact=address).update(status=Status.FAILED, error=clean(reason)[:500])


def came_again(pairs: Sequence[tuple[int, int]]) -> None:
    """Note further raws, (interaction id, raw id), by which the same came in: they are blanked and erased with it."""
    with connection.cursor() as cursor:
        for number, raw_id in pairs:
            cursor.execute(
                "UPDATE history_interaction SET extra = jsonb_set(extra, '{raws}', coalesce(extra->'raws', '[]') || %s::jsonb)"
                " WHERE id = %s AND deleted_at IS NULL AND NOT coalesce(extra->'raws', '[]') @> %s::jsonb",
                [str(raw_id), number, str(raw_id)],
            )


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """What the history keeps of an order."""

    order_id: int
    source_id: int | None
    profile_id: int | None
    placed_at: datetime
    text: str
    status: str = ""


def orders(seen: Sequence[OrderSeen], *, now: datetime) -> None:
    """One interaction an order, kept in step with it: the same order again updates its words and date."""
    columns = (
        "source_id", "key", "revision", "profile_id", "network", "kind", "direction", "status", "is_public", "visibility",
        "occurred_at", "received_at", "reply_to", "subject", "text", "language", "url", "purpose", "outcome", "about", "error",
        "extra",
    )  # fmt: skip
    rows = [
        (
            one.source_id, f"order:{one.order_id}", "", one.profile_id, "order", "order", "in", "received", False, "",
            one.placed_at, now, "", "", clean(one.text), "", "", "", clean(one.status)[:20], f"order:{one.order_id}", "", "{}",
        )
        for one in seen
    ]  # fmt: skip
    conflict = (
        "(source_id, key) DO UPDATE SET text = EXCLUDED.text, occurred_at = EXCLUDED.occurred_at,"
        " profile_id = EXCLUDED.profile_id, outcome = EXCLUDED.outcome"
        " WHERE (history_interaction.text, history_interaction.occurred_at, history_interaction.profile_id,"
        " history_interaction.outcome)"
        " IS DISTINCT FROM (EXCLUDED.text, EXCLUDED.occurred_at, EXCLUDED.profile_id, EXCLUDED.outcome)"
    )
    insert(Interaction, columns, rows, conflict=conflict)


def expire(source_id: int, *, before: datetime, limit: int = 1000, now: datetime) -> list[int]:
    """Blank what a source's retention no longer covers, at most `limit` rows, oldest first; returns their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM history_interaction WHERE source_id = %s AND occurred_at < %s AND deleted_at IS NULL"
            " AND about = '' ORDER BY occurred_at LIMIT %s",
            [source_id, before, limit],
        )
        ids = [int(row[0]) for row in cursor.fetchall()]
    blank(ids, at=now)
    return ids


def settle(conversation_id: int, *, purpose: str, outcome: str) -> None:
    """Write purpose and outcome on what was said in a conversation since it was last settled."""
    rows = Interaction.objects.filter(conversation_id=conversation_id, outcome="").exclude(direction=Direction.NOTE)
    rows.update(purpose=purpose, outcome=outcome)

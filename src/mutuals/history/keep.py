"""Keeping: what arrived becomes rows of the one contact history, each once, edits as revisions, deletions for good."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from mutuals.base import bulk
from mutuals.base.bulk import insert
from mutuals.base.ids import fit
from mutuals.connectors.contract import Envelope, Kind, Verb
from mutuals.conversations import threads
from mutuals.conversations.arrived import Joined, Placed, Touch
from mutuals.history import _media
from mutuals.history.models import Direction, Interaction, Revision, Status, Tombstone

TEXT = 100_000  # letters; the index of words holds 1 MB of one text, and takes up to seven bytes for a letter


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one envelope. `interaction_id` None = nothing is stored (its deletion came first)."""

    placed: Placed
    interaction_id: int | None
    is_new: bool = False
    is_edit: bool = False
    is_named: bool = False  # who said it was not known before; it is an edit too
    is_deleted: bool = False
    raw_ids: tuple[int, ...] = ()  # raws to be blanked: of what was deleted, or of a delivery that brought nothing new

    @property
    def occurred_at(self) -> datetime:
        """When it was said, or when it reached us if nobody tells."""
        return self.placed.arrived.envelope.said_at or self.placed.arrived.received_at

    @property
    def direction(self) -> Direction:
        """Who spoke."""
        return Direction.OUT if self.placed.is_ours else Direction.IN


def interactions(placed: Sequence[Placed], joined: Sequence[Joined] = ()) -> list[Kept]:
    """Store a batch of one source in our terms. Running it again changes nothing."""
    if not placed:
        return []
    _move(joined)
    source_id = placed[0].arrived.source.pk
    deleted = _deletions(source_id, [one for one in placed if one.arrived.envelope.verb is Verb.DELETE])
    gone = _tombs(source_id, placed)
    said = [one for one in placed if one.arrived.envelope.verb is not Verb.DELETE]
    alive = [one for one in said if fit(one.arrived.envelope.key) not in gone]
    newest = _newest(alive)
    doubled = _raws(alive) if len(newest) < len(alive) else {}
    made = dict(_insert(source_id, list(newest.values()), doubled))
    edited = _revise(source_id, [one for key, one in newest.items() if key not in made], doubled)
    named = _name(source_id, [one for key, one in newest.items() if key not in made])
    edited |= named
    kept = []
    for one in said:
        key = fit(one.arrived.envelope.key)
        is_told = newest.get(key) is one
        number = made.get(key) if is_told else None
        nothing_new = key not in made and key not in edited  # deleted long ago, or a second delivery of what stands
        kept.append(
            Kept(
                one,
                number or edited.get(key),
                is_new=number is not None,
                is_edit=is_told and key in edited,
                is_named=is_told and key in named,
                raw_ids=(one.arrived.raw_id,) if nothing_new else (),
            )
        )
    _media.keep(
        [(one.interaction_id, one.placed.arrived.envelope) for one in kept if one.is_new and one.interaction_id]
    )
    threads.touch(_touches([one for one in kept if one.is_new]))
    return kept + deleted


def _newest(placed: Sequence[Placed]) -> dict[str, Placed]:
    """The last wording of each key in the batch: one statement may not touch a row twice."""
    newest: dict[str, Placed] = {}
    for one in placed:
        newest[fit(one.arrived.envelope.key)] = one
    return newest


def _raws(placed: Sequence[Placed]) -> dict[str, list[int]]:
    """The raws of each key that a batch tells several times, so that all of them are known by its row."""
    raws: dict[str, dict[int, None]] = {}
    for one in placed:
        raws.setdefault(fit(one.arrived.envelope.key), {})[one.arrived.raw_id] = None
    return {key: list(numbers) for key, numbers in raws.items() if len(numbers) > 1}


_COLUMNS = (
    "source_id", "key", "revision", "profile_id", "conversation_id", "channel_id", "network", "kind", "direction", "status",
    "is_public", "visibility", "occurred_at", "received_at", "reply_to", "subject", "text", "language", "url", "extra",
)  # fmt: skip


def _insert(source_id: int, placed: Sequence[Placed], doubled: Mapping[str, Sequence[int]]) -> list[tuple[str, int]]:
    rows = [_row(source_id, one, doubled) for one in placed]
    made = insert(Interaction, _COLUMNS, rows, conflict="(source_id, key) DO NOTHING", returning="key, id")
    return [(str(key), int(number)) for key, number in made]


def _row(source_id: int, one: Placed, doubled: Mapping[str, Sequence[int]]) -> tuple[object, ...]:
    arrived, envelope = one.arrived, one.arrived.envelope
    plain, key = _plain(envelope), fit(envelope.key)
    raws = doubled.get(key) or [arrived.raw_id]
    return (
        source_id,
        key,
        envelope.revision[:80],
        one.profile_id,
        one.conversation_id,
        one.channel_id,
        (envelope.author.network if envelope.author else arrived.source.connector)[:30],
        envelope.kind.value,
        (Direction.OUT if one.is_ours else Direction.IN).value,
        (Status.SENT if one.is_ours else Status.RECEIVED).value,
        envelope.public,
        envelope.visibility[:20],
        envelope.said_at or arrived.received_at,
        arrived.received_at,
        fit(envelope.reply_to),
        clean(envelope.subject)[:300],
        clean(envelope.body)[:TEXT],
        envelope.language[:12],
        envelope.url[:1000],
        json.dumps({**plain, "raws": raws}, default=str) if plain else f'{{"raws": {raws}}}',
    )


def clean(text: str) -> str:
    """Text that PostgreSQL can hold: without NUL, lone surrogates replaced."""
    text = text.replace("\x00", "")
    return text if text.isprintable() or text.isascii() else text.encode("utf-8", "replace").decode()


def _plain(envelope: Envelope) -> dict[str, object]:
    """`extra` as JSON that PostgreSQL holds, with the untrimmed body beside a trimmed one."""
    plain = (
        json.loads(clean(json.dumps(dict(envelope.extra), default=str).replace("\\u0000", "")))
        if envelope.extra
        else {}
    )
    if envelope.original and envelope.original != envelope.body:
        plain["original"] = clean(envelope.original)[:TEXT]
    return dict(plain)


def _revise(source_id: int, placed: Sequence[Placed], doubled: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Edits: the old wording goes to Revision, the new one takes its place. An older one that a backfill brings does not."""
    told = {fit(one.arrived.envelope.key): one for one in placed if one.arrived.envelope.revision}
    if not told:
        return {}
    rows = Interaction.objects.select_for_update().filter(source_id=source_id, key__in=list(told), deleted_at=None)
    changed = [row for row in rows if row.revision != told[row.key].arrived.envelope.revision[:80]]
    changed = _heard_back(changed, told)
    if not changed:
        return {}
    past = set(
        Revision.objects.filter(interaction_id__in=[row.pk for row in changed]).values_list(
            "interaction_id", "revision"
        )
    )
    edited, revisions = [], []
    for row in changed:
        arrived, envelope = told[row.key].arrived, told[row.key].arrived.envelope
        if envelope.verb is not Verb.UPDATE and (row.pk, envelope.revision[:80]) in past:
            continue
        revisions.append(
            Revision(
                interaction_id=row.pk,
                revision=row.revision,
                subject=row.subject,
                text=row.text,
                until=arrived.received_at,
            )
        )
        raws = [*row.extra.get("raws", []), *(doubled.get(row.key) or [arrived.raw_id])]
        row.revision, row.subject, row.text = (
            envelope.revision[:80],
            clean(envelope.subject)[:300],
            clean(envelope.body)[:TEXT],
        )
        row.edited_at, row.extra = arrived.received_at, {**_plain(envelope), "raws": raws}
        edited.append(row)
    Revision.objects.bulk_create(revisions)
    Interaction.objects.bulk_update(edited, ["revision", "subject", "text", "edited_at", "extra"], batch_size=200)
    lines = sorted((row.conversation_id, row.pk, line(row.text)[:200]) for row in edited if row.conversation_id)
    bulk.run(_RETELL, {"conversation_id": "bigint", "id": "bigint", "snippet": "text"}, lines)
    return {row.key: row.pk for row in edited}


_NAME = """
WITH named AS (
    UPDATE history_interaction i SET profile_id = g.profile, network = g.network FROM {g}
    WHERE i.source_id = %s AND i.key = g.key AND i.profile_id IS NULL AND i.direction = 'in' AND i.deleted_at IS NULL
    RETURNING i.id, i.key, i.conversation_id, i.profile_id, i.reply_to
), opened AS (
    UPDATE conversations_conversation c SET opener_id = n.profile_id FROM named n
    WHERE c.id = n.conversation_id AND c.opener_id IS NULL AND n.reply_to = ''
)
SELECT key, id FROM named
"""
"""Who said it, where nobody was known for it: a file that is brought again tells what its columns mean better than before."""


def _name(source_id: int, placed: Sequence[Placed]) -> dict[str, int]:
    rows = [
        (fit(one.arrived.envelope.key), one.profile_id, author.network[:30])
        for one in placed
        if one.profile_id is not None and not one.is_ours and (author := one.arrived.envelope.author)
    ]
    told = bulk.run(_NAME, {"key": "text", "profile": "bigint", "network": "text"}, sorted(rows), source_id)
    return {str(key): int(number) for key, number in told}


_RETELL = """
    UPDATE conversations_conversation c SET snippet = g.snippet
    FROM {g} JOIN history_interaction i ON i.id = g.id
    WHERE c.id = g.conversation_id AND NOT EXISTS (
        SELECT 1 FROM history_interaction newer
        WHERE newer.conversation_id = g.conversation_id AND (newer.occurred_at, newer.id) > (i.occurred_at, i.id)
        AND newer.direction <> 'note' AND newer.kind NOT IN ('like', 'share', 'follow')
    )
"""
"""The line that a list shows of a conversation follows an edit of its newest message."""


def line(text: str) -> str:
    """The beginning of a text on one line, as a conversation shows it in a list."""
    return clean(" ".join(text[:400].split()))


def _heard_back(rows: Sequence[Interaction], told: dict[str, Placed]) -> list[Interaction]:
    """What we sent comes back as the network words it: our wording stays, its revision is noted. Returns the others."""
    ours, others = list[Interaction](), list[Interaction]()
    for row in rows:
        envelope = told[row.key].arrived.envelope
        is_ours = row.direction == Direction.OUT and not row.revision and envelope.verb is not Verb.UPDATE
        (ours if is_ours else others).append(row)
        if is_ours:
            row.revision = envelope.revision[:80]
    Interaction.objects.bulk_update(ours, ["revision"], batch_size=200)
    return others


_TOMBS = """
    SELECT key FROM history_tombstone WHERE source_id = %(source)s AND key = ANY(%(keys)s::varchar[])
    UNION ALL
    SELECT key FROM history_interaction
    WHERE source_id = %(source)s AND key = ANY(%(keys)s::varchar[]) AND deleted_at IS NOT NULL
"""


def _tombs(source_id: int, placed: Sequence[Placed]) -> set[str]:
    """The keys that were deleted out there, or blanked here by us or by the source's retention."""
    keys = bulk.array(fit(one.arrived.envelope.key) for one in placed)
    return {row[0] for row in bulk.execute(_TOMBS, {"source": source_id, "keys": keys})}


def _deletions(source_id: int, placed: Sequence[Placed]) -> list[Kept]:
    """Bury first, then blank: a deletion that comes before its message wins as well."""
    if not placed:
        return []
    at = {fit(one.arrived.envelope.key): one.arrived.envelope.said_at or one.arrived.received_at for one in placed}
    insert(
        Tombstone,
        ("source_id", "key", "at", "reason"),
        [(source_id, key, when, "deleted by its author") for key, when in at.items()],
        conflict="(source_id, key) DO NOTHING",
    )
    rows = {row.key: row for row in Interaction.objects.filter(source_id=source_id, key__in=list(at), deleted_at=None)}
    raws = {key: tuple(row.extra.get("raws", ())) for key, row in rows.items()}
    blank([row.pk for row in rows.values()], at=max(at.values()))
    return [
        Kept(
            replace(one, conversation_id=rows[key].conversation_id) if key in rows else one,
            rows[key].pk if key in rows else None,
            is_deleted=True,
            raw_ids=(*raws.get(key, ()), one.arrived.raw_id),
        )
        for key, one in {fit(one.arrived.envelope.key): one for one in placed}.items()
    ]


def blank(interaction_ids: Sequence[int], *, at: datetime) -> None:
    """Empty rows of what was said, with earlier wordings and files; that something stood there is kept."""
    if not interaction_ids:
        return
    Revision.objects.filter(interaction_id__in=interaction_ids).delete()
    _media.drop(interaction_ids)
    Interaction.objects.filter(pk__in=interaction_ids).update(
        text="", subject="", url="", extra={}, language="", status=Status.DELETED, deleted_at=at
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_conversation c SET snippet = '' FROM history_interaction i"
            " WHERE i.id = ANY(%s) AND c.id = i.conversation_id AND c.last_at = i.occurred_at",
            [list(interaction_ids)],
        )


def _move(joined: Sequence[Joined]) -> None:
    for pair in joined:
        Interaction.objects.filter(conversation_id=pair.gone).update(conversation_id=pair.stays)


def _touches(kept: Sequence[Kept]) -> list[Touch]:
    touches: dict[int, Touch] = {}
    for one in kept:
        number, envelope, at = one.placed.conversation_id, one.placed.arrived.envelope, one.occurred_at
        if number is None or envelope.kind in (Kind.LIKE, Kind.SHARE, Kind.FOLLOW):
            continue
        ours = one.placed.is_ours
        snippet, subject = line(envelope.body), clean(envelope.subject)
        fresh = Touch(number, 1, at, None if ours else at, at if ours else None, snippet, subject, envelope.public)
        touches[number] = _sum(touches[number], fresh) if number in touches else fresh
    return list(touches.values())


def _sum(one: Touch, two: Touch) -> Touch:
    newer = two if two.last_at >= one.last_at else one
    older = one if newer is two else two
    return Touch(
        one.conversation_id,
        one.count + two.count,
        newer.last_at,
        _later(one.last_in_at, two.last_in_at),
        _later(one.last_out_at, two.last_out_at),
        newer.snippet,
        older.subject or newer.subject,
        one.is_public or two.is_public,
    )


def _later(one: datetime | None, two: datetime | None) -> datetime | None:
    return max(one, two) if one and two else one or two

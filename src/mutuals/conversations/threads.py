"""What belongs together. The networks' own words decide: roots, parents and mail References; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mutuals.base import bulk
from mutuals.base.bulk import insert
from mutuals.base.ids import fit
from mutuals.channels.models import Channel, Source
from mutuals.connectors.contract import Envelope, Handle, Verb
from mutuals.conversations.arrived import SPEAKING, Arrived, Joined, Placed, Touch
from mutuals.conversations.models import Anchor, Conversation
from mutuals.people import profiles


@dataclass
class _Groups:
    """Keys that are known to stand in one thread (union-find with path halving)."""

    parent: dict[str, str] = field(default_factory=dict)

    def root(self, key: str) -> str:
        parent = self.parent.setdefault(key, key)
        while parent != self.parent[parent]:
            self.parent[key] = parent = self.parent[parent]
        return parent

    def join(self, keys: Iterable[str]) -> None:
        first = ""
        for key in keys:
            root = self.root(key)
            if first and root != first:
                self.parent[root] = first
            else:
                first = root


def keys_of(envelope: Envelope) -> list[str]:
    """Every key that ties an envelope to a thread, the root first."""
    keys = [envelope.thread, *envelope.others, envelope.reply_to, envelope.key]
    return list(dict.fromkeys(fit(key) for key in keys if key))


def place(arrived: Sequence[Arrived]) -> tuple[list[Placed], list[Joined]]:
    """Find or open the conversation of each envelope; a batch is of one source.

    A reply that comes before its parent opens the conversation under the parent's key, and the parent joins it later.
    Two conversations that a late message ties together become one: the older stays. A deletion gets no conversation.
    """
    if not arrived:
        return [], []
    source = arrived[0].source
    ours = {channel.key: channel.pk for channel in Channel.objects.filter(source=source)}
    known = profiles.ensure(list(_handles(arrived)), now=max(one.received_at for one in arrived))
    speaking = [one for one in arrived if one.envelope.verb is not Verb.DELETE and one.envelope.kind in SPEAKING]
    joining = [one for one in arrived if one.envelope.verb is not Verb.DELETE and one.envelope.kind not in SPEAKING]
    found = where(source, {key for one in (*speaking, *joining) for key in keys_of(one.envelope)})
    conversation_of, joined = _grouped(source, speaking, found, known)
    placed = []
    for one in arrived:
        envelope = one.envelope
        is_ours = _said_by_us(envelope, ours)
        conversation_id = next((conversation_of[key] for key in keys_of(envelope) if key in conversation_of), None)
        if conversation_id is None and envelope.verb is not Verb.DELETE:
            conversation_id = next((found[key] for key in keys_of(envelope) if key in found), None)
        handle = (envelope.to[0] if envelope.to else None) if is_ours else envelope.author
        profile = known.get((handle.network, handle.key)) if handle else None
        channel_id = ours.get(envelope.author.key) if envelope.author and is_ours else _addressed(envelope, ours)
        placed.append(Placed(one, profile.id if profile else None, conversation_id, channel_id, is_ours))
    return placed, joined


def _said_by_us(envelope: Envelope, ours: dict[str, int]) -> bool:
    """The network says so, or the author is one of our presences; not where a stranger could have written that name."""
    named = bool(envelope.author and envelope.author.key in ours)
    return envelope.own or (named and not envelope.extra.get("delivered"))


def _addressed(envelope: Envelope, ours: dict[str, int]) -> int | None:
    named = next((ours[handle.key] for handle in envelope.to if handle.key in ours), None)
    return named or (next(iter(ours.values())) if len(ours) == 1 else None)


def _handles(arrived: Sequence[Arrived]) -> Iterable[Handle]:
    for one in arrived:
        if one.envelope.author and one.envelope.verb is not Verb.DELETE:
            yield one.envelope.author
        if one.envelope.own and one.envelope.to:
            yield one.envelope.to[0]


def where(source: Source, keys: set[str]) -> dict[str, int]:
    """The conversation that each key already belongs to."""
    if not keys:
        return {}
    sql = """
        SELECT key, id FROM conversations_conversation WHERE source_id = %(source)s AND key = ANY(%(keys)s::varchar[])
        UNION ALL
        SELECT key, conversation_id FROM conversations_anchor WHERE source_id = %(source)s AND key = ANY(%(keys)s::varchar[])
    """
    return dict(bulk.execute(sql, {"source": source.pk, "keys": bulk.array(keys)}))


def _grouped(
    source: Source, speaking: Sequence[Arrived], found: dict[str, int], known: dict[tuple[str, str], profiles.Presence]
) -> tuple[dict[str, int], list[Joined]]:
    """Key -> conversation for every key of the batch, opening what is new and joining what turns out to be one."""
    groups = _Groups()
    for one in speaking:
        groups.join(keys_of(one.envelope))
    older: dict[str, set[int]] = {}
    for key, conversation_id in found.items():
        if key in groups.parent:
            older.setdefault(groups.root(key), set()).add(conversation_id)
    fresh: dict[str, list[Arrived]] = {}
    for one in speaking:
        root = groups.root(fit(one.envelope.key))
        if root not in older:
            fresh.setdefault(root, []).append(one)
    opened = _open(source, fresh, known)
    of_group = {root: min(ids) for root, ids in older.items()} | opened
    joined = [Joined(gone, min(ids)) for ids in older.values() for gone in sorted(ids)[1:]]
    conversation_of = {key: of_group[groups.root(key)] for key in list(groups.parent)}
    roots = {_first_key(ones) for ones in fresh.values()}
    _anchor(source, [(key, at) for key, at in conversation_of.items() if key not in found and key not in roots])
    _join(joined)
    return conversation_of, joined


def _first_key(ones: Sequence[Arrived]) -> str:
    return keys_of(min(ones, key=_said).envelope)[0]


def _said(one: Arrived) -> datetime:
    return one.envelope.said_at or one.received_at


def _open(
    source: Source, fresh: dict[str, list[Arrived]], known: dict[tuple[str, str], profiles.Presence]
) -> dict[str, int]:
    """New conversations in one statement. A race with another worker yields the row that was first."""
    if not fresh:
        return {}
    rows, root_of = [], {}
    for root, ones in fresh.items():
        first = min(ones, key=_said).envelope
        author = known.get((first.author.network, first.author.key)) if first.author and not first.own else None
        key, at = _first_key(ones), min(map(_said, ones))
        root_of[key] = root
        network = first.author.network if first.author else source.connector
        rows.append((source.pk, key, network, author.id if author else None, "", "", first.public, 0, at, at))
    columns = (
        "source_id", "key", "network", "opener_id", "subject", "snippet", "is_public", "message_count", "started_at", "last_at",
    )  # fmt: skip
    made = insert(Conversation, columns, rows, conflict="(source_id, key) DO NOTHING", returning="key, id")
    ids = dict(made)
    if len(ids) < len(rows):
        ids |= where(source, set(root_of) - set(ids))
    return {root_of[key]: conversation_id for key, conversation_id in ids.items()}


def _anchor(source: Source, pairs: list[tuple[str, int]]) -> None:
    rows = [(source.pk, key, conversation_id) for key, conversation_id in pairs]
    insert(Anchor, ("source_id", "key", "conversation_id"), rows, conflict="(source_id, key) DO NOTHING")


def anchor(source_id: int | None, key: str, conversation_id: int | None) -> None:
    """Let answers to `key` find the conversation: called once the network has named what we sent."""
    if source_id and conversation_id:
        rows = [(source_id, fit(key), conversation_id)]
        insert(Anchor, ("source_id", "key", "conversation_id"), rows, conflict="(source_id, key) DO NOTHING")


def _join(joined: Sequence[Joined]) -> None:
    """Let the anchors and the root key of what is gone lead to what stays. History moves its rows; see `drop`."""
    for pair in joined:
        Anchor.objects.filter(conversation_id=pair.gone).update(conversation_id=pair.stays)
        gone = Conversation.objects.get(pk=pair.gone)
        insert(
            Anchor,
            ("source_id", "key", "conversation_id"),
            [(gone.source_id, gone.key, pair.stays)],
            conflict="(source_id, key) DO UPDATE SET conversation_id = EXCLUDED.conversation_id",
        )


def touch(touches: Sequence[Touch]) -> None:
    """Add a batch's messages to the counters of their conversations, in one statement, in key order against deadlocks."""
    if not touches:
        return
    rows = sorted(touches, key=lambda one: one.conversation_id)
    sql = """
        UPDATE conversations_conversation c SET
            message_count = c.message_count + g.count,
            snippet = CASE WHEN g.last_at >= c.last_at THEN g.snippet ELSE c.snippet END,
            subject = CASE WHEN c.subject = '' THEN g.subject ELSE c.subject END,
            is_public = c.is_public OR g.is_public,
            started_at = least(c.started_at, g.last_at),
            last_at = greatest(c.last_at, g.last_at),
            last_in_at = greatest(c.last_in_at, g.last_in_at),
            last_out_at = greatest(c.last_out_at, g.last_out_at)
        FROM {g} WHERE c.id = g.id
    """
    types = {"id": "bigint", "count": "int", **dict.fromkeys(("last_at", "last_in_at", "last_out_at"), "timestamptz")}
    values = [
        (
            one.conversation_id,
            one.count,
            one.last_at,
            one.last_in_at,
            one.last_out_at,
            one.snippet[:200],
            one.subject[:300],
            one.is_public,
        )
        for one in rows
    ]
    bulk.run(sql, {**types, "snippet": "text", "subject": "text", "is_public": "bool"}, values)


def drop(joined: Sequence[Joined]) -> None:
    """Remove conversations whose messages have all moved; called by those above once nothing hangs on them."""
    for pair in joined:
        gone = Conversation.objects.get(pk=pair.gone)
        told = (gone.message_count, gone.last_at, gone.last_in_at, gone.last_out_at, gone.snippet, "", gone.is_public)
        touch([Touch(pair.stays, *told)])
        gone.delete()

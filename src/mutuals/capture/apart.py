"""One Message-ID, two mails: buggy senders repeat theirs, and networks deliver twice. The former are kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mutuals.base.ids import fit
from mutuals.capture import ties
from mutuals.capture.models import RawEvent
from mutuals.connectors.contract import Envelope
from mutuals.conversations.arrived import Arrived
from mutuals.history import own
from mutuals.history.models import Direction, Interaction


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept under a key: its row, the digest of its content ("" = not known), and as whom we said it."""

    pk: int
    digest: str
    said_as: str = ""


def standing(source_id: int, keys: Iterable[str]) -> dict[str, Standing]:
    """What is kept of a source under these keys; one query."""
    rows = Interaction.objects.filter(source_id=source_id, key__in=set(keys))
    found = rows.values_list("key", "pk", "extra__digest", "direction", "channel__key")
    return {
        key: Standing(pk, str(digest or ""), (said_as or "") if direction == Direction.OUT else "")
        for key, pk, digest, direction, said_as in found
    }


def key_for(envelope: Envelope, known: Standing | None) -> str:
    """The envelope's key; where another mail is known by it, one of its own: `<id>#` and the digest of its content."""
    key, digest = fit(envelope.key), str(envelope.extra.get("digest", ""))
    if known is None or not digest or _is_same(envelope, digest, known):
        return key
    return _apart(key, digest)


def keys_of(envelope: Envelope) -> list[str]:
    """The keys under which the mail may be kept."""
    key, digest = fit(envelope.key), str(envelope.extra.get("digest", ""))
    return [key, _apart(key, digest)] if digest else [key]


def _apart(key: str, digest: str) -> str:
    return f"{fit(key, 480)}#{digest}"


def _is_same(envelope: Envelope, digest: str, known: Standing) -> bool:
    """A row without a digest is older than digests, blanked, or ours: what carries our name as well is its echo."""
    if known.digest or not known.said_as:
        return not known.digest or known.digest == digest
    return envelope.own or bool(envelope.author and envelope.author.key == known.said_as)


def mails(arrived: Sequence[Arrived]) -> list[Arrived]:
    """Give a second, different mail with a known Message-ID a key of its own. What only came again stays one.

    References that would tie the conversations of strangers together are left out, see `ties`.

    The raw of a mail that came again is noted on its row, so that both are erased together; within a batch, where there
    is no row yet, its bytes are blanked.
    """
    digests = {id(one): str(one.envelope.extra.get("digest", "")) for one in arrived}
    if not any(digests.values()):
        return list(arrived)
    source_id = arrived[0].source.pk
    known = standing(source_id, (key for one in arrived if digests[id(one)] for key in keys_of(one.envelope)))
    told: list[Arrived] = []
    seen: dict[str, Standing] = {}
    doubled, noted = [], []
    for one in arrived:
        if not digests[id(one)]:
            told.append(one)
            continue
        first = fit(one.envelope.key)
        key = key_for(one.envelope, known.get(first) or seen.get(first))
        if key in known:
            noted.append((known[key].pk, one.raw_id))
        elif key in seen:
            doubled.append(one.raw_id)
            continue
        seen[key] = Standing(0, digests[id(one)])
        told.append(replace(one, envelope=replace(one.envelope, key=key)))
    own.came_again(noted)
    if doubled:
        RawEvent.objects.filter(pk__in=doubled).update(body=b"")
    return ties.untied(told)

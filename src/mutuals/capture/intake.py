"""Intake: raw events that wait are claimed, opened by their connector, and marked when the house is done with them."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mutuals import connectors
from mutuals.base import bulk
from mutuals.base.locks import Space, in_turn
from mutuals.capture import pace
from mutuals.capture.models import RawEvent, RawState
from mutuals.channels import health
from mutuals.channels.models import Source, SourceState
from mutuals.connectors.contract import Envelope, Raw
from mutuals.conversations.arrived import Arrived
from mutuals.history.models import Interaction
from mutuals.people import erased

BATCH = 1000
HEAVIEST = 16 * 1024**2  # bytes that are opened at once; the raw that goes beyond is the last of its batch
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # by how much a clock out there may be wrong
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Waiting:
    """A raw event that was claimed; what becomes of it is written by `done`."""

    source: Source
    pk: int
    key: str
    kind: str
    body: bytes
    received_at: datetime
    attempts: int
    is_history: bool
    state: str = RawState.RECEIVED
    reason: str = ""


_CLAIM = """
WITH oldest AS MATERIALIZED (
    SELECT id, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS before
    FROM (SELECT id, body FROM capture_rawevent WHERE source_id = %s AND state = 'received' ORDER BY id LIMIT %s) few
)
SELECT r.* FROM oldest o CROSS JOIN LATERAL (
    SELECT id, key, kind, body, received_at, attempts, is_history FROM capture_rawevent
    WHERE id = o.id AND state = 'received' FOR UPDATE
) r WHERE o.before < %s ORDER BY r.id
"""
"""One row after the other by its id: a planner that knows nothing of the table would put each beside each."""


def claim(source_id: int, limit: int = BATCH) -> list[Waiting]:
    """The oldest waiting raws of a source, locked for this transaction: at most `limit`, and no more than `HEAVIEST` needs.

    Batches of one source are opened one after the other, whoever opens them: two at once would race for the threads
    and profiles that both touch, and a later word could be kept before an earlier one.
    """
    in_turn(Space.OPEN, source_id)
    rows = bulk.execute(_CLAIM, [source_id, limit, HEAVIEST])
    if not rows:
        return []
    source = Source.objects.get(pk=source_id)
    return [Waiting(source, *row) for row in rows]


def is_all(raws: Sequence[Waiting], limit: int = BATCH) -> bool:
    """Whether a claim took everything that waited: it was cut off neither by number nor by size."""
    return len(raws) < limit and sum(len(raw.body) for raw in raws) < HEAVIEST


def open(raws: Sequence[Waiting]) -> list[Arrived]:
    """What the network sent becomes who said what. Sets `state` on the rows in memory; `done` writes it.

    One that cannot be read is parked with its reason, whatever its connector tripped over; one with nothing in it is
    ignored; what an erased person said, or what we said to them, is refused and its bytes are blanked.
    """
    opened: list[tuple[Waiting, Envelope]] = []
    for raw in raws:
        try:
            envelopes = _parse(raw)
        except json.JSONDecodeError as error:
            reason = f"It is not valid JSON (line {error.lineno}, column {error.colno})."
            raw.state, raw.reason = RawState.PARKED, reason
            continue
        except ValueError as error:
            raw.state, raw.reason = RawState.PARKED, (str(error) or "It cannot be read.")[:500]
            continue
        except Exception as error:  # one hostile message must not hold up the source
            _log.exception("opening raw event %s", raw.pk)
            raw.state, raw.reason = RawState.PARKED, f"Its connector cannot read it ({type(error).__name__})."
            continue
        raw.state = RawState.DONE if envelopes else RawState.IGNORED
        opened += [(raw, envelope) for envelope in envelopes]
    named = [pair for _, one in opened for pair in _with_whom(one)]
    out = erased.which(named) if named else set()
    arrived = []
    for raw, envelope in opened:
        if out and out.intersection(_with_whom(envelope)):
            raw.state, raw.body, raw.reason = RawState.REFUSED, b"", "Its author asked to be erased."
        else:
            arrived.append(Arrived(raw.pk, raw.source, _possible(envelope, raw), raw.received_at, raw.is_history))
    return arrived


def _with_whom(envelope: Envelope) -> list[tuple[str, str]]:
    """Who speaks; where we spoke ourselves, also the one in whose history it would stand."""
    told = [envelope.author, *(envelope.to[:1] if envelope.own else ())]
    return [pair for one in told if one for pair in erased.known_as(one)]


def _possible(envelope: Envelope, raw: Waiting) -> Envelope:
    """A time outside of the calendar, or said before its time came, is not believed: it was said when it arrived.

    So nobody stays on top of the inbox for ever. Files may hold what is to come, such as dates of publishing.
    """
    said = envelope.said_at
    latest = LATEST if raw.source.connector == "files" else raw.received_at + AHEAD
    if said is None or EARLIEST <= said <= latest:
        return envelope
    return replace(envelope, said_at=None, extra={**envelope.extra, "claimed_at": said.isoformat()})


def _parse(raw: Waiting) -> tuple[Envelope, ...]:
    connector = connectors.get("email" if raw.kind == "mail" else raw.source.connector)
    envelopes = connector.parse(Raw(key=raw.key, body=bytes(raw.body), kind=raw.kind))
    for envelope in envelopes:
        if not envelope.key:
            raise ValueError("It carries no id of its own, so it could not be told from a doubled delivery.")
        if envelope.author and not (envelope.author.key and envelope.author.network):
            raise ValueError("Its author has no id, so nobody could say whose it is.")
    return envelopes


def done(raws: Sequence[Waiting], blank: Sequence[int] = ()) -> None:
    """Write what became of a batch, in one statement; `blank` are raws whose message was deleted out there."""
    if not raws:
        return
    gone = {raw.pk for raw in raws if raw.state == RawState.REFUSED} | set(blank)
    bulk.run(
        "UPDATE capture_rawevent r SET state = g.state, reason = g.reason, attempts = r.attempts"
        " + CASE WHEN g.state = 'parked' THEN 1 ELSE 0 END FROM {g} WHERE r.id = g.id",
        {"id": "bigint", "state": "text", "reason": "text"},
        [(raw.pk, str(raw.state), raw.reason) for raw in raws],
    )
    pace.count((raw.source.pk, raw.received_at) for raw in raws if raw.state == RawState.DONE)
    _note_handed(raws)
    if gone:
        RawEvent.objects.filter(pk__in=gone).update(body=b"")
    hide([raw.pk for raw in raws if raw.state == RawState.REFUSED])


_HIDE = """
UPDATE capture_rawevent r SET body = ''::bytea, key = g.key FROM {g} WHERE r.id = g.id
AND NOT EXISTS (SELECT 1 FROM capture_rawevent o WHERE o.source_id = r.source_id AND o.key = g.key AND o.id <> r.id)
RETURNING r.id
"""


def hide(raw_ids: Collection[int]) -> int:
    """Blank raws of somebody who was erased and veil their keys, which may name them; returns how many there were.

    One that came before, was hidden and now came again is deleted: one row says that it was refused.
    """
    if not raw_ids:
        return 0
    rows = RawEvent.objects.filter(pk__in=raw_ids).values_list("pk", "key")
    told = [(pk, erased.veiled(key)) for pk, key in rows]
    hidden = {row[0] for row in bulk.run(_HIDE, {"id": "bigint", "key": "text"}, told)}
    RawEvent.objects.filter(pk__in=[pk for pk, _ in told if pk not in hidden]).delete()
    return len(told)


def _note_handed(raws: Sequence[Waiting]) -> None:
    """Nobody draws from a hook, a file or a source that is not live, so what came by itself is its last success."""
    source = raws[0].source
    connector = connectors.all_connectors().get(source.connector)
    if connector is None or (connector.fetch is not None and source.state == SourceState.ACTIVE):
        return
    kept = [raw.received_at for raw in raws if raw.state == RawState.DONE]
    health.note_handed(source, at=max(raw.received_at for raw in raws), item_at=max(kept, default=None))


def park(raw: Waiting, reason: str) -> None:
    """Put one raw event aside with its reason, so that it holds nobody up; it is shown and can be retried."""
    RawEvent.objects.filter(pk=raw.pk).update(state=RawState.PARKED, reason=reason[:500], attempts=raw.attempts + 1)


def waiting(source_id: int) -> bool:
    """True while raws of this source are not opened."""
    return RawEvent.objects.filter(source_id=source_id, state=RawState.RECEIVED).exists()


def blank_bytes_of(interactions: Sequence[Interaction]) -> None:
    """Blank the raws that interactions came in by."""
    numbers = [number for row in interactions for number in row.extra.get("raws", ())]
    RawEvent.objects.filter(pk__in=numbers).update(body=b"")

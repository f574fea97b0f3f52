"""Intake: raw events that wait are claimed, opened by their connector, and marked when the house is done with them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from mutuals import connectors
from mutuals.capture._locks import Space, in_turn
from mutuals.capture.models import RawEvent, RawState
from mutuals.connectors.contract import Envelope, Raw
from mutuals.conversations.arrived import Arrived
from mutuals.history.models import Interaction
from mutuals.people import erased

BATCH = 500


def claim(source_id: int, limit: int = BATCH) -> list[RawEvent]:
    """The oldest waiting raws of a source, locked for this transaction.

    Batches of one source are opened one after the other, whoever opens them: two at once would race for the threads
    and profiles that both touch, and a later word could be kept before an earlier one.
    """
    in_turn(Space.OPEN, source_id)
    waiting = RawEvent.objects.select_for_update(of=("self",)).select_related("source")
    return list(waiting.filter(source_id=source_id, state=RawState.RECEIVED).order_by("id")[:limit])


def open(raws: Sequence[RawEvent]) -> list[Arrived]:
    """What the network sent becomes who said what. Sets `state` on the rows in memory; `done` writes it.

    One that cannot be read is parked with its reason; one with nothing in it is ignored; what an erased person said is
    refused and its bytes are blanked.
    """
    opened: list[tuple[RawEvent, Envelope]] = []
    for raw in raws:
        try:
            envelopes = _parse(raw)
        except ValueError as error:
            raw.state, raw.reason = RawState.PARKED, (str(error) or "It cannot be read.")[:500]
            continue
        raw.state = RawState.DONE if envelopes else RawState.IGNORED
        opened += [(raw, envelope) for envelope in envelopes]
    authors = [(one.author.network, one.author.key) for _, one in opened if one.author]
    out = erased.which(authors) if authors else set()
    arrived = []
    for raw, envelope in opened:
        if envelope.author and (envelope.author.network, envelope.author.key) in out:
            raw.state, raw.body, raw.reason = RawState.REFUSED, b"", "Its author asked to be erased."
        else:
            arrived.append(Arrived(raw.pk, raw.source, envelope, raw.received_at))
    return arrived


def _parse(raw: RawEvent) -> tuple[Envelope, ...]:
    connector = connectors.get("email" if raw.kind == "mail" else raw.source.connector)
    envelopes = connector.parse(Raw(key=raw.key, body=bytes(raw.body), kind=raw.kind))
    for envelope in envelopes:
        if not envelope.key:
            raise ValueError("It carries no id of its own, so it could not be told from a doubled delivery.")
        if envelope.author and not (envelope.author.key and envelope.author.network):
            raise ValueError("Its author has no id, so nobody could say whose it is.")
    return envelopes


def done(raws: Sequence[RawEvent], blank: Sequence[int] = ()) -> None:
    """Write what became of a batch, in one statement; `blank` are raws whose message was deleted out there."""
    gone = {raw.pk for raw in raws if raw.state == RawState.REFUSED} | set(blank)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE capture_rawevent r SET state = g.state, reason = g.reason"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS g(id, state, reason) WHERE r.id = g.id",
            [[raw.pk for raw in raws], [str(raw.state) for raw in raws], [raw.reason for raw in raws]],
        )
        if gone:
            cursor.execute("UPDATE capture_rawevent SET body = ''::bytea WHERE id = ANY(%s)", [list(gone)])


def park(raw: RawEvent, reason: str) -> None:
    """Put one raw event aside with its reason, so that it holds nobody up; it is shown and can be retried."""
    RawEvent.objects.filter(pk=raw.pk).update(state=RawState.PARKED, reason=reason[:500], attempts=raw.attempts + 1)


def waiting(source_id: int) -> bool:
    """True while raws of this source are not opened."""
    return RawEvent.objects.filter(source_id=source_id, state=RawState.RECEIVED).exists()


def blank_bytes_of(interactions: Sequence[Interaction]) -> None:
    """Blank the raws that interactions came in by."""
    numbers = [number for row in interactions for number in row.extra.get("raws", ())]
    RawEvent.objects.filter(pk__in=numbers).update(body=b"")

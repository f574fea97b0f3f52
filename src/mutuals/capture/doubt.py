"""What may have been sent: looked for out there, then settled by a person. Nothing is ever sent again blindly."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from mutuals import connectors
from mutuals.base import clock, jobs, journal
from mutuals.base.limits import back_off
from mutuals.base.locks import Space, held
from mutuals.base.refusals import Refusal
from mutuals.capture import _sent
from mutuals.capture.models import Outgoing, SendState
from mutuals.capture.outbox import LONGEST, TRIES, blocked
from mutuals.channels.context import context_for
from mutuals.connectors.contract import AuthExpired, Connector, ConnectorError, Envelope, Receipt, undelivered
from mutuals.conversations.arrived import Arrived
from mutuals.history import own
from mutuals.staff.models import User

ABANDONED = timedelta(seconds=60)
LOOK_FOR = timedelta(hours=1)


def look(
    outgoing_id: int, *, now: Callable[[], datetime] = clock.now, chance: Callable[[], float] = random.random
) -> None:
    """Job: find out whether something whose sending broke off stands out there.

    Found: sent. Where the network itself refuses doubles it is sent again; elsewhere what is not found may still be on
    its way, so a person decides.
    """
    with held(Space.SEND, outgoing_id) as mine:
        rows = Outgoing.objects.select_related("source").filter(state__in=[SendState.SENDING, SendState.UNKNOWN])
        outgoing = rows.filter(pk=outgoing_id).first()
        if not mine or outgoing is None:
            return
        connector = connectors.all_connectors().get(outgoing.source.connector)
        if connector is None or connector.find is None:
            _not_found(outgoing, connector, now(), chance())
            return
        try:
            receipt = connector.find(context_for(outgoing.source, now=now), _sent.action_of(outgoing))
        except (ConnectorError, FileNotFoundError) as error:
            _look_again(outgoing, error, now(), chance())
            return
        if receipt is not None:
            _sent.done(outgoing, receipt, now=now())
        else:
            _not_found(outgoing, connector, now(), chance())


def recover(now: datetime | None = None) -> int:
    """Job, every few seconds: pick up what a kill or a lost job left behind; returns how many were taken up again."""
    moment = now or clock.now()
    left = Outgoing.objects.filter(state=SendState.SENDING, changed_at__lt=moment - ABANDONED, not_before__lte=moment)
    late = Outgoing.objects.filter(state=SendState.QUEUED, not_before__lt=moment - ABANDONED)
    count = 0
    for number in left.values_list("pk", flat=True):
        with held(Space.SEND, number) as free:
            count += free
        if free:
            jobs.later(_sent.LOOK, once=f"look:{number}", outgoing_id=number)
    for outgoing in late.select_related("source"):
        if not blocked(outgoing.source) or moment - outgoing.not_before > LONGEST:
            _sent.defer(outgoing.pk)
            count += 1
    return count


def settle(outgoing: Outgoing, *, by: User, sent: bool, now: datetime) -> Outgoing:
    """A person who looked decides about one that is not confirmed: it stands there, or it may be sent again.

    Refused: any other state, and somebody who may not speak as the channel.
    """
    _sent.may_handle(outgoing, by)
    with transaction.atomic():
        row = Outgoing.objects.select_for_update(of=("self",)).select_related("source").get(pk=outgoing.pk)
        if row.state != SendState.UNKNOWN:
            raise Refusal("This is not waiting for a decision any more.")
        journal.note("outgoing.settled", row, by=by, sent=sent)
        if sent:
            _sent.believed(row, now=now)
        else:
            _sent.queue_again(row, "", at=now, now=now)
    return row


def echoes(arrived: Sequence[Arrived]) -> int:
    """Our own messages that the network hands back with our key: what was in doubt is confirmed. Returns how many."""
    told: dict[UUID, Envelope] = {}
    for one in arrived:
        if one.envelope.own and one.envelope.echo_of:
            with suppress(ValueError):
                told[UUID(one.envelope.echo_of)] = one.envelope
    if not told:
        return 0
    now = max(one.received_at for one in arrived)
    rows = list(Outgoing.objects.filter(key__in=list(told)).exclude(state=SendState.SENT))
    for row in rows:
        envelope = told[row.key]
        _sent.done(row, Receipt(envelope.key, envelope.url, envelope.said_at), now=now)
    return len(rows)


def returned(arrived: Sequence[Arrived]) -> int:
    """Reports that a mail of ours did not arrive: it is shown as not sent, with the reason. Returns how many.

    Anybody who got the mail can write such a report, so it counts only for the one address that we wrote to. The
    outbox keeps `sent`, because it did leave: nothing is sent again by itself.
    """
    count = 0
    for one in arrived:
        told = undelivered(one.envelope)
        if told is not None and one.envelope.reply_to:
            reason = f"It came back from {told.address}: {told.reason}"
            count += own.came_back(one.source.pk, one.envelope.reply_to, address=told.address, reason=reason)
    return count


def _look_again(outgoing: Outgoing, error: Exception, now: datetime, chance: float) -> None:
    """Looking failed too. For an hour it is tried again; then a person decides."""
    since = now - (outgoing.first_try_at or outgoing.created_at)
    if since > LOOK_FOR or isinstance(error, AuthExpired | FileNotFoundError):
        _sent.unknown(outgoing, f"It may have been sent, and looking failed: {_sent.said(outgoing, error)}", now=now)
        return
    wait = max(back_off(max(outgoing.attempts, 1), chance=chance, base=20.0), since / 2)
    with transaction.atomic():
        rows = Outgoing.objects.filter(pk=outgoing.pk, state=SendState.SENDING)
        if rows.update(changed_at=now, not_before=now + wait):
            jobs.later(_sent.LOOK, once=f"look:{outgoing.pk}", at=now + wait, outgoing_id=outgoing.pk)


def _not_found(outgoing: Outgoing, connector: Connector | None, now: datetime, chance: float) -> None:
    if connector is not None and connector.native_keys and outgoing.attempts < TRIES:
        _sent.queue_again(outgoing, outgoing.error, at=now + back_off(outgoing.attempts or 1, chance=chance), now=now)
    else:
        _sent.unknown(outgoing, outgoing.error or "It may have been sent, but that is not confirmed.", now=now)

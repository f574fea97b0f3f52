"""The outbox: what we say is saved first, leaves once, and what became of it is known or asked, never guessed.

    queued -> sending -> sent            the network's receipt is kept; `sent` never falls back
                      -> queued          surely nothing left: again later, each time after a longer wait
                      -> failed          it refuses, and trying again will not help
                      -> unknown         it may stand there: looked for first (`doubt`), then a person decides
    queued -> cancelled                  taken back in time

`sending` is committed before the call, and the sender holds an advisory lock that dies with it; so after a kill
`doubt.recover` finds what nobody is sending any more and looks for it out there before anything is sent again.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from mutuals import connectors
from mutuals.base import clock, jobs, journal
from mutuals.base.limits import back_off
from mutuals.base.locks import Space, held
from mutuals.base.refusals import Refusal
from mutuals.capture import _sent
from mutuals.capture._packed import pack
from mutuals.capture.models import Outgoing, SendState
from mutuals.channels import health, presences
from mutuals.channels.context import context_for
from mutuals.channels.models import Channel, Source, SourceState
from mutuals.channels.queries import is_demonstration
from mutuals.connectors.contract import (
    Action,
    AuthExpired,
    BadRequest,
    Connector,
    ConnectorError,
    Do,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Receipt,
    Transient,
)
from mutuals.staff.models import User
from mutuals.staff.permissions import require

SEND, LOOK = _sent.SEND, _sent.LOOK
TRIES = 8
LONGEST = timedelta(hours=24)  # an answer that could not leave for a day is not sent any more without being asked
LOOK_AFTER = timedelta(seconds=10)  # a server may still be busy with what broke off
_log = logging.getLogger(__name__)
_WORDS = {
    SourceState.DRAFT: "This source is still being set up.",
    SourceState.PAUSED: "This source is paused.",
    SourceState.NEEDS_AUTH: "This source needs to be signed in again before anything can be sent.",
}


def blocked(source: Source) -> str:
    """Why nothing can be sent through a source, in words for the composer; "" = it can."""
    connector = connectors.all_connectors().get(source.connector)
    if connector is None or connector.send is None:
        return "This source cannot be answered."
    if is_demonstration(source):
        return "This is demonstration data and nobody is behind it: answers do not leave this machine."
    return _WORDS.get(SourceState(source.state), "")


def put(
    *,
    source: Source,
    channel: Channel | None,
    by: User,
    action: Action,
    not_before: datetime,
    now: datetime,
    interaction_id: int | None = None,
) -> Outgoing:
    """Save what is to be done, in the caller's transaction; it leaves at `not_before` and can be taken back until then.

    `action.key` is a UUID; the same key again is the same row. Refused: a source that is blocked, what the network
    cannot do, a text or files over its limits, and somebody who may not speak as the channel (E3).
    """
    if channel is not None:
        presences.require_speak(by, channel)
    else:
        require(by, "source.manage")
    reason = blocked(source)
    if reason:
        raise Refusal(reason)
    _fits(connectors.get(source.connector), action)
    with transaction.atomic():
        outgoing, is_new = Outgoing.objects.get_or_create(
            key=UUID(action.key),
            defaults={
                "source": source,
                "channel": channel,
                "by": by,
                "do": action.do.value,
                "interaction_id": interaction_id,
                "action": json.loads(json.dumps(pack(action), default=str)),
                "not_before": not_before,
                "created_at": now,
                "changed_at": now,
            },
        )
        if is_new:
            journal.note("outgoing.put", outgoing, by=by, do=outgoing.do, source=source.pk)
            _sent.defer(outgoing.pk, at=not_before)
    return outgoing


def cancel(outgoing: Outgoing, *, by: User, now: datetime) -> bool:
    """Take it back before it begins to leave; True when that was in time. For its author, or who may assign."""
    if by.pk != outgoing.by_id or not by.is_active:
        require(by, "conversation.assign")
    with transaction.atomic():
        rows = Outgoing.objects.filter(pk=outgoing.pk, state=SendState.QUEUED, first_try_at__isnull=True)
        in_time = rows.update(state=SendState.CANCELLED, changed_at=now) == 1
        if in_time:
            _sent.mark(outgoing, SendState.CANCELLED, by=by)
    return in_time


def send(
    outgoing_id: int, *, now: Callable[[], datetime] = clock.now, chance: Callable[[], float] = random.random
) -> None:
    """Job: send one, if it is its turn and nobody else is at it."""
    with held(Space.SEND, outgoing_id) as mine:
        outgoing = Outgoing.objects.select_related("source").filter(pk=outgoing_id, state=SendState.QUEUED).first()
        if not mine or outgoing is None or not _ready(outgoing, now()):
            return
        connector = connectors.get(outgoing.source.connector)
        outgoing = _claim(outgoing, now())
        if outgoing is None or connector.send is None:
            return
        try:
            action = _sent.action_of(outgoing)
            receipt = connector.send(context_for(outgoing.source, now=now), action)
        except ConnectorError as error:
            _failed(outgoing, error, now(), chance())
        except FileNotFoundError:
            _sent.fail(outgoing, "One of its files is gone.", now=now())
        except jobs.AWAY:  # our own database: whether it left is found out by `doubt.recover`
            raise
        except Exception:  # whatever a connector trips over, it may have been sent
            _log.exception("sending %s", outgoing.pk)
            _doubt(outgoing, "The connector stopped half-way; it may have been sent.", now())
        else:
            _sent.done(outgoing, receipt, now=now())


def again(outgoing: Outgoing, *, by: User, now: datetime) -> Outgoing:
    """Try one that failed once more. Refused: any other state, a blocked source, who may not speak as the channel.

    A mail that came back did leave (`sent`), and is not sent again: whoever answers writes anew.
    """
    _sent.may_handle(outgoing, by)
    reason = blocked(outgoing.source)
    if reason:
        raise Refusal(reason)
    with transaction.atomic():
        row = Outgoing.objects.select_for_update(of=("self",)).select_related("source").get(pk=outgoing.pk)
        if row.state == SendState.SENT:
            raise Refusal(
                "This did leave. If it came back, the same way would bring it back again: write a new answer."
            )
        if row.state != SendState.FAILED:
            raise Refusal("Only what failed can be tried again.")
        row.attempts, row.created_at = 0, now
        row.save(update_fields=["attempts", "created_at"])
        journal.note("outgoing.again", row, by=by)
        _sent.queue_again(row, "", at=now, now=now)
    return row


def _fits(connector: Connector, action: Action) -> None:
    if action.do not in connector.does:
        raise Refusal(f"{connector.label} cannot {action.do.value}.")
    limits = connector.limits
    length = limits.count(action.body)
    if limits.text is not None and length > limits.text and action.do in (Do.POST, Do.REPLY, Do.EDIT):
        raise Refusal(
            f"{connector.label} takes {limits.text} letters; this has {length}.", fields={"body": "Too long."}
        )
    if len(action.media) > limits.media:
        raise Refusal(f"{connector.label} takes {limits.media} files.", fields={"media": "Too many."})
    for media in action.media:
        if limits.media_types and media.media_type not in limits.media_types:
            raise Refusal(f"{connector.label} does not take {media.media_type}.", fields={"media": "Wrong kind."})
        if len(media.data or b"") > limits.media_bytes:
            raise Refusal(f"{media.name} is too large for {connector.label}.", fields={"media": "Too large."})


def _ready(outgoing: Outgoing, now: datetime) -> bool:
    """Whether it may leave now. One that waited too long fails; one that is early or blocked stays queued."""
    if now - outgoing.not_before > LONGEST:
        _sent.fail(outgoing, "It could not leave for a day. See whether it still fits, and try again.", now=now)
        return False
    if outgoing.not_before > now:
        _sent.defer(outgoing.pk, at=outgoing.not_before)
        return False
    reason = blocked(outgoing.source)
    if reason and outgoing.error != reason:
        Outgoing.objects.filter(pk=outgoing.pk, state=SendState.QUEUED).update(error=reason)
    return not reason


def _claim(outgoing: Outgoing, now: datetime) -> Outgoing | None:
    """Committed before anything leaves: whoever comes later sees that it may have left."""
    with transaction.atomic(durable=True):
        rows = Outgoing.objects.filter(pk=outgoing.pk, state=SendState.QUEUED)
        claimed = rows.update(
            state=SendState.SENDING,
            attempts=F("attempts") + 1,
            first_try_at=Coalesce("first_try_at", now),
            changed_at=now,
            error="",
        )
        if not claimed:
            return None
        _sent.mark(outgoing, SendState.SENDING)
    return Outgoing.objects.select_related("source").get(pk=outgoing.pk)


def _failed(outgoing: Outgoing, error: ConnectorError, now: datetime, chance: float) -> None:
    reason = _sent.said(outgoing, error)
    if isinstance(error, RateLimited):
        Outgoing.objects.filter(pk=outgoing.pk).update(attempts=F("attempts") - 1)
        _sent.queue_again(outgoing, reason, at=error.retry_at, now=now, surely=True)
    elif isinstance(error, Transient):
        if outgoing.attempts >= TRIES:
            _sent.fail(outgoing, f"{reason} Tried {outgoing.attempts} times.", now=now)
        else:
            wait = back_off(outgoing.attempts, chance=chance)
            _sent.queue_again(outgoing, reason, at=now + wait, now=now, surely=True)
    elif isinstance(error, NotFound) and outgoing.do in (Do.DELETE, Do.UNLIKE):
        _sent.done(outgoing, Receipt(outgoing.action["target"]), now=now)  # it is gone, which is what was wanted
    elif isinstance(error, AuthExpired | Forbidden | BadRequest | NotFound):
        if isinstance(error, AuthExpired | Forbidden):
            health.note_failure(outgoing.source, error, now=now, chance=lambda: chance)
        _sent.fail(outgoing, reason, now=now)
    else:  # OutcomeUnknown, and whatever a connector may add to the errors
        _doubt(outgoing, reason if isinstance(error, OutcomeUnknown) else f"{reason} It may have been sent.", now)


def _doubt(outgoing: Outgoing, reason: str, now: datetime) -> None:
    """It may stand there: stay `sending`, and look after a while."""
    with transaction.atomic():
        rows = Outgoing.objects.filter(pk=outgoing.pk, state=SendState.SENDING)
        if rows.update(error=reason[:500], changed_at=now, not_before=now + LOOK_AFTER):
            jobs.later(_sent.LOOK, once=f"look:{outgoing.pk}", at=now + LOOK_AFTER, outgoing_id=outgoing.pk)

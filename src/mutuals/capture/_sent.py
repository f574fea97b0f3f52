"""What became of something on its way out, written in one transaction with the history and told to open screens."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import transaction

from mutuals.base import jobs, journal, wake
from mutuals.base.ids import fit
from mutuals.capture._packed import unpack
from mutuals.capture.intake import blank_bytes_of
from mutuals.capture.models import Outgoing, SendState
from mutuals.channels.presences import require_speak
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import Action, Do, Receipt
from mutuals.history import keep, own
from mutuals.history.models import Interaction, Status
from mutuals.staff.models import User
from mutuals.staff.permissions import require

BY = "machine:outbox"
SEND, LOOK = "capture.send", "capture.look"  # jobs
_CARRIES = (Do.POST, Do.REPLY)
_MARKS = {
    SendState.QUEUED: Status.QUEUED,
    SendState.SENDING: Status.SENDING,
    SendState.FAILED: Status.FAILED,
    SendState.UNKNOWN: Status.UNKNOWN,
    SendState.CANCELLED: Status.CANCELLED,
}


def done(outgoing: Outgoing, receipt: Receipt, *, now: datetime) -> None:
    """The network has it, whatever we thought before. Telling it twice is telling it once."""
    kept = {"key": receipt.key, "url": receipt.url, "at": receipt.at, "extra": dict(receipt.extra)}
    with transaction.atomic():
        rows = Outgoing.objects.filter(pk=outgoing.pk).exclude(state=SendState.SENT)
        if not rows.update(state=SendState.SENT, receipt=_json(kept), error="", changed_at=now):
            return
        if outgoing.interaction_id is not None and outgoing.do in _CARRIES and receipt.key:
            own.mark_sent(
                outgoing.interaction_id,
                key=receipt.key,
                url=receipt.url,
                at=receipt.at,
                extra=_json(dict(receipt.extra)),
            )
        elif outgoing.interaction_id is not None and outgoing.do in _CARRIES:
            own.mark(outgoing.interaction_id, Status.SENT)
        elif outgoing.interaction_id is not None and outgoing.do == Do.DELETE:
            _deleted(outgoing.interaction_id, now)
        journal.note("outgoing.sent", outgoing, by=BY, do=outgoing.do, key=fit(receipt.key))
        _wake(outgoing)


def believed(outgoing: Outgoing, *, now: datetime) -> None:
    """Somebody looked and says that it stands there; its key out there is not known."""
    done(outgoing, Receipt(""), now=now)


def fail(outgoing: Outgoing, reason: str, *, now: datetime) -> None:
    """It was not sent, and will not be by itself. Shown at the conversation and among the failures."""
    _end(outgoing, SendState.FAILED, reason, now)


def unknown(outgoing: Outgoing, reason: str, *, now: datetime) -> None:
    """It may stand there; a person decides."""
    _end(outgoing, SendState.UNKNOWN, reason, now)


def mark(outgoing: Outgoing, state: SendState, *, error: str = "", by: User | str = "") -> None:
    """Show the state on the interaction it carries. A failed edit, like or deletion says nothing about its target."""
    if outgoing.interaction_id is not None and outgoing.do in _CARRIES:
        own.mark(outgoing.interaction_id, _MARKS[state], error)
    if by:
        journal.note(f"outgoing.{state.value}", outgoing, by=by)
    _wake(outgoing)


def queue_again(outgoing: Outgoing, reason: str, *, at: datetime, now: datetime, surely: bool = False) -> None:
    """Back into the queue until `at`. `surely`: nothing left in this try, so if it was the first, none was made."""
    rows = Outgoing.objects.filter(pk=outgoing.pk).exclude(state__in=[SendState.SENT, SendState.CANCELLED])
    never = surely and outgoing.first_try_at == outgoing.changed_at
    first = None if never else outgoing.first_try_at
    with transaction.atomic():
        if rows.update(state=SendState.QUEUED, error=reason[:500], not_before=at, changed_at=now, first_try_at=first):
            mark(outgoing, SendState.QUEUED, error=reason)
            defer(outgoing.pk, at=at)


def defer(outgoing_id: int, *, at: datetime | None = None) -> None:
    """Let one be sent, ahead of other work."""
    jobs.later(SEND, once=f"send:{outgoing_id}", at=at, urgent=True, outgoing_id=outgoing_id)


def action_of(outgoing: Outgoing) -> Action:
    """What is to be done, as its connector wants it. Raises FileNotFoundError when an attachment is gone."""
    return unpack(outgoing.do, outgoing.action, key=str(outgoing.key), first_try_at=outgoing.first_try_at)


def may_handle(outgoing: Outgoing, by: User) -> None:
    """Begin deciding about one: who may reply, and speak as its channel."""
    require(by, "conversation.reply")
    if outgoing.channel is not None:
        require_speak(by, outgoing.channel)
    else:
        require(by, "source.manage")


def said(outgoing: Outgoing, error: Exception) -> str:
    """An error on one line, without NUL and without our own secrets."""
    line = " ".join(str(error).replace("\x00", "").split())
    return Vault(outgoing.source_id).hide(line)[:500] or type(error).__name__


def _end(outgoing: Outgoing, state: SendState, reason: str, now: datetime) -> None:
    with transaction.atomic():
        rows = Outgoing.objects.filter(pk=outgoing.pk).exclude(state__in=[SendState.SENT, SendState.CANCELLED])
        if not rows.update(state=state, error=reason[:500], changed_at=now):
            return
        mark(outgoing, state, error=reason)
        about = {"do": outgoing.do, "reason": reason[:500], "conversation": _conversation(outgoing)}
        journal.note(f"outgoing.{state.value}", outgoing, by=BY, **about)


def _deleted(interaction_id: int, now: datetime) -> None:
    rows = list(Interaction.objects.filter(pk=interaction_id))
    blank_bytes_of(rows)
    keep.blank([row.pk for row in rows], at=now)


def _conversation(outgoing: Outgoing) -> int | None:
    if outgoing.interaction_id is None:
        return None
    rows = Interaction.objects.filter(pk=outgoing.interaction_id).values_list("conversation_id", flat=True)
    return rows.first()


def _wake(outgoing: Outgoing) -> None:
    conversation = _conversation(outgoing)
    if conversation is not None:
        wake.changed("conversation", [conversation])


def _json(value: dict[str, Any]) -> dict[str, Any]:
    """Plain JSON as PostgreSQL holds it: dates as text, no NUL."""
    plain_value: dict[str, Any] = json.loads(json.dumps(value, default=str).replace("\\u0000", ""))
    return plain_value

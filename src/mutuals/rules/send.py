"""What leaves the house for a rule: a signed hook, or a mail to a colleague. Saved with the firing, and sent by a job.

    waiting -> sending -> sent
                       -> waiting     surely not taken: again, each time after a longer wait
                       -> failed      refused, or tried too often
                       -> unknown     a mail that may have left; it is not sent again

A hook in doubt is tried again under the same signed name, by which its receiver knows that it is the same.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from mutuals import connectors
from mutuals.base import clock, jobs
from mutuals.base.limits import back_off
from mutuals.base.net import Http, NetError, guarded
from mutuals.base.net import Refused as Forbidden
from mutuals.base.refusals import Refusal
from mutuals.channels.context import context_for
from mutuals.channels.models import Source, SourceState
from mutuals.connectors.contract import Action, ConnectorError, Do, Handle, OutcomeUnknown, RateLimited, Transient
from mutuals.connectors.webhook.verify import sign
from mutuals.history.models import Interaction
from mutuals.people.models import Person
from mutuals.rules.models import Delivery, Firing, SendState, Way
from mutuals.rules.registry import Address, Event, Note, action
from mutuals.staff.models import User
from mutuals.staff.permissions import require

DELIVER = "rules.deliver"
"""The job that lets one leave."""
TRIES = 12  # about two hours
LONGEST_TEXT = 10_000  # letters of a message that a hook carries
_AGAIN = frozenset({408, 425, 429})
_MOST_READ = 100_000  # bytes of an answer that nobody reads


@action("hook", sentence="call the hook {address} {text}", right="source.manage")
def hook(event: Event, *, by: User, now: datetime, address: Address, text: Note = "") -> str:
    """Tell another program what happened: a signed POST with the message, the person and what the rule saw."""
    del by
    return f"{'To be sent' if _put(event, Way.HOOK, address, text, now=now) else 'Was sent already'} to {address}"


def mail(event: Event, to: User, text: str, *, now: datetime) -> str:
    """Let a note to a colleague also leave by mail, if they like it so; what to say about it, "" = they do not."""
    if to.told_by != "mail":
        return ""
    if mailbox() is None:
        return ", on the page of today only: no mailbox of ours can send"
    _put(event, Way.MAIL, to.email, text, now=now)
    return ", by mail too"


def letter(name: str, to: User, *, subject: str, text: str, off: str, now: datetime) -> bool:
    """Let a letter of no rule reach a colleague, once a name; False where it was put before, or no mailbox of ours can send.

    `off`: the address where they stop such letters; it stands in the letter, and in the fields that mail programs show.
    """
    if mailbox() is None:
        return False
    told = {"way": Way.MAIL, "to": to.email, "subject": subject[:200], "text": text, "off": off, "changed_at": now}
    row, is_new = Delivery.objects.get_or_create(key=uuid5(NAMESPACE_URL, name), defaults=told)
    if is_new:
        _later(row, at=None)
    return is_new


def mailbox() -> Source | None:
    """The mailbox that letters to colleagues leave by: the first one that is connected; None = there is none."""
    return Source.objects.filter(connector="email", state=SourceState.ACTIVE).order_by("pk").first()


def secret_of(address: str, *, by: User) -> str:
    """What the hooks to an address are signed with. It follows from the address and the key of this installation."""
    require(by, "source.manage")
    return _secret(address)


def _secret(address: str) -> str:
    return salted_hmac("mutuals.rules.hook", address, algorithm="sha256").hexdigest()


def _put(event: Event, way: Way, to: str, text: str, *, now: datetime) -> bool:
    if not Firing.objects.filter(pk=event.firing).exists():
        raise Refusal("Nothing leaves without a line in the log.")
    key = uuid5(NAMESPACE_URL, f"{event.firing} {way} {to}")
    told = {"firing_id": event.firing, "way": way, "to": to, "text": text, "changed_at": now}
    row, is_new = Delivery.objects.get_or_create(key=key, defaults=told)
    if is_new:
        _later(row, at=None)
    return is_new


def _later(row: Delivery, *, at: datetime | None) -> None:
    jobs.later(DELIVER, lock=f"delivery:{row.pk}", at=at, delivery=row.pk)


def deliver(
    delivery: int,
    *,
    now: Callable[[], datetime] = clock.now,
    chance: Callable[[], float] = random.random,
    http: Http | None = None,
) -> None:
    """Job: let one leave, if it is still to. The claim is committed first, so a kill half-way is seen by whoever is next."""
    row = _claim(delivery, now())
    if row is None:
        return
    try:
        if row.way == Way.HOOK:
            _post(row, http or guarded(settings.NET_ALLOW)[0], now())
        else:
            _mail(row, now)
    except _NotTaken as error:
        _tried(row, str(error), now=now(), chance=chance())
    except (_Ended, Refusal) as error:
        _mark(row, SendState.FAILED, now(), str(error))
    except OutcomeUnknown as error:
        _mark(row, SendState.UNKNOWN, now(), str(error))
    else:
        _mark(row, SendState.SENT, now())


class _NotTaken(Exception):
    """It was not taken, or that is not known and a second time does no harm."""


class _Ended(Exception):
    """It will never be taken."""


def _claim(delivery: int, now: datetime) -> Delivery | None:
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("firing__rule")
        row = rows.filter(pk=delivery, state__in=[SendState.WAITING, SendState.SENDING]).first()
        if row is None:
            return None
        if row.state == SendState.SENDING and row.way == Way.MAIL:  # whoever sent it was killed
            _mark(row, SendState.UNKNOWN, now, "The sender stopped half-way; it may have been sent.")
            return None
        row.attempts += 1
        _mark(row, SendState.SENDING, now)
    return row


def _mark(row: Delivery, state: SendState, now: datetime, error: str = "") -> None:
    row.state, row.changed_at, row.error = state, now, error[:300]
    row.save(update_fields=["state", "changed_at", "error", "attempts"])


def _tried(row: Delivery, error: str, *, now: datetime, chance: float) -> None:
    if row.attempts >= TRIES:
        _mark(row, SendState.FAILED, now, f"{error} Tried {row.attempts} times.")
        return
    with transaction.atomic():
        _mark(row, SendState.WAITING, now, error)
        _later(row, at=now + back_off(row.attempts, chance=chance, base=5.0))


def _post(row: Delivery, http: Http, now: datetime) -> None:
    data = json.dumps(_told(row), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **sign(_secret(row.to), data, at=now, delivery=str(row.key))}
    try:
        status = http.request("POST", row.to, headers=headers, data=data, max_bytes=_MOST_READ, follow=False).status
    except Forbidden as error:
        raise _Ended(str(error)) from error
    except NetError as error:
        raise _NotTaken(str(error)) from error
    if status in _AGAIN or status >= 500:
        raise _NotTaken(f"It answered {status}.")
    if not 200 <= status < 300:
        raise _Ended(f"It answered {status}, and will not take it.")


def _told(row: Delivery) -> dict[str, Any]:
    """What a hook carries. Words and names are read now: what was erased since is not told."""
    firing = row.firing
    if firing is None:
        return {"text": row.text}
    said = Interaction.objects.filter(pk=firing.interaction_id or 0, deleted_at=None).select_related("profile").first()
    person = Person.objects.select_related("canonical").filter(pk=firing.person_id or 0).first()
    return {
        "rule": {"id": firing.rule_id, "name": firing.rule.name, "version": firing.version},
        "event": firing.event,
        "at": firing.at.isoformat(),
        "text": row.text,
        "saw": firing.seen.get("tests", []),
        "conversation_id": firing.conversation_id,
        "person": {"id": person.canonical.pk, "name": person.canonical.name} if person and person.canonical else None,
        "message": {
            "id": said.pk,
            "network": said.network,
            "kind": said.kind,
            "at": said.occurred_at.isoformat(),
            "public": said.is_public,
            "author": str(said.profile or ""),
            "subject": said.subject,
            "text": said.text[:LONGEST_TEXT],
            "url": said.url,
        }
        if said
        else None,
    }


def _mail(row: Delivery, now: Callable[[], datetime]) -> None:
    source = mailbox()
    if source is None:
        raise _NotTaken("No mailbox of ours can send just now.")
    connector = connectors.get(source.connector)
    if connector.send is None:
        raise _Ended("This mailbox cannot send.")
    context = context_for(source, now=now)
    context = replace(context, settings={**context.settings, "keep_sent": "no"})  # it is no word to a customer
    subject, end = row.subject, f"No more of these mails: {row.off}"
    if row.firing is not None:
        subject, end = f"Rule “{row.firing.rule.name}”", f"{settings.PUBLIC_URL.rstrip('/')}{_way(row.firing)}"
    letter = Action(
        do=Do.POST, key=str(row.key), subject=subject, body=f"{row.text}\n\n{end}\n", to=(Handle("email", row.to, row.to),),
        extra={"unsubscribe": row.off} if row.off else {},
    )  # fmt: skip
    try:
        connector.send(context, letter)
    except OutcomeUnknown:
        raise
    except (Transient, RateLimited) as error:
        raise _NotTaken(str(error)) from error
    except ConnectorError as error:
        raise _Ended(str(error)) from error


def _way(firing: Firing) -> str:
    if firing.conversation_id:
        return f"/inbox/{firing.conversation_id}/"
    return f"/customers/{firing.person_id}/" if firing.person_id else f"/rules/{firing.rule_id}/"

"""What happens here is told to hooks: the journal is read on, and what one asks for leaves as signed POSTs of up to 100 each.

    journal -> waiting -> sent
                       -> waiting     not taken: the whole hook waits, each time longer; nothing overtakes
                       -> failed      not taken twelve times, about a day and a half, and what comes after goes on

A hook that took nothing for three days is paused, and whoever answers for it is told. A delivery that is tried again bears the
same name (`X-Mutuals-Delivery`), by which its receiver knows that it is the same.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from mutuals.base import clock, jobs, journal
from mutuals.base.limits import back_off
from mutuals.base.models import Entry
from mutuals.base.net import Http, NetError, guarded
from mutuals.base.net import Refused as Forbidden
from mutuals.base.reading import Place, piece
from mutuals.base.refusals import Refusal
from mutuals.base.sealed import unseal
from mutuals.channels import hooks
from mutuals.channels.models import Hook, HookDelivery, HookPlace
from mutuals.connectors.webhook.verify import sign
from mutuals.staff.models import User
from mutuals.staff.permissions import require

READ, SEND, TIDY = "channels.tell", "channels.send_to_hook", "channels.tidy_hooks"
PIECE, TOGETHER = 2_000, 100
TRIES, PATIENCE = 12, timedelta(days=3)
KEPT = timedelta(days=30)
"""How long the log of what was sent is kept."""
LONGEST_TURN = 20.0  # seconds that one hook may hold a worker
_TIMEOUT, _MOST_READ, _MOST_SHOWN = 10.0, 10_000, 300
_State = HookDelivery.State


def read_on(now: datetime | None = None) -> int:
    """Job, each minute: queue what hooks ask for of what happened since; how many deliveries were made.

    A piece is a transaction, so a kill loses nothing and doubles nothing.
    """
    made = 0
    while True:
        jobs.may_go_on()
        count, is_more = _read_piece(now or clock.now())
        made += count
        if not is_more:
            break
    for number in (
        Hook.objects.filter(paused="", deliveries__state=_State.WAITING).distinct().values_list("pk", flat=True)
    ):
        send_soon(number)
    return made


def send_soon(hook: int) -> None:
    """Send what waits when this transaction commits; one at a time a hook. What is to wait is asked for again each minute."""
    jobs.later(SEND, lock=f"hook:{hook}", once=f"hook:{hook}", hook=hook)


@transaction.atomic
def _read_piece(now: datetime) -> tuple[int, bool]:
    HookPlace.objects.bulk_create([HookPlace(pk=1)], ignore_conflicts=True)
    state = HookPlace.objects.select_for_update().get(pk=1)
    told = list(Hook.objects.filter(paused="").order_by("pk"))
    if not told:  # nobody is told of what happened before there was anybody
        HookPlace.objects.filter(pk=1).update(horizon=0, entry=0, until=0, after=0)
        return 0, False
    entries, place = piece(Place(state.horizon, state.entry, state.until, state.after), most=PIECE)
    rows = list[HookDelivery]()
    for hook in told:
        found = [one.id for one in entries if one.at >= hook.made_at and hooks.wants(hook.kinds, one.kind)]
        rows += [
            HookDelivery(hook=hook, key=uuid4(), entries=found[start : start + TOGETHER], made_at=now, changed_at=now)
            for start in range(0, len(found), TOGETHER)
        ]
    HookDelivery.objects.bulk_create(rows, batch_size=500)
    HookPlace.objects.filter(pk=1).update(
        horizon=place.horizon, entry=place.entry, until=place.until, after=place.after
    )
    return len(rows), len(entries) == PIECE


def send(
    hook: int,
    *,
    now: Callable[[], datetime] = clock.now,
    chance: Callable[[], float] = random.random,
    http: Http | None = None,
) -> int:
    """Job: send what waits for a hook, oldest first, until something is not taken or its turn is over; how many were taken."""
    taken, began = 0, time.monotonic()
    while time.monotonic() - began < LONGEST_TURN:
        jobs.may_go_on()
        row = Hook.objects.filter(pk=hook, paused="").first()
        if row is None or (row.next_try_at is not None and row.next_try_at > now()):
            return taken
        delivery = HookDelivery.objects.filter(hook=row, state=_State.WAITING).order_by("pk").first()
        if delivery is None:
            return taken
        if not _sent(row, delivery, http=http, now=now, chance=chance):
            return taken
        taken += 1
    with transaction.atomic():
        send_soon(hook)
    return taken


def greet(hook: Hook, *, by: User, now: datetime, http: Http | None = None) -> HookDelivery:
    """Send a greeting at once and tell what was answered, also where the hook is paused. Nothing of it is tried again."""
    require(by, hooks.ACT)
    row = HookDelivery(hook=hook, key=uuid4(), entries=[], made_at=now, changed_at=now)
    status, took, said = _post(hook, row, http=http, now=now)
    row.state = _State.SENT if _is_taken(status) else _State.FAILED
    row.tries, row.status, row.took_ms, row.said = 1, status, took, said
    row.save()
    return row


def tidy(now: datetime | None = None) -> int:
    """Job, each night: forget deliveries that ended thirty days ago; how many."""
    gone = HookDelivery.objects.exclude(state=_State.WAITING).filter(changed_at__lt=(now or clock.now()) - KEPT)
    return int(gone.delete()[0])


def _sent(
    hook: Hook, row: HookDelivery, *, http: Http | None, now: Callable[[], datetime], chance: Callable[[], float]
) -> bool:
    """Try one; False where nothing more is to be sent now."""
    status, took, said = _post(hook, row, http=http, now=now())
    at = now()
    with transaction.atomic():
        held = Hook.objects.select_for_update().filter(pk=hook.pk).first()
        if held is None:
            return False
        row.tries += 1
        row.status, row.took_ms, row.said, row.changed_at = status, took, said, at
        if _is_taken(status):
            row.state = _State.SENT
        elif row.tries >= TRIES:
            row.state = _State.FAILED
        row.save(update_fields=["tries", "status", "took_ms", "said", "changed_at", "state"])
        return _noted(held, is_taken=_is_taken(status), at=at, said=said, chance=chance())


def _noted(hook: Hook, *, is_taken: bool, at: datetime, said: str, chance: float) -> bool:
    if is_taken:
        if hook.failures or hook.failing_since or hook.next_try_at:
            hook.failures, hook.failing_since, hook.next_try_at = 0, None, None
            hook.save(update_fields=["failures", "failing_since", "next_try_at"])
        return True
    hook.failures += 1
    hook.failing_since = hook.failing_since or at
    wait = back_off(hook.failures, chance=chance, base=10.0, longest=14_400.0)
    hook.next_try_at = at + wait
    if at - hook.failing_since >= PATIENCE:
        hook.paused = f"Nothing was taken since {hook.failing_since:%d %b %Y %H:%M} UTC: {said}"[:300]
        words = f"The hook “{hook.name}” is paused. {hook.paused}"
        journal.note("hook.paused", hook, by="machine:channels", because=hook.paused)
        journal.note("staff.told", f"staff:{hook.owner_id}", by="machine:channels", text=words)
    hook.save(update_fields=["failures", "failing_since", "next_try_at", "paused"])
    return False


def _is_taken(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def _post(hook: Hook, row: HookDelivery, *, http: Http | None, now: datetime) -> tuple[int | None, int, str]:
    """What was answered: the status (None: nothing), how long it took in ms, and in words what went wrong."""
    began = time.monotonic()
    try:
        secret = unseal(f"hook:{hook.pk}", bytes(hook.sealed))
        data = json.dumps(body(row.entries, row.key), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **sign(secret, data, at=now, delivery=str(row.key))}
        net = http or guarded(settings.NET_ALLOW)[0]
        reply = net.request(
            "POST", hook.url, headers=headers, data=data, timeout=_TIMEOUT, max_bytes=_MOST_READ, follow=False
        )
    except (Forbidden, NetError, Refusal) as error:
        return None, _ms(began), str(error)[:_MOST_SHOWN]
    said = "" if _is_taken(reply.status) else f"It answered {reply.status}."
    return reply.status, _ms(began), said


def _ms(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def body(entries: Sequence[int], key: UUID) -> dict[str, Any]:
    """What a delivery says. Entries are read now: what was erased since is not told."""
    if not entries:
        return {"delivery": str(key), "test": True, "events": []}
    rows = Entry.objects.filter(pk__in=entries).order_by("pk")
    return {
        "delivery": str(key),
        "test": False,
        "events": [
            {
                "id": row.pk, "kind": row.kind, "about": row.about, "at": row.at.isoformat().replace("+00:00", "Z"),
                "by": row.by, "data": row.data,
            }
            for row in rows
        ],
    }  # fmt: skip

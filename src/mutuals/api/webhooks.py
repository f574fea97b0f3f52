"""Programs of others that are told what happens here by signed POSTs, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id, page_by_id
from mutuals.api._types import Done, Flag, In, Line, Out, Page, PathId, given
from mutuals.base import clock
from mutuals.channels import hooks, tell
from mutuals.channels.models import Hook, HookDelivery

router = Resource("webhooks")
Kinds = Annotated[
    list[Annotated[str, Field(pattern=r"^(\*|[a-z_]{1,40}\.(\*|[a-z_]{1,40}))$")]], Field(min_length=1, max_length=100)
]
Name = Annotated[Line, Field(min_length=1, max_length=120, pattern=r"\S")]
Address = Annotated[str, Field(min_length=8, max_length=500, pattern=r"^https?://[^\s@#]+$")]


class WebhookOut(Out):
    """Who is told, and of what. `paused` says why nothing is told; `failing_since`: nothing was taken from then on."""

    id: int
    name: str
    url: str
    kinds: list[str]
    owner_id: int
    paused: str
    failing_since: datetime | None
    next_try_at: datetime | None
    made_at: datetime

    @classmethod
    def of(cls, row: Hook) -> WebhookOut:
        """The row."""
        return cls(
            id=row.pk, name=row.name, url=row.url, kinds=row.kinds, owner_id=row.owner_id, paused=row.paused,
            failing_since=row.failing_since, next_try_at=row.next_try_at, made_at=row.made_at,
        )  # fmt: skip


class MadeWebhook(WebhookOut):
    """A new one with the secret that its deliveries are signed with, which is shown this once."""

    secret: str


class Secret(Out):
    """A new secret, shown this once."""

    secret: str


class NewWebhook(In):
    """Whom to tell, and of what: kinds of the journal such as deal.won, families such as deal.*, or * for all."""

    name: Name
    url: Address
    kinds: Kinds


class WebhookChange(In):
    """What is to be changed; what is left out stays."""

    name: Name = ""
    url: Address = ""
    kinds: Kinds = []
    is_paused: Flag = False


class HookDeliveryOut(Out):
    """One POST: how many entries, how far it came, and what was answered last."""

    id: int
    key: str
    entries: int
    state: str
    tries: int
    status: int | None
    took_ms: int | None
    said: str
    made_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, row: HookDelivery) -> HookDeliveryOut:
        """The row."""
        return cls(
            id=row.pk, key=str(row.key), entries=len(row.entries), state=row.state, tries=row.tries, status=row.status,
            took_ms=row.took_ms, said=row.said, made_at=row.made_at, changed_at=row.changed_at,
        )  # fmt: skip


@router.read("/webhooks", act="hook.manage", out=Page[WebhookOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[WebhookOut]:
    """Hooks, first made first."""
    found, following = page_by_id(hooks.visible_to(user_of(request)), cursor, limit)
    return Page[WebhookOut](items=[WebhookOut.of(row) for row in found], next=following)


@router.write("POST", "/webhooks", act="hook.manage", out=MadeWebhook, status=201, scope="admin", shown_once=True)
def add(request: HttpRequest, body: NewWebhook) -> MadeWebhook:
    """One more. It is told what happens from now on."""
    row, secret = hooks.add(by=user_of(request), now=clock.now(), name=body.name, url=body.url, kinds=body.kinds)
    return MadeWebhook(**WebhookOut.of(row).model_dump(), secret=secret)


@router.read("/webhooks/{int:webhook_id}", act="hook.manage", out=WebhookOut)
def shown(request: HttpRequest, webhook_id: PathId) -> WebhookOut:
    """One of them."""
    return WebhookOut.of(_one(request, webhook_id))


@router.write("PATCH", "/webhooks/{int:webhook_id}", act="hook.manage", out=WebhookOut, scope="admin")
def change(request: HttpRequest, webhook_id: PathId, body: WebhookChange) -> WebhookOut:
    """Change it, pause it, let it go on."""
    by, row, told = user_of(request), _one(request, webhook_id), given(body)
    paused = told.pop("is_paused", None)
    row = hooks.change(row, by=by, **told) if told else row
    if paused is not None:
        row = hooks.pause(row, by=by) if paused else hooks.go_on(row, by=by)
    return WebhookOut.of(row)


@router.write("DELETE", "/webhooks/{int:webhook_id}", act="hook.manage", out=Done, scope="admin")
def remove(request: HttpRequest, webhook_id: PathId) -> Done:
    """Take it away with its log."""
    hooks.remove(_one(request, webhook_id), by=user_of(request))
    return Done()


@router.write(
    "POST", "/webhooks/{int:webhook_id}/secret", act="hook.manage", out=Secret, scope="admin", shown_once=True
)
def renew(request: HttpRequest, webhook_id: PathId) -> Secret:
    """A new secret in place of the old one, which holds no more."""
    return Secret(secret=hooks.renew_secret(_one(request, webhook_id), by=user_of(request)))


@router.write("POST", "/webhooks/{int:webhook_id}/test", act="hook.manage", out=HookDeliveryOut, scope="admin")
def greet(request: HttpRequest, webhook_id: PathId) -> HookDeliveryOut:
    """Send a greeting at once and tell what was answered."""
    return HookDeliveryOut.of(tell.greet(_one(request, webhook_id), by=user_of(request), now=clock.now()))


@router.read("/webhooks/{int:webhook_id}/deliveries", act="hook.manage", out=Page[HookDeliveryOut])
def log(request: HttpRequest, webhook_id: PathId, cursor: Cursor = "", limit: Limit = 50) -> Page[HookDeliveryOut]:
    """What was sent in the last thirty days, newest first."""
    row = _one(request, webhook_id)
    rows = list(hooks.deliveries(row, viewer=user_of(request), before=after_id(cursor) or None, limit=limit + 1))
    found, following = next_by_id(rows, limit)
    return Page[HookDeliveryOut](items=[HookDeliveryOut.of(one) for one in found], next=following)


@router.write(
    "POST",
    "/webhooks/{int:webhook_id}/deliveries/{int:delivery_id}/again",
    act="hook.manage",
    out=HookDeliveryOut,
    scope="admin",
)
def again(request: HttpRequest, webhook_id: PathId, delivery_id: PathId) -> HookDeliveryOut:
    """Send it once more within a minute, under the name that it had."""
    row = one(_one(request, webhook_id).deliveries.all(), delivery_id)
    return HookDeliveryOut.of(hooks.again(row, by=user_of(request), now=clock.now()))


def _one(request: HttpRequest, number: int) -> Hook:
    return one(hooks.visible_to(user_of(request)), number)

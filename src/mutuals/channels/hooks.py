"""Programs of others that are told what happens here: added, changed, tried, paused, given a new secret, taken away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import journal
from mutuals.base.ids import new_token
from mutuals.base.refusals import Refusal, one_line
from mutuals.base.sealed import seal
from mutuals.channels.models import Hook, HookDelivery
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

ACT = "hook.manage"
MOST = 50
"""Hooks of one installation: each entry of the journal is held against all of them."""
FAMILIES = (
    ("person.*", "people"), ("organisation.*", "organisations"), ("lead.*", "leads"), ("deal.*", "deals"),
    ("quote.*", "quotes"),
    ("order.*", "orders"), ("invoice.*", "invoices"), ("conversation.*", "conversations"), ("case.*", "cases"),
    ("promise.*", "promises"), ("task.*", "tasks"), ("idea.*", "ideas"), ("item.*", "steps of processes"), ("rule.*", "rules"),
)  # fmt: skip
"""What most ask for, and how it is called."""
_KIND = re.compile(r"\*|[a-z_]{1,40}\.(\*|[a-z_]{1,40})", re.ASCII)


def visible_to(user: Any) -> QuerySet[Hook]:
    """The hooks that `user` may see: all or none."""
    return Hook.objects.all() if may(user, ACT) else Hook.objects.none()


@transaction.atomic
def add(*, by: User, name: str, url: str, kinds: Iterable[str], now: datetime) -> tuple[Hook, str]:
    """A new hook and its secret, which nobody sees again. It is told what happens from now on.

    Refused: a name that another has, an address that is none of https or http, kinds that are none, more than 50 hooks.
    """
    require(by, ACT)
    if Hook.objects.count() >= MOST:
        raise Refusal(f"There are {MOST} hooks already; take one away first.")
    row = Hook(name=_name(name), url=_url(url), kinds=_kinds(kinds), owner=by, made_at=now, sealed=b"")
    row.save()
    secret = _new_secret(row)
    journal.note("hook.added", row, by=by, url=row.url, kinds=row.kinds)
    return row, secret


@transaction.atomic
def change(
    hook: Hook, *, by: User, name: str | None = None, url: str | None = None, kinds: Iterable[str] | None = None
) -> Hook:
    """Change what is given. The same again is nothing. Refused: as `add`."""
    row = _held(hook, by)
    told: dict[str, Any] = {}
    if name is not None:
        told["name"] = _name(name, but=row.pk)
    if url is not None:
        told["url"] = _url(url)
    if kinds is not None:
        told["kinds"] = _kinds(kinds)
    changed = {field: [getattr(row, field), value] for field, value in told.items() if getattr(row, field) != value}
    if changed:
        for field, value in told.items():
            setattr(row, field, value)
        if "url" in changed:  # another address is another chance
            row.failures, row.failing_since, row.next_try_at = 0, None, None
        row.save()
        journal.note("hook.changed", row, by=by, changes=changed)
    return row


@transaction.atomic
def renew_secret(hook: Hook, *, by: User) -> str:
    """A new secret in place of the old one, which holds no more. Shown once."""
    row = _held(hook, by)
    secret = _new_secret(row)
    journal.note("hook.secret", row, by=by)
    return secret


@transaction.atomic
def pause(hook: Hook, *, by: User, because: str = "") -> Hook:
    """Tell it nothing more until it goes on. What happens meanwhile is not told later. Twice is once."""
    row = _held(hook, by)
    if not row.paused:
        row.paused = one_line(because, what="Because", longest=300, needed=False) or f"Paused by {by}."
        row.save(update_fields=["paused"])
        journal.note("hook.paused", row, by=by, because=row.paused)
    return row


@transaction.atomic
def go_on(hook: Hook, *, by: User) -> Hook:
    """Tell it again what happens from now on, and first what waited. Twice is once."""
    row = _held(hook, by)
    if row.paused or row.next_try_at:
        row.paused, row.failures, row.failing_since, row.next_try_at = "", 0, None, None
        row.save(update_fields=["paused", "failures", "failing_since", "next_try_at"])
        journal.note("hook.went_on", row, by=by)
    return row


@transaction.atomic
def again(delivery: HookDelivery, *, by: User, now: datetime) -> HookDelivery:
    """Send a delivery once more, under the name that it had: its receiver knows it again."""
    require(by, ACT)
    row = HookDelivery.objects.select_for_update(of=("self",)).select_related("hook").filter(pk=delivery.pk).first()
    if row is None:
        raise Refusal("This delivery is not kept any more.")
    if row.hook.paused:
        raise Refusal("The hook is paused; let it go on first.")
    if row.state != HookDelivery.State.WAITING:
        row.state, row.tries, row.changed_at = HookDelivery.State.WAITING, 0, now
        row.save(update_fields=["state", "tries", "changed_at"])
    return row


@transaction.atomic
def remove(hook: Hook, *, by: User) -> None:
    """Take a hook away with its log. Twice is once."""
    require(by, ACT)
    if Hook.objects.filter(pk=hook.pk).delete()[0]:
        journal.note("hook.removed", hook, by=by, name=hook.name, url=hook.url)


def deliveries(hook: Hook, *, viewer: User, before: int | None = None, limit: int = 50) -> Sequence[HookDelivery]:
    """The log of a hook, newest first, from a place on."""
    rows = HookDelivery.objects.filter(hook__in=visible_to(viewer), hook=hook).order_by("-pk")
    return list((rows.filter(pk__lt=before) if before else rows)[:limit])


def wants(kinds: Sequence[str], kind: str) -> bool:
    """Whether one of these asks for entries of this kind. What concerns hooks is told to none: it would never end."""
    family = kind.partition(".")[0]
    return family != "hook" and any(one in ("*", kind, f"{family}.*") for one in kinds)


def held_by(user: User) -> int:
    """How many hooks somebody answers for."""
    return Hook.objects.filter(owner=user).count()


def hand_over(user: User, to: User) -> int:
    """Give the hooks of somebody to another: part of ending their access."""
    found = list(Hook.objects.select_for_update().filter(owner=user).values_list("pk", flat=True))
    Hook.objects.filter(pk__in=found).update(owner=to)
    journal.note_many(
        "hook.given", [f"hook:{number}" for number in found], by="machine:channels", to=to.pk, **{"from": user.pk}
    )
    return len(found)


def _held(hook: Hook, by: User) -> Hook:
    require(by, ACT)
    row = Hook.objects.select_for_update().filter(pk=hook.pk).first()
    if row is None:
        raise Refusal("This hook is not there any more.")
    return row


def _new_secret(row: Hook) -> str:
    secret = f"mhk_{new_token()}"
    row.sealed = seal(f"hook:{row.pk}", secret)
    row.save(update_fields=["sealed"])
    return secret


def _name(text: str, *, but: int = 0) -> str:
    name = one_line(text, what="Name", longest=120)
    if Hook.objects.filter(name=name).exclude(pk=but).exists():
        words = f"There is a hook “{name}” already."
        raise Refusal(words, fields={"name": words})
    return name


def _url(text: str) -> str:
    url = one_line(text, what="URL", longest=500)
    try:
        parts = urlsplit(url)
        is_address = (
            parts.scheme in ("https", "http") and bool(parts.hostname) and not parts.username and not parts.fragment
        )
        is_address = is_address and (parts.port is None or parts.port > 0) and not re.search(r"\s", url)
    except ValueError:
        is_address = False
    if not is_address:
        words = "An address such as https://example.org/hook, without a name and password in it."
        raise Refusal(words, fields={"url": words})
    return url


def _kinds(told: Iterable[str]) -> list[str]:
    kinds = sorted({one.strip() for one in told if one.strip()})
    wrong = next((one for one in kinds if not _KIND.fullmatch(one)), None)
    if wrong is not None or not kinds or len(kinds) > 100:
        words = (
            f"“{wrong[:40]}” is no kind: write deal.won, deal.* or *."
            if wrong
            else "Say of what it is told: deal.*, or *."
        )
        raise Refusal(words, fields={"kinds": words})
    return ["*"] if "*" in kinds else kinds

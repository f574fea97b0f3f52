"""Keys with which programs act in a user's name. Shown once; only a hash is kept.

A key has 256 random bits, so its SHA-256 needs no salt and cannot be guessed by trying; it is found by one index
look-up of the whole hash, whose time says nothing about the key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from mutuals.base import journal
from mutuals.base.ids import new_token
from mutuals.base.refusals import Refusal, one_line
from mutuals.staff.models import Role, Token, User
from mutuals.staff.permissions import SCOPES, NotAllowed, may, require

PREFIX = "mut_"
STAMP_EVERY = timedelta(minutes=1)


def make(
    user: User,
    *,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    expires_at: datetime | None = None,
    by: User | None = None,
) -> tuple[Token, str]:
    """A new key and its plain text, which nobody sees again.

    Refused: no scope or an unknown one, an end in the past, "admin" for a user who may change no settings, a key for
    somebody else unless `by` manages users, and one for an owner unless `by` is an owner.
    """
    by = by or user
    require(user, "token.own")
    if by.pk != user.pk:
        require(by, "user.manage")
        if user.role == Role.OWNER and by.role != Role.OWNER:
            raise NotAllowed("Only an owner can make a token for an owner.")
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(SCOPES):
        raise Refusal(f"A token needs one or more of {', '.join(SCOPES)}.", fields={"scopes": "Choose at least one."})
    if "admin" in wanted and not may(user, "source.manage"):
        raise NotAllowed("Only admins and owners can have a token that changes settings.")
    if expires_at is not None and expires_at <= now:
        raise Refusal("The token would have ended already.", fields={"expires_at": "Choose a day to come."})
    plain = PREFIX + new_token()
    label = one_line(name, what="Name", longest=80)
    with transaction.atomic():
        token = Token.objects.create(
            user=user, name=label, digest=_digest(plain), scopes=wanted, expires_at=expires_at, created_at=now
        )
        journal.note("token.made", token, by=by, user=user.pk, scopes=wanted)
    return token, plain


def user_of(plain: str, *, now: datetime) -> tuple[User, Token] | None:
    """Whose key this is, or None when it is unknown, ended, revoked, or its user has no access any more.

    One query by a unique index; the stamp of its use is written at most once a minute.
    """
    if not plain.startswith(PREFIX) or len(plain) > 200:
        return None
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    found = (
        Token.objects.select_related("user")
        .filter(live, digest=_digest(plain), revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    if found is None:
        return None
    if found.used_at is None or now - found.used_at >= STAMP_EVERY:
        stale = Q(used_at__isnull=True) | Q(used_at__lte=now - STAMP_EVERY)
        Token.objects.filter(stale, pk=found.pk).update(used_at=now)
    return found.user, found


def revoke(token: Token, *, by: User, now: datetime) -> None:
    """End a key at once. Everybody ends their own; who manages users ends any."""
    if token.user_id != by.pk or not by.is_active:
        require(by, "user.manage")
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
            journal.note("token.revoked", token, by=by, user=token.user_id)


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()

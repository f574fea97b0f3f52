"""Keys with which programs act in a user's name. Shown once; only a hash is kept.

A key has 256 random bits, so its SHA-256 needs no salt and cannot be guessed by trying; it is found by one index
look-up of the whole hash, whose time says nothing about the key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, Q

from mutuals.base import journal
from mutuals.base.ids import new_token
from mutuals.base.refusals import Refusal, one_line
from mutuals.staff.models import Role, Token, User
from mutuals.staff.permissions import SCOPES, NotAllowed, may, require

PREFIX = "mut_"
STAMP_EVERY = timedelta(minutes=1)


def reaches(token: Token) -> frozenset[str]:
    """The scopes of a key: whoever may change settings may read what they are."""
    return frozenset(token.scopes) | ({"read"} if "admin" in token.scopes else set())


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
        if User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True).first() is None:
            raise NotAllowed(
                f"{user} has no access any more."
            )  # ended meanwhile; the lock lets no end pass this key by
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
    with connection.cursor() as cursor:
        cursor.execute(_find(), [_digest(plain), now])
        row = cursor.fetchone()
    if row is None:
        return None
    width = len(Token._meta.concrete_fields)
    found, user = Token.from_db(None, _columns(Token), row[:width]), User.from_db(None, _columns(User), row[width:])
    found.user = user
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


@cache
def _find() -> str:
    """The look-up as plain SQL: building it anew for every request costs more than the database needs to answer."""
    wanted = [f'"{model._meta.db_table}"."{field.column}"' for model in (Token, User) for field in _fields(model)]
    return (
        f"SELECT {', '.join(wanted)} FROM staff_token JOIN staff_user ON staff_user.id = staff_token.user_id"  # noqa: S608
        " WHERE staff_token.digest = %s AND staff_token.revoked_at IS NULL AND staff_user.is_active"
        " AND (staff_token.expires_at IS NULL OR staff_token.expires_at > %s)"
    )


def _fields(model: type[Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in _fields(model)]


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()

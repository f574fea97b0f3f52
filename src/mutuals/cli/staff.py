"""`mutuals user` and `mutuals token`."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import timedelta
from typing import Any

from django.conf import settings

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.staff import accounts, queries, tokens
from mutuals.staff.models import Pillar, Role, Token, User
from mutuals.staff.permissions import SCOPES

PLACE = 30  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `user` and `token`."""
    verbs = groups.add_parser("user", help="who works here").add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", show, "everybody")
    parser = verb(verbs, "add", add, "a new member of staff; prints a link to sign in with")
    parser.add_argument("email")
    parser.add_argument("--name", required=True)
    parser.add_argument("--role", choices=Role.values, default=Role.STAFF)
    parser.add_argument(
        "--first", action="store_true", help="the first owner of an empty installation; asks a password"
    )
    parser = verb(verbs, "password", password, "set a password (asked for, or read from standard input)")
    parser.add_argument("email")
    parser = verb(verbs, "factors-off", factors_off, "take away the second factors of somebody who lost them")
    parser.add_argument("email")
    parser = verb(verbs, "pillar", pillar, "from which part of the business you look at the house: what stands first")
    parser.add_argument("pillar", choices=[*Pillar.values, "none"])
    parser = verb(verbs, "deactivate", deactivate, "end somebody's access")
    parser.add_argument("email")
    parser.add_argument("--transfer-to", metavar="EMAIL")
    verbs = groups.add_parser("token", help="keys for programs").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "make", make, "a new key; its text is shown once")
    parser.add_argument("name")
    parser.add_argument("--scope", action="append", choices=SCOPES, required=True)
    parser.add_argument("--days", type=int, help="how long it holds; left out: until revoked")
    verb(verbs, "list", show_tokens, "keys that were made")
    parser = verb(verbs, "revoke", revoke, "end a key")
    parser.add_argument("id", type=int)


def _user(email: str) -> User:
    user = queries.by_email(email)
    if user is None:
        raise Missing(f"There is no user {email}.")
    return user


def _line(user: User) -> dict[str, Any]:
    return {"id": user.pk, "email": user.email, "name": user.name, "role": user.role, "active": user.is_active}


def _secret() -> str:
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def show(args: argparse.Namespace) -> list[dict[str, Any]]:
    """All users that the viewer may see."""
    return [_line(user) for user in queries.visible_to(me(args)).order_by("pk")]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The new user and, unless they chose a password here, the link by which they choose one."""
    if args.first:
        return _line(accounts.first(email=args.email, name=args.name, password=_secret()))
    by = me(args)
    user = accounts.add(email=args.email, name=args.name, role=args.role, by=by)
    return {**_line(user), "link": settings.PUBLIC_URL + accounts.invite(user, by=by, now=clock.now())}


def password(args: argparse.Namespace) -> str:
    """Done or refused."""
    user = _user(args.email)
    accounts.set_password(user, _secret(), by=me(args))
    return f"{user} has a new password"


def factors_off(args: argparse.Namespace) -> dict[str, Any]:
    """The user, and how many factors are gone."""
    user = _user(args.email)
    return {**_line(user), "dropped": accounts.drop_factors(user, by=me(args))}


def pillar(args: argparse.Namespace) -> dict[str, Any]:
    """The user in whose name it is asked."""
    by = me(args)
    user = accounts.change(by, by=by, pillar="" if args.pillar == "none" else args.pillar)
    return {**_line(user), "pillar": user.pillar}


def deactivate(args: argparse.Namespace) -> dict[str, Any]:
    """The user without access."""
    to = _user(args.transfer_to) if args.transfer_to else None
    return _line(accounts.deactivate(_user(args.email), by=me(args), now=clock.now(), transfer_to=to))


def make(args: argparse.Namespace) -> dict[str, Any]:
    """The key, once."""
    now = clock.now()
    ends = now + timedelta(days=args.days) if args.days else None
    token, plain = tokens.make(me(args), name=args.name, scopes=args.scope, now=now, expires_at=ends)
    return {"id": token.pk, "name": token.name, "scopes": token.scopes, "token": plain}


def show_tokens(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Keys without their text."""
    rows = queries.tokens_visible_to(me(args)).order_by("pk")
    return [
        {"id": row.pk, "name": row.name, "user": str(row.user), "scopes": row.scopes, "used": row.used_at}
        for row in rows
    ]


def revoke(args: argparse.Namespace) -> str:
    """Done."""
    by = me(args)
    token: Token | None = queries.tokens_visible_to(by).filter(pk=args.id).first()
    if token is None:
        raise Missing(f"There is no token {args.id}.")
    tokens.revoke(token, by=by, now=clock.now())
    return f"{token} no longer opens anything"

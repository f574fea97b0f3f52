"""`mutuals providers`: who outside may say who somebody is, for owners."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.staff import providers
from mutuals.staff.models import Provider, Role

PLACE = 28  # among the groups of `mutuals --help`
_ROLES = [one for one in Role.values if one != Role.OWNER]


def register(groups: Any) -> None:
    """Add the group."""
    verbs = groups.add_parser(
        "providers", help="who outside may say who somebody is: sign-in by OpenID Connect"
    ).add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", show_all, "all of them")
    parser = verb(
        verbs, "add", add, "one more; its secret is read from standard input",
        examples=["mutuals providers add Company https://login.example.org mutuals --domains example.org"],
    )  # fmt: skip
    parser.add_argument("name")
    parser.add_argument("issuer", help="as the provider writes it")
    parser.add_argument("client", help="what we are called there")
    _believed(parser)
    parser = verb(verbs, "change", change, "change what is given")
    parser.add_argument("provider", type=int)
    parser.add_argument("--name")
    parser.add_argument("--secret", action="store_true", help="read a new one from standard input")
    _believed(parser)
    for name, act, words in (
        ("test", test, "ask it for its addresses at once"),
        ("off", off, "it signs nobody in; sessions that it began go on"),
        ("on", on, "it signs in again"),
        ("remove", remove, "take it away with what it knows; accounts stay"),
        ("accounts", accounts, "accounts that it knows"),
    ):
        verb(verbs, name, act, words).add_argument("provider", type=int)
    parser = verb(verbs, "forget", forget, "it does not know this account any more")
    parser.add_argument("provider", type=int)
    parser.add_argument("account", type=int, help="its number as `accounts` shows it")


def show_all(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line each."""
    return [_told(row) for row in providers.visible_to(me(args)).order_by("name")]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The provider, and the address to write down there."""
    row = providers.add(
        by=me(args), now=clock.now(), name=args.name, issuer=args.issuer, client=args.client, secret=_secret(),
        domains=args.domains or (), makes_accounts=bool(args.makes_accounts), role=args.role or Role.STAFF,
    )  # fmt: skip
    return _told(row)


def change(args: argparse.Namespace) -> dict[str, Any]:
    """The provider as it is now."""
    row = providers.change(
        _found(args), by=me(args), name=args.name, secret=_secret() if args.secret else None, domains=args.domains,
        makes_accounts=args.makes_accounts, role=args.role,
    )  # fmt: skip
    return _told(row)


def test(args: argparse.Namespace) -> dict[str, Any]:
    """What it told."""
    return providers.check(_found(args), by=me(args), now=clock.now())


def off(args: argparse.Namespace) -> dict[str, Any]:
    """The provider as it is now."""
    return _told(providers.change(_found(args), by=me(args), is_active=False))


def on(args: argparse.Namespace) -> dict[str, Any]:
    """The provider as it is now."""
    return _told(providers.change(_found(args), by=me(args), is_active=True))


def remove(args: argparse.Namespace) -> dict[str, Any]:
    """That it is gone."""
    row = _found(args)
    providers.remove(row, by=me(args))
    return {"name": row.name, "state": "taken away"}


def accounts(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line each."""
    return [
        {"id": one.pk, "account": one.user.email, "subject": one.subject, "since": one.at, "last": one.used_at}
        for one in _found(args).knows.select_related("user").order_by("pk")
    ]


def forget(args: argparse.Namespace) -> dict[str, Any]:
    """Whom it does not know any more."""
    known = _found(args).knows.select_related("user").filter(pk=args.account).first()
    if known is None:
        raise Missing(f"It knows no account {args.account}.")
    providers.forget(known, by=me(args))
    return {"account": known.user.email, "state": "taken away"}


def _believed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--domains", nargs="*", help="only addresses of these")
    parser.add_argument(
        "--makes-accounts", action=argparse.BooleanOptionalAction, help="for who has none yet, in these domains"
    )
    parser.add_argument("--role", choices=_ROLES, help="of these accounts (staff)")


def _secret() -> str:
    return getpass.getpass("Secret: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _found(args: argparse.Namespace) -> Provider:
    row = providers.visible_to(me(args)).filter(pk=args.provider).first()
    if row is None:
        raise Missing(f"There is no provider {args.provider}.")
    return row


def _told(row: Provider) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "issuer": row.issuer,
        "domains": ", ".join(row.domains),
        "makes_accounts": row.role if row.makes_accounts else "",
        "state": "on" if row.is_active else "off",
        "comes_back_to": providers.back_to(row),
    }

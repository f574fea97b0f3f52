"""`mutuals webhooks`: programs of others that are told what happens here, and what became of each delivery."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.channels import hooks, tell
from mutuals.channels.models import Hook, HookDelivery
from mutuals.cli._say import Missing, me, verb

PLACE = 27  # among the groups of `mutuals --help`
_KINDS = "kinds as the journal names them: deal.won, deal.*, or * for all"


def register(groups: Any) -> None:
    """Add the group."""
    verbs = groups.add_parser("webhooks", help="programs of others that are told what happens here").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "list", show_all, "all of them")
    parser = verb(
        verbs, "add", add, "one more; its secret is shown once",
        examples=["mutuals webhooks add Warehouse https://example.org/hook 'order.*' deal.won"],
    )  # fmt: skip
    parser.add_argument("name")
    parser.add_argument("url")
    parser.add_argument("kinds", nargs="+", help=_KINDS)
    parser = verb(verbs, "change", change, "change what is given")
    parser.add_argument("hook", type=int)
    parser.add_argument("--name")
    parser.add_argument("--url")
    parser.add_argument("--kinds", nargs="+", help=_KINDS)
    for name, act, words in (
        ("test", test, "send a greeting at once and tell what was answered"),
        ("pause", pause, "tell it nothing more until it goes on"),
        ("resume", resume, "tell it again, first what waited"),
        ("secret", secret, "a new secret in place of the old one, shown once"),
        ("remove", remove, "take it away with its log"),
    ):
        verb(verbs, name, act, words).add_argument("hook", type=int)
    parser = verb(verbs, "log", log, "what was sent in the last thirty days, newest first")
    parser.add_argument("hook", type=int)
    parser.add_argument("--limit", type=int, default=20, help="at most 200 (20)")
    parser = verb(verbs, "again", again, "send a delivery once more, under the name that it had")
    parser.add_argument("delivery", type=int)


def show_all(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line each."""
    return [_told(row) for row in hooks.visible_to(me(args)).order_by("name")]


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The hook with its secret."""
    row, plain = hooks.add(by=me(args), name=args.name, url=args.url, kinds=args.kinds, now=clock.now())
    return {**_told(row), "secret": plain}


def change(args: argparse.Namespace) -> dict[str, Any]:
    """The hook as it is now."""
    return _told(hooks.change(_found(args), by=me(args), name=args.name, url=args.url, kinds=args.kinds))


def test(args: argparse.Namespace) -> dict[str, Any]:
    """What was answered."""
    return _sent(tell.greet(_found(args), by=me(args), now=clock.now()))


def pause(args: argparse.Namespace) -> dict[str, Any]:
    """The hook as it is now."""
    return _told(hooks.pause(_found(args), by=me(args)))


def resume(args: argparse.Namespace) -> dict[str, Any]:
    """The hook as it is now."""
    return _told(hooks.go_on(_found(args), by=me(args)))


def secret(args: argparse.Namespace) -> dict[str, Any]:
    """The new one."""
    row = _found(args)
    return {"id": row.pk, "name": row.name, "secret": hooks.renew_secret(row, by=me(args))}


def remove(args: argparse.Namespace) -> dict[str, Any]:
    """That it is gone."""
    row = _found(args)
    hooks.remove(row, by=me(args))
    return {"name": row.name, "state": "taken away"}


def log(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line each."""
    rows = hooks.deliveries(_found(args), viewer=me(args), limit=min(max(args.limit, 1), 200))
    return [_sent(row) for row in rows]


def again(args: argparse.Namespace) -> dict[str, Any]:
    """The delivery."""
    row = HookDelivery.objects.filter(hook__in=hooks.visible_to(me(args)), pk=args.delivery).first()
    if row is None:
        raise Missing(f"There is no delivery {args.delivery}.")
    return _sent(hooks.again(row, by=me(args), now=clock.now()))


def _found(args: argparse.Namespace) -> Hook:
    row = hooks.visible_to(me(args)).filter(pk=args.hook).first()
    if row is None:
        raise Missing(f"There is no hook {args.hook}.")
    return row


def _told(row: Hook) -> dict[str, Any]:
    state = "paused" if row.paused else "failing" if row.failing_since else "on"
    return {
        "id": row.pk,
        "name": row.name,
        "url": row.url,
        "kinds": ", ".join(row.kinds),
        "state": state,
        "why": row.paused,
    }


def _sent(row: HookDelivery) -> dict[str, Any]:
    return {
        "id": row.pk, "at": row.changed_at, "entries": len(row.entries), "state": row.state, "tries": row.tries,
        "status": row.status, "ms": row.took_ms, "said": row.said,
    }  # fmt: skip

"""`mutuals parked`: what was put aside because it could not be opened."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.capture import parked
from mutuals.capture.models import RawEvent
from mutuals.cli._say import Missing, me, verb

PLACE = 100  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `parked` and its verbs."""
    verbs = groups.add_parser("parked", help="what could not be opened").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", show, "events that wait for a person, newest first")
    parser.add_argument("--source", type=int, metavar="ID", help="of one source only")
    parser.add_argument("--before", type=int, metavar="ID", help="older than this one: the next page")
    parser.add_argument("--limit", type=int, default=50, help="at most 200 (50)")
    parser = verb(verbs, "show", one, "one event with the start of its bytes")
    parser.add_argument("id", type=int)
    for name, act, words in (
        ("retry", retry, "let events be opened again"),
        ("drop", drop, "give events up: their bytes go, and the same delivery is not taken in again"),
    ):
        parser = verb(verbs, name, act, words)
        parser.add_argument("ids", type=int, nargs="+", metavar="ID")


def show(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A page of them."""
    rows = parked.listed(me(args), source_id=args.source, before=args.before, limit=max(args.limit, 1))
    return [
        {
            "id": row.pk,
            "source": row.source.name,
            "received": row.received_at,
            "attempts": row.attempts,
            "reason": row.reason,
        }
        for row in rows
    ]


def one(args: argparse.Namespace) -> dict[str, Any]:
    """One of them."""
    try:
        row, text = parked.shown(args.id, by=me(args))
    except RawEvent.DoesNotExist as error:
        raise Missing(f"Nothing with the number {args.id} is put aside.") from error
    return {"id": row.pk, "source": row.source.name, "key": row.key, "reason": row.reason, "body": text}


def retry(args: argparse.Namespace) -> dict[str, int]:
    """How many are opened again by the worker."""
    return {"waiting again": _known(parked.retry(args.ids, by=me(args)))}


def drop(args: argparse.Namespace) -> dict[str, int]:
    """How many were given up."""
    return {"dropped": _known(parked.drop(args.ids, by=me(args)))}


def _known(count: int) -> int:
    if not count:
        raise Missing("None of these is put aside.")
    return count

"""`mutuals trash`: what is in the trash, and back."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock, trash
from mutuals.cli._say import me, verb

PLACE = 67  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `trash` and its verbs."""
    words = "what is in the trash, and back"
    verbs = groups.add_parser("trash", help=words).add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", listed, "all of it, the newest first", examples=["mutuals trash list --kind deal"])
    parser.add_argument("--kind", default="", help="only of this kind: deal, task, idea, own, person, organisation …")
    parser.add_argument("--limit", type=int, default=50, help="at most 200 (50)")
    parser = verb(verbs, "put", put, "put a record into the trash", examples=["mutuals trash put deal:5"])
    parser.add_argument("key")
    verb(verbs, "restore", restore, "take it out as it was").add_argument("key")


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    rows, _ = trash.listed(me(args), record=args.kind, limit=max(1, min(args.limit, 200)))
    return [
        {"key": row.key, "name": row.name, "since": row.at, "by": row.by, "comes back": row.back, "until": row.until}
        for row in rows
    ]


def put(args: argparse.Namespace) -> str:
    """Done or refused."""
    trash.put(args.key, by=me(args), now=clock.now())
    return f"{args.key} is in the trash"


def restore(args: argparse.Namespace) -> str:
    """Done or refused."""
    trash.restore(args.key, by=me(args), now=clock.now())
    return f"{args.key} is back"

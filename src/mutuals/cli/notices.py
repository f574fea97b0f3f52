"""`mutuals notices`: what one is told, and what one follows."""

from __future__ import annotations

import argparse
from datetime import time
from typing import Any

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.cli._say import me, verb
from mutuals.staff import follow, notices

PLACE = 31  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `notices` and its verbs."""
    verbs = groups.add_parser("notices", help="what concerns you: mentions, hand-overs, records that you follow")
    verbs = verbs.add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", listed, "what you were told, newest first")
    parser.add_argument("--all", action="store_true", help="those that were read too")
    parser.add_argument("--limit", type=int, default=20, help="at most 200 (20)")
    parser = verb(
        verbs, "read", read, "mark them as read", examples=["mutuals notices read 12 13", "mutuals notices read --all"]
    )
    parser.add_argument("id", type=int, nargs="*")
    parser.add_argument("--all", action="store_true")
    parser = verb(
        verbs, "follow", begin, "be told what happens to a record", examples=["mutuals notices follow deal:5"]
    )
    parser.add_argument("about", help="its text key")
    parser = verb(verbs, "unfollow", end, "follow it no longer")
    parser.add_argument("about", help="its text key")
    verb(verbs, "followed", followed, "what you follow")
    parser = verb(verbs, "quiet", quiet, "hours of your zone without letters and bell", examples=[
        "mutuals notices quiet 20:00 07:30", "mutuals notices quiet --none",
    ])  # fmt: skip
    parser.add_argument("since", nargs="?", type=_hour)
    parser.add_argument("until", nargs="?", type=_hour)
    parser.add_argument("--none", action="store_true", help="no quiet hours any more")


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line each."""
    rows = notices.listed(me(args), unread=not args.all, limit=max(1, min(args.limit, 200)))
    return [
        {
            "id": row.id, "at": row.at, "why": row.why.value, "about": row.record.key if row.record else None,
            "name": row.record.name if row.record else "", "text": row.text, "count": row.count, "read": row.is_read,
        }
        for row in rows
    ]  # fmt: skip


def read(args: argparse.Namespace) -> dict[str, Any]:
    """How many were marked."""
    if bool(args.id) is args.all:
        raise Refusal("Say which: their ids, or --all.")
    return {"marked": notices.read(me(args), None if args.all else args.id, now=clock.now())}


def begin(args: argparse.Namespace) -> dict[str, Any]:
    """What is followed now."""
    row = follow.begin(args.about, by=me(args))
    return {"about": row.key, "name": row.name}


def end(args: argparse.Namespace) -> dict[str, Any]:
    """Whether it was followed."""
    return {"about": args.about, "followed": follow.end(args.about, by=me(args))}


def followed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A line each."""
    return [{"about": row.key, "kind": row.label, "name": row.name} for row in follow.of(me(args))[0]]


def quiet(args: argparse.Namespace) -> dict[str, Any]:
    """The hours as they are now."""
    by = me(args)
    if args.none or args.since is not None:
        by = notices.keep_quiet(by, None if args.none else args.since, None if args.none else args.until)
    return {
        "since": by.quiet_from,
        "until": by.quiet_until,
        "zone": by.zone,
        "quiet": notices.is_quiet(by, clock.now()),
    }


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no hour; write 20:00") from error

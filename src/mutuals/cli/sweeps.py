"""`mutuals identity`: searches among what is there, and the versions of the model that weighs."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli import _pairs
from mutuals.cli._say import me, verb
from mutuals.identity import evidence, learn, sweep
from mutuals.identity.models import Sweep

PLACE = 120  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `identity` and its verbs."""
    words = "who is whom: pairs to decide, searches, what weighs the clues, and why"
    verbs = groups.add_parser("identity", help=words).add_subparsers(required=True, metavar="VERB")
    parser = verb(
        verbs,
        "sweep",
        begin,
        "compare everybody from end to end; the worker does it",
        examples=["mutuals identity sweep", "mutuals identity sweep --here && mutuals identity review list"],
    )
    parser.add_argument("--here", action="store_true", help="now, until it is done")
    words = "the newest searches, with how far they are and what they found"
    more = "wrong: how many of the linked ones are expected to be, by their own odds."
    verb(verbs, "sweeps", listed, words, more=more)
    verb(verbs, "models", models, "the kept versions of the model, newest first")
    parser = verb(verbs, "learn", teach, "learn from all decisions; the worker does it")
    parser.add_argument("--here", action="store_true", help="now, until it is done")
    parser = verb(
        verbs,
        "use",
        use,
        "weigh by another version from now on",
        examples=["mutuals identity models", "mutuals identity use day-one-3.2", 'mutuals identity use ""'],
    )
    parser.add_argument("version", help='"" for the one that this release begins with')
    _pairs.register(verbs)


def begin(args: argparse.Namespace) -> dict[str, Any]:
    """The search that was begun, or done."""
    made = sweep.begin(by=me(args), now=clock.now(), is_deferred=not args.here)
    if args.here:
        sweep.run(made.pk)
        made.refresh_from_db()
    return _said(made)


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The newest five."""
    return [_said(row) for row in sweep.newest(me(args))]


def models(args: argparse.Namespace) -> list[dict[str, Any]]:
    """At most five."""
    return [
        {"version": row.version, "made": row.made_at, "in use": row.is_in_use, **row.measured}
        for row in learn.versions(me(args))
    ]


def teach(args: argparse.Namespace) -> dict[str, Any]:
    """What came of it, or would, and the kept versions."""
    viewer = me(args)
    if not args.here:
        learn.begin(by=viewer)
        return {"done": f"The worker learns. {learn.NEEDS}", "versions": models(args)}
    before = {row.pk for row in learn.versions(viewer)}
    learn.begin(by=viewer, is_deferred=False)
    learn.run(f"staff:{viewer.pk}")
    made = [row.version for row in learn.versions(viewer) if row.pk not in before]
    return {"done": made[0] if made else f"Nothing is learned. {learn.NEEDS}", "versions": models(args)}


def use(args: argparse.Namespace) -> dict[str, Any]:
    """Which one it is now."""
    learn.use(args.version, by=me(args), now=clock.now())
    return {"in use": args.version or "the one of this release"}


def _said(row: Sweep) -> dict[str, Any]:
    return {
        "id": row.pk,
        "began": row.began_at,
        "ended": row.ended_at,
        "looked at": row.looked_at,
        "of": row.total,
        **row.piles,
        "wrong": evidence.percent(row.wrong),
        "failed": row.failed,
    }

"""`mutuals lineage`: how far everything came, from source to report, and what stands still."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import DONE, REFUSED, Ended, me, verb
from mutuals.insights import queries
from mutuals.insights.queries import Line
from mutuals.insights.stages import Stage

PLACE = 20  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `lineage`."""
    parser = verb(
        groups, "lineage", show, "how far everything came, from source to report, and what stands still",
        more="Exit code 1 where anything stands still.",
        examples=["mutuals lineage", "mutuals lineage --days 7 --json"],
    )  # fmt: skip
    parser.add_argument("--days", type=int, choices=queries.DAYS, default=1, help="the last day, or the last seven (1)")


def show(args: argparse.Namespace) -> Ended:
    """Counts by stage and by source; refused where something stands still."""
    found = queries.lineage(me(args), now=clock.now(), days=args.days)
    told = {
        **{stage.words.lower(): found.at(stage) for stage in Stage},
        "seconds in the mean": _seconds(found.total.mean),
        "seconds at most": _seconds(found.total.seconds),
        "presences to compare": found.touched,
        "sources": [_line(line) for line in found.lines],
        "stands still": [f"{one.stage.words}: {one.words}. {one.to_do}" for one in found.still],
        "jobs wait": [
            f"{one.what}, {one.many:,} since {one.since:%d %b %H:%M} UTC. {one.to_do}" for one in found.waits
        ],
    }
    return Ended(told, REFUSED if found.still or found.waits else DONE)


def _seconds(many: float | None) -> float | None:
    return None if many is None else round(many, 1)


def _line(line: Line) -> dict[str, Any]:
    counts = line.counts
    return {
        "id": line.source.pk,
        "name": line.source.name,
        "arrived": counts.arrived,
        "waiting": line.waiting,
        "put aside": line.aside,
        "known already": counts.known,
        "nothing in them": counts.quiet,
        "stored": counts.stored,
        "linked": counts.linked,
        "read": counts.read,
        "ruled": counts.ruled,
        "fired": counts.fired,
        "reported": counts.met,
        "last message": line.last_message,
        "stands still": line.still.stage.words.lower() if line.still else "",
    }

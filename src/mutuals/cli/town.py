"""`mutuals town`: the files of a made-up town, for trials and benchmarks. Needs no database."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import verb
from mutuals.town import generate

PLACE = 220  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `town`."""
    parser = verb(groups, "town", write, "write the files of a made-up town, each network in its own format")
    parser.add_argument("--people", type=int, default=300, help="how many live there, seven at least (300)")
    parser.add_argument("--days", type=int, default=120, help="how long they have been talking (120)")
    parser.add_argument("--seed", type=int, default=7, help="the same number gives the same town (7)")
    parser.add_argument("--now", type=datetime.fromisoformat, help="its last moment, with a zone; else this one")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into; files there are replaced")


def write(args: argparse.Namespace) -> dict[str, Any]:
    """What was written."""
    made = generate(args.people, args.days, args.seed, args.out, now=args.now or clock.now())
    return {"written": str(made.out), "people": made.people, "interactions": made.interactions, **made.counts}

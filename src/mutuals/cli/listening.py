"""`mutuals watch`: a file of counts in, a file of alarms out, without a database."""

from __future__ import annotations

import argparse
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from mutuals.cli._line import Line
from mutuals.cli._plain import parted, verb

PLACE = 130  # among the groups of `mutuals --help`

_MORE = """CSV or Parquet, one row a step: timestamp, value and, for many at once, series; these are known by common names.
Any regular step from a minute to a week. ALARMS has series, began, ended, level, value, expected, chance, chance_in_words,
peak_at and strictness. Of the first three days (14 steps at least) of a series nothing is said: they are what is usual."""
_STEPS = {"min": 60, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def register(groups: Any) -> None:
    """Add `watch`."""
    parser = verb(
        groups, "watch", watch, "say where counts rose as they do not by chance",
        examples=["mutuals watch mentions.csv --out alarms.csv --budget 'one a quarter' --zone Europe/Lisbon"], more=_MORE,
        by_somebody=False,
    )  # fmt: skip
    parser.add_argument("counts", type=Path, help="timestamp, value[, series]: CSV or Parquet")
    parser.add_argument("--out", type=Path, required=True, metavar="ALARMS", help=".csv or .parquet, written anew")
    parser.add_argument(
        "--budget", default="", metavar="WORDS", help="false alarms that you bear for each series (at most one a month)"
    )
    parser.add_argument("--zone", default="", help="clocks of the people watched, such as Europe/Lisbon (UTC)")
    parser.add_argument("--step", type=_step, metavar="STEP", help="watch sums of this step, such as 15min, 1h or 1d")
    parser.add_argument(
        "--empty", choices=["unknown", "zero"], default="unknown", help="what a missing row means (unknown)"
    )
    parser.add_argument(
        "--map", action="append", default=[], metavar="OURS=THEIRS", help="which column is what, such as value=Mentions"
    )
    parser.add_argument("--encoding", default="", help="instead of the one that was recognised")
    parser.add_argument("--delimiter", default="", help="instead of the one that was recognised")


def watch(args: argparse.Namespace) -> dict[str, Any]:
    """How many alarms there are, and where they stand."""
    files: Any = import_module("mutuals.listening.alarm.files")  # other commands do without its libraries
    line = Line(quiet=args.json)
    said = files.Said(
        dict(parted(args.map, "--map")), args.zone, args.step, args.empty == "zero", args.encoding, args.delimiter
    )
    allowed = args.budget or files.DEFAULT
    try:
        counts = files.watch(args.counts, args.out, said=said, allowed=allowed, now=time.time(), told=line.draw)
    finally:
        line.end()
    notes = counts.pop("notes")
    for note in notes:
        line.note(note)
    return {**counts, **({"notes": notes} if args.json and notes else {}), "written": str(args.out)}


def _step(text: str) -> float:
    """15min, 1h or 1d in seconds."""
    number, unit = text.rstrip("abcdefghijklmnopqrstuvwxyz"), text.lstrip("0123456789. ")
    if unit not in _STEPS or not number.replace(".", "", 1).strip().isdigit():
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is no step; say it as 15min, 1h, 1d or 1w")
    return float(number) * _STEPS[unit]

"""`mutuals link` and `mutuals dedupe`: files in, files out, without a database and in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from mutuals.cli._line import Line
from mutuals.cli._plain import verb
from mutuals.connectors.files.scratch import clear, half_written

PLACE = 110  # among the groups of `mutuals --help`

_PROGRAM = "mutuals.identity.piles"
_PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "JAVA_HOME",
    "SPARK_HOME",
    "SPARK_LOCAL_IP",
)  # no secret of ours
_PATIENCE = 10  # seconds that a stopped process gets to tidy up
_EPILOG = """CSV or Parquet; encoding and delimiter are found out. Columns are known by common names, such as: id, name,
given_name, family_name, email, phone, website, city, birth_date, organisation, network, handle, display_name, bio, url.
The same files and seed give the same result. Ends with 0, or with 1 when a file or a choice is refused."""


def register(groups: Any) -> None:
    """Add `link` and `dedupe`."""
    parser = verb(groups, "link", link, "say which profile is which person, from two files", by_somebody=False)
    parser.add_argument("people", type=Path, help="one row a person: CSV or Parquet")
    parser.add_argument("profiles", type=Path, help="one row a profile")
    _choices(
        parser,
        "LINKS",
        "profile_id, person_id, decision, probability, margin, evidence; person_id is who came nearest, on a line whose "
        "decision is leave too",
        such="; people:email=Mail where both files have such a column",
        engine=", and links by the weights of day one: only duckdb learns how links look from the files themselves",
    )
    parser = verb(groups, "dedupe", dedupe, "say which records of a file are one person", by_somebody=False)
    parser.add_argument("records", type=Path, help="one row a record: CSV or Parquet")
    _choices(parser, "CLUSTERS", "id, cluster, probability")


def _choices(parser: argparse.ArgumentParser, name: str, columns: str, *, such: str = "", engine: str = "") -> None:
    """What both ask for. `such` and `engine` are what is true of one of them alone, of --map and of --engine."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "--out", type=Path, required=True, metavar=name, help=f".csv or .parquet, written anew: {columns}"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help=f"which column is what, such as email=Mail{such}",
    )
    parser.add_argument("--without", action="append", default=[], metavar="COLUMN", help="leave a column out")
    parser.add_argument("--encoding", default="", help="instead of the one that was recognised")
    parser.add_argument("--delimiter", default="", help="instead of the one that was recognised")
    parser.add_argument("--seed", type=int, default=7, help="the same number gives the same result (7)")
    parser.add_argument(
        "--engine",
        choices=["duckdb", "spark"],
        default="duckdb",
        help=f"what reckons (duckdb); spark is for what outgrows a machine{engine}",
    )


def link(args: argparse.Namespace) -> dict[str, Any]:
    """How many were linked, and where it stands."""
    return _run(args, "link", args.people, args.profiles)


def dedupe(args: argparse.Namespace) -> dict[str, Any]:
    """How many are one, and where it stands."""
    return _run(args, "dedupe", args.records)


def _run(args: argparse.Namespace, act: str, *files: Path) -> dict[str, Any]:
    told = _Told(quiet=args.json)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", _PROGRAM, act, *_words(args), "--", *map(str, files)],
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    try:
        for line in process.stdout or ():
            told.hear(json.loads(line))
        code = process.wait()
    finally:
        told.end()
        _end(process)
        if process.returncode < 0:  # it could not tidy up
            clear()
            half_written(args.out, process.pid).unlink(missing_ok=True)
    if told.refused:
        raise ValueError(told.refused)
    if code or told.counts is None:
        why = "memory ran out, or somebody ended it" if code < 0 else "its last words stand above"
        raise ValueError(f"The work broke off ({why}); nothing was written.")
    notes = {"notes": told.notes} if args.json and told.notes else {}
    return {**told.counts, **notes, "written": str(args.out)}


def _words(args: argparse.Namespace) -> list[str]:
    """The choices as the program is told them; `=` keeps a value that begins with a dash from being taken for a choice."""
    said = [f"--{name}={getattr(args, name)}" for name in ("out", "encoding", "delimiter", "seed", "engine")]
    return said + [f"--{name}={value}" for name in ("map", "without") for value in getattr(args, name)]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Not one stays behind, however this was left."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


class _Told:
    """What the process said: notes are printed as they come, how far it is stays on one line of a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self.counts: dict[str, Any] | None = None
        self.refused = ""
        self.notes = list[str]()
        self._line = Line(quiet=quiet)

    def hear(self, message: dict[str, Any]) -> None:
        """One line of it."""
        if "step" in message:
            self._line.draw(message["step"], message["done"], message["total"])
        elif "note" in message:
            self.notes.append(message["note"])
            self._line.note(message["note"])
        else:
            self.refused = message.get("refused", "")
            self.counts = message.get("counts")

    def end(self) -> None:
        """What is printed next begins a new line."""
        self._line.end()

"""`python -m mutuals.identity.piles link|dedupe ...`: the process in which files are worked through.

It speaks lines of JSON on its standard output: {"step", "done", "total"} as work goes on, {"note"} for what a person
should know of a file, and last {"refused"} (exit code 1) or {"counts"} (0). A wrong command line ends with 2.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from mutuals.connectors.files.said import choose, heading
from mutuals.connectors.files.scratch import scratch
from mutuals.connectors.files.writing import check
from mutuals.identity.piles import Counts, Refused
from mutuals.identity.piles.tables import How, Table, bring, headings
from mutuals.identity.piles.words import Kind

DONE, REFUSED = 0, 1
_EVERY = 0.2  # seconds between two words on how far it is


def main(argv: Sequence[str]) -> int:
    """Do one command; the exit code."""
    args = _parser().parse_args(list(argv))
    try:
        check(args.out, *args.files)
        with scratch() as folder:
            tempfile.tempdir = str(folder)  # also what a library keeps, so that all of it goes with this folder
            _say(counts=_done(args, folder))
    except Refused as error:
        _say(refused=str(error))
        return REFUSED
    except BrokenPipeError:  # who asked is gone
        return REFUSED
    except OSError as error:
        _say(refused=f"{error.strerror or error}: {error.filename or 'no file named'}")
        return REFUSED
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mutuals.identity.piles", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("link").add_argument("files", type=Path, nargs=2)
    verbs.add_parser("dedupe").add_argument("files", type=Path, nargs=1)
    for verb in verbs.choices.values():
        verb.add_argument("--out", type=Path, required=True)
        verb.add_argument("--map", action="append", default=[], metavar="OURS=THEIRS")
        verb.add_argument("--without", action="append", default=[], metavar="COLUMN")
        verb.add_argument("--encoding", default="")
        verb.add_argument("--delimiter", default="")
        verb.add_argument("--seed", type=int, default=7)
        verb.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    return parser


def _done(args: argparse.Namespace, folder: Path) -> Counts:
    kinds = (Kind.PEOPLE, Kind.PROFILES) if args.verb == "link" else (Kind.RECORDS,)
    telling = _Telling()
    brought = list[Table]()
    for path, kind, how in zip(args.files, kinds, _hows(args, kinds), strict=True):
        table = bring(path, folder, kind, how=how, told=telling)
        brought.append(table)
        for note in table.notes:
            _say(note=f"{table.name}: {note}")
    act: Any = getattr(import_module(f"{__package__}.{args.verb}"), args.verb)  # only what this command needs is loaded
    counts: Counts = act(*brought, out=args.out, seed=args.seed, engine=args.engine, told=telling)
    return counts


def _hows(args: argparse.Namespace, kinds: Sequence[Kind]) -> list[How]:
    """What was said of each file. `people:email=Mail` is of one; `email=Mail` of those that have such a column."""
    plain = How({}, (), args.encoding, args.delimiter)
    said = [dict[str, str]() for _ in kinds]
    without = [list[str]() for _ in kinds]
    heads = [headings(path, plain) for path in args.files] if args.map or args.without else []
    for pair in args.map:
        ours, equals, theirs = pair.partition("=")
        if not equals or not theirs:
            raise Refused(f"--map wants OURS=THEIRS, such as --map email=Mail, not {pair[:60]!r}.")
        for place, name in _meant(ours, theirs, kinds, heads):
            choose(said[place], name.strip(), theirs, "--map")
    for column in args.without:
        for place, name in _meant(column, column, kinds, heads):
            without[place].append(name)
    return [replace(plain, said=one, without=other) for one, other in zip(said, without, strict=True)]


def _meant(name: str, column: str, kinds: Sequence[Kind], heads: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """The places of the files that are meant, and the name without that of a file. Of all, where none has the column."""
    which, colon, rest = name.partition(":")
    if colon and which in kinds:
        return [(kinds.index(Kind(which)), rest)]
    having = [place for place, head in enumerate(heads) if heading(column, head)]
    return [(place, name) for place in having or range(len(kinds))]


class _Telling:
    """Says how far it is: each step when it begins and ends, and between them a few times a second."""

    def __init__(self) -> None:
        self._step = ""
        self._next = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step == self._step and now < self._next and not 0 < total <= done:
            return
        self._step, self._next = step, now + _EVERY
        _say(step=step, done=done, total=total)


def _say(**message: Any) -> None:
    print(json.dumps(message, ensure_ascii=False, default=str), flush=True)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that scratch files go
    sys.exit(main(sys.argv[1:]))

"""The terminal: the same acts as the screens and the API, one file per group of commands.

Each file without a _ is found by itself. It has `register(groups)`, and its `PLACE` in `mutuals --help`; without one it
comes last.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from mutuals.base import found
from mutuals.cli import db
from mutuals.cli._parser import Misused, Parser, misused

_LAST = 1_000
ALONE = {"watch": "listening", "read": "readings", "link": "identity", "dedupe": "identity"}
"""Commands that work on files alone, and where they stand: for them neither Django nor a database is started."""
_EPILOG = """mutuals COMMAND --help tells more. Every command takes --json. Exit codes: 0 done, 1 refused, 2 not understood,
3 not found, 4 not allowed, 5 no database, 6 done in part."""


def main(argv: Sequence[str], *, more: Sequence[str] = ()) -> int:
    """Run one command and return its exit code. `more` are modules of rooms above that add a command."""
    parser = _parser(argv[0] if argv and (argv[0] == "db" or argv[0] in ALONE) else "", tuple(more))
    try:
        args = parser.parse_args(list(argv))
    except Misused as error:
        return misused(error, as_json="--json" in argv)
    return int(args.act(args))


@cache
def _parser(alone: str, more: tuple[str, ...]) -> argparse.ArgumentParser:
    """The parser, made once by a process: some two hundred commands take a tenth of a second."""
    return build([alone] if alone else [], more=more)


def build(argv: Sequence[str] = (), *, more: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The parser of a command line; of every command, unless it is one of `db` or one of files alone."""
    parser = Parser(prog="mutuals", description="Mutuals, from the terminal", epilog=_EPILOG)
    groups = parser.add_subparsers(dest="group", required=True, metavar="COMMAND")
    groups.add_parser("run", help="everything up, until it is told to stop", add_help=False)  # see __main__
    for group in _groups(argv, more):
        group.register(groups)
    return parser


def _groups(argv: Sequence[str], more: Sequence[str]) -> list[Any]:
    """The database commands work where Django cannot start yet, and files need none: nothing else is loaded for them."""
    if list(argv[:1]) == ["db"]:
        return [db]
    if argv and argv[0] in ALONE:
        return [import_module(f"mutuals.cli.{ALONE[argv[0]]}")]
    groups = found.modules("mutuals.cli")
    return [*sorted(groups, key=lambda one: getattr(one, "PLACE", _LAST)), *map(import_module, more)]

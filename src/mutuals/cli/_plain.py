"""How the terminal speaks where only files are worked on: nothing here loads Django or looks for a database."""

from __future__ import annotations

import argparse
import errno
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mutuals.connectors.contract import ConnectorError

DONE, REFUSED, MISSING, FORBIDDEN, NO_DATABASE, PARTLY = 0, 1, 3, 4, 5, 6
Act = Callable[[argparse.Namespace], Any]
Why = Callable[[Exception], tuple[str, int] | None]
"""What is said of an error, and the exit code; None: an error of ours, which is not to be hidden."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command says, and another exit code than DONE."""

    said: Any
    code: int


class Missing(LookupError):
    """What was named is not there."""


def of_files(error: Exception) -> tuple[str, int] | None:
    """What is said of an error where no database is at work."""
    if isinstance(error, Missing):
        return str(error), MISSING
    if isinstance(error, OSError):
        place = error.filename or "this folder"
        full = f"The disk that holds {place} is full. Free some room on it, then do this again."
        return (full if error.errno in (errno.ENOSPC, errno.EDQUOT) else str(error)), REFUSED
    return (str(error), REFUSED) if isinstance(error, ValueError | ConnectorError) else None


def verb(
    verbs: Any,
    name: str,
    act: Act,
    words: str,
    *,
    examples: Sequence[str] = (),
    more: str = "",
    by_somebody: bool = True,
    why: Why = of_files,
) -> argparse.ArgumentParser:
    """A command: `act` returns what is to be said; every command takes --json, and --as where it is done `by_somebody`.

    Below its options --help prints `more`, and the `examples`, each a whole command line. `why` tells what is said of an error.
    """
    told = "\n\n".join(
        filter(None, [more, "\n".join(["examples:", *(f"  {one}" for one in examples)] * bool(examples))])
    )
    parser: argparse.ArgumentParser = verbs.add_parser(
        name, help=words, description=words, epilog=told or None, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    if by_somebody:
        parser.add_argument(
            "--as", dest="user", metavar="EMAIL", help="act as this user (else MUTUALS_USER, else the owner)"
        )
    parser.set_defaults(act=lambda args: _run(args, act, why))
    return parser


def parted(told: Sequence[str], option: str) -> list[tuple[str, str]]:
    """NAME=VALUE, as often as it was given. Refused: what has no name or no value."""
    pairs = [one.partition("=") for one in told]
    if any(not right or not left for left, _, right in pairs):
        raise ValueError(f"{option} takes a name and a value, parted by =, as in city=gone.")
    return [(left, right) for left, _, right in pairs]


def _run(args: argparse.Namespace, act: Act, why: Why) -> int:
    try:
        said = act(args)
    except BrokenPipeError:
        _quiet()
        return _refuse(args, "Nobody reads what is printed any more; it stopped there.", REFUSED)
    except Exception as error:
        told = why(error)
        if told is None:
            raise
        return _refuse(args, *told)
    code = DONE
    if isinstance(said, Ended):
        said, code = said.said, said.code
    try:
        say(args, said)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough; what was asked for is done
        _quiet()
    return code


def _quiet() -> None:
    """Nobody reads any more: what is left to be printed, also at the end of the process, goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):  # a stream without a number of its own has nothing left to print
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def say(args: argparse.Namespace, said: Any) -> None:
    """Print what a command returns: a mapping, a list of mappings (a table), a text, or nothing.

    As JSON its names are in snake_case and times as ISO 8601 writes them.
    """
    if args.json:
        print(json.dumps(_plain(said), default=str, ensure_ascii=False))
    elif isinstance(said, Mapping):
        for name, value in said.items():
            if _is_table(value):
                print(f"{name}:")
                table(value, before="  ")
            else:
                print(f"{name}: {_cell(value)}")
    elif isinstance(said, Sequence) and not isinstance(said, str):
        table(said)
    elif said is not None:
        print(said)


def _plain(said: Any) -> Any:
    if isinstance(said, Mapping):
        return {re.sub(r"[\s-]+", "_", str(name)): _plain(value) for name, value in said.items()}
    if isinstance(said, list | tuple):
        return [_plain(value) for value in said]
    return said.isoformat() if isinstance(said, date) else said  # a moment is a date as well


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def table(rows: Sequence[Mapping[str, Any]], *, before: str = "") -> None:
    """Print rows under their names, one line each, each after `before`."""
    if not rows:
        print(f"{before}nothing")
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([_cell(row.get(name))[:60] for name in names] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(names))]
    for line in cells:
        print(before + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(_cell, value))
    text = _moment(value) if isinstance(value, datetime) else str(value).replace("\n", " ")
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _moment(at: datetime) -> str:
    """A moment as people read it: to the second, by the clocks that it came with."""
    zone = "" if at.tzinfo is None else f" {at:%Z}"
    return f"{at:%Y-%m-%d %H:%M:%S}{zone}"


def _refuse(args: argparse.Namespace, message: str, code: int) -> int:
    print(json.dumps({"refused": message}) if args.json else f"mutuals: {message}", file=sys.stderr)
    return code

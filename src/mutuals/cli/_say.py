"""How the terminal speaks: text for people, one JSON value with --json, and exit codes that a script can trust."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError, ProgrammingError

from mutuals.base.room import REMEDY, is_out_of_room
from mutuals.connectors.contract import ConnectorError
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import NotAllowed

DONE, REFUSED, MISSING, FORBIDDEN, NO_DATABASE, PARTLY = 0, 1, 3, 4, 5, 6
Act = Callable[[argparse.Namespace], Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command says, and another exit code than DONE."""

    said: Any
    code: int


class Missing(LookupError):
    """What was named is not there."""


def verb(
    verbs: Any,
    name: str,
    act: Act,
    words: str,
    *,
    examples: Sequence[str] = (),
    more: str = "",
    by_somebody: bool = True,
) -> argparse.ArgumentParser:
    """A command: `act` returns what is to be said; every command takes --json, and --as where it is done `by_somebody`.

    Below its options --help prints `more`, and the `examples`, each a whole command line.
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
    parser.set_defaults(act=lambda args: _run(args, act))
    return parser


def me(args: argparse.Namespace) -> User:
    """The user in whose name a command acts. Whoever can read the database may be anybody; the journal names them."""
    email = args.user or os.environ.get("MUTUALS_USER")
    users = User.objects.filter(is_active=True)
    user = users.filter(email__iexact=email).first() if email else users.filter(role=Role.OWNER).order_by("pk").first()
    if user is None:
        raise Missing(
            f"There is no active user {email}." if email else "Nobody works here yet: mutuals user add --first."
        )
    return user


def parted(told: Sequence[str], option: str) -> list[tuple[str, str]]:
    """NAME=VALUE, as often as it was given. Refused: what has no name or no value."""
    pairs = [one.partition("=") for one in told]
    if any(not right or not left for left, _, right in pairs):
        raise ValueError(f"{option} takes a name and a value, parted by =, as in city=gone.")
    return [(left, right) for left, _, right in pairs]


def _run(args: argparse.Namespace, act: Act) -> int:
    try:
        said = act(args)
    except BrokenPipeError:
        _quiet()
        return _refuse(args, "Nobody reads what is printed any more; it stopped there.", REFUSED)
    except Missing as error:
        return _refuse(args, str(error), MISSING)
    except ObjectDoesNotExist:
        return _refuse(args, "What was named is not there, or not any more.", MISSING)
    except NotAllowed as error:
        return _refuse(args, str(error), FORBIDDEN)
    except ProgrammingError as error:
        return _refuse(args, f"The tables are not what this version wants: {error}. Try: mutuals migrate", NO_DATABASE)
    except (OperationalError, OSError) as error:
        return _refuse(args, *_why(error))
    except (ValueError, ConnectorError) as error:
        return _refuse(args, str(error), REFUSED)
    code = DONE
    if isinstance(said, Ended):
        said, code = said.said, said.code
    try:
        say(args, said)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough; what was asked for is done
        _quiet()
    return code


def _why(error: OperationalError | OSError) -> tuple[str, int]:
    """What is said of an error of the database or of the system, and the exit code."""
    if isinstance(error, OSError):
        place = error.filename or "this folder"
        full = f"The disk that holds {place} is full. Free some room on it, then do this again."
        return (full if is_out_of_room(error) else str(error)), REFUSED
    if is_out_of_room(error):
        return REMEDY, REFUSED
    return f"The database does not answer: {error}. Try: mutuals db up", NO_DATABASE


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
    text = str(value).replace("\n", " ")
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _refuse(args: argparse.Namespace, message: str, code: int) -> int:
    print(json.dumps({"refused": message}) if args.json else f"mutuals: {message}", file=sys.stderr)
    return code

"""How the terminal speaks: text for people, one JSON value with --json, and exit codes that a script can trust."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError, ProgrammingError

from mutuals.connectors.contract import ConnectorError
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import NotAllowed

DONE, REFUSED, MISUSED, MISSING, FORBIDDEN, NO_DATABASE, PARTLY = 0, 1, 2, 3, 4, 5, 6
Act = Callable[[argparse.Namespace], Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command says, and another exit code than DONE."""

    said: Any
    code: int


class Missing(LookupError):
    """What was named is not there."""


def verb(verbs: Any, name: str, act: Act, words: str) -> argparse.ArgumentParser:
    """A command: `act` returns what is to be said; every command takes --json and --as."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=words, description=words)
    parser.add_argument("--json", action="store_true", help="print one JSON value")
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


def _run(args: argparse.Namespace, act: Act) -> int:
    try:
        said = act(args)
    except (Missing, ObjectDoesNotExist) as error:
        return _refuse(args, str(error), MISSING)
    except NotAllowed as error:
        return _refuse(args, str(error), FORBIDDEN)
    except ProgrammingError as error:
        return _refuse(args, f"The tables are not what this version wants: {error}. Try: mutuals migrate", NO_DATABASE)
    except OperationalError as error:
        return _refuse(args, f"The database does not answer: {error}. Try: mutuals db up", NO_DATABASE)
    except (ValueError, ConnectorError, OSError) as error:
        return _refuse(args, str(error), REFUSED)
    code = DONE
    if isinstance(said, Ended):
        said, code = said.said, said.code
    say(args, said)
    return code


def say(args: argparse.Namespace, said: Any) -> None:
    """Print what a command returns: a mapping, a list of mappings (a table), a text, or nothing."""
    if args.json:
        print(json.dumps(said, default=str, ensure_ascii=False))
    elif isinstance(said, Mapping):
        for name, value in said.items():
            print(f"{name}: {_cell(value)}")
    elif isinstance(said, Sequence) and not isinstance(said, str):
        table(said)
    elif said is not None:
        print(said)


def table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows under their names, one line each."""
    if not rows:
        print("nothing")
        return
    names = list(rows[0])
    cells = [names, *([_cell(row[name])[:60] for name in names] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(names))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, dict | list):
        return json.dumps(value, default=str, ensure_ascii=False)
    text = str(value).replace("\n", " ")
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _refuse(args: argparse.Namespace, message: str, code: int) -> int:
    print(json.dumps({"refused": message}) if args.json else f"mutuals: {message}", file=sys.stderr)
    return code

"""How the terminal speaks: text for people, one JSON value with --json, and exit codes that a script can trust."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError, ProgrammingError

from mutuals.base.room import REMEDY, is_out_of_room
from mutuals.cli import _plain
from mutuals.cli._plain import (
    DONE,
    FORBIDDEN,
    MISSING,
    NO_DATABASE,
    PARTLY,
    REFUSED,
    Act,
    Ended,
    Missing,
    parted,
    say,
    table,
)  # fmt: skip
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import NotAllowed

__all__ = [
    "DONE", "FORBIDDEN", "MISSING", "NO_DATABASE", "PARTLY", "REFUSED", "Ended", "Missing", "me", "parted", "say", "table",
    "verb",
]  # fmt: skip


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
    """A command of the house, as `_plain.verb` takes it; its errors may be those of the database as well."""
    return _plain.verb(verbs, name, act, words, examples=examples, more=more, by_somebody=by_somebody, why=_why)


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


def _why(error: Exception) -> tuple[str, int] | None:
    """What is said of an error of the house, of the database or of a file, and the exit code."""
    if isinstance(error, ObjectDoesNotExist):
        return "What was named is not there, or not any more.", MISSING
    if isinstance(error, NotAllowed):
        return str(error), FORBIDDEN
    if isinstance(error, ProgrammingError):
        return f"The tables are not what this version wants: {error}. Try: mutuals migrate", NO_DATABASE
    if isinstance(error, OperationalError):
        is_full = is_out_of_room(error)
        return (
            (REMEDY, REFUSED)
            if is_full
            else (f"The database does not answer: {error}. Try: mutuals db up", NO_DATABASE)
        )
    return _plain.of_files(error)

"""Who changed a field of a record last: what two people who edit the same thing are told of each other."""

from __future__ import annotations

from datetime import datetime

from mutuals.base import journal
from mutuals.staff.models import User

LOOKED = 50
"""So many entries of a record are looked at, the newest first."""


def last(about: str, name: str) -> tuple[str, datetime] | None:
    """Who wrote `name` of a record last, and when, as the journal has it in `changes`; None where it does not say."""
    for entry in journal.of(about)[:LOOKED]:
        if name in (entry.data.get("changes") or {}):
            return named(entry.by), entry.at
    return None


def last_of(about: str, kind: str) -> tuple[str, datetime] | None:
    """Who did something of a kind to a record last ("idea.state"), and when."""
    entry = journal.of(about).filter(kind=kind).first()
    return (named(entry.by), entry.at) if entry else None


def named(by: str) -> str:
    """A text key of somebody who did something ("staff:3") as a name."""
    kind, _, number = by.partition(":")
    user = User.objects.filter(pk=int(number)).first() if kind == "staff" and number.isdecimal() else None
    return str(user) if user else "Mutuals"

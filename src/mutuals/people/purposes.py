"""What data of people are used for: shipped purposes, and those that a house adds, renames and retires."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mutuals.base import journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.people.models import Basis, Purpose
from mutuals.staff.models import User
from mutuals.staff.permissions import require

BOUND = (Basis.CONTRACT, Basis.DUTY, Basis.VITAL)
"""Bases on which nobody can say no: Article 21 knows an objection to public tasks and legitimate interests alone."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SHIPPED = (
    ("service", "Orders and service", "Delivering what was ordered, and answering.", Basis.CONTRACT),
    ("newsletter", "News by email", "A letter now and then about what is new.", Basis.CONSENT),
    ("offers", "Offers", "Offers that fit what they bought and said, by email or message.", Basis.CONSENT),
    ("calls", "Calls about offers", "Being called about something to buy.", Basis.CONSENT),
    ("cite", "Citing their words", "Showing what they said in public under their name.", Basis.CONSENT),
    ("research", "Questions about our products", "Asking now and then how something works out.", Basis.INTERESTS),
    ("joining", "Joining what they say in public", "Putting public posts beside what they bought.", Basis.INTERESTS),
)


@dataclass(frozen=True, slots=True)
class PurposeIn:
    """A purpose as somebody says it. `basis` is "consent" where it needs asking first."""

    label: str
    words: str = ""
    basis: str = "consent"


def ensure() -> None:
    """Lay down the shipped purposes where there is none at all yet."""
    if Purpose.objects.exists():
        return
    Purpose.objects.bulk_create(_shipped(), ignore_conflicts=True)


def _shipped() -> list[Purpose]:
    return [
        Purpose(key=key, label=label, words=words, basis=basis, needs_consent=basis == Basis.CONSENT)
        for key, label, words, basis in _SHIPPED
    ]


def to_read() -> list[Purpose]:
    """Those in use, in one statement that writes nothing: where there is none at all yet, the shipped ones, not saved."""
    rows = list(Purpose.objects.order_by("pk"))
    return [one for one in rows if one.retired_at is None] if rows else _shipped()


def every(*, with_retired: bool = False) -> list[Purpose]:
    """All purposes in the order in which they came; the shipped ones are there from the first question on."""
    ensure()
    rows = Purpose.objects.order_by("pk")
    return list(rows if with_retired else rows.filter(retired_at=None))


def named(key: str) -> Purpose:
    """The purpose of a key. Refused: one that there is not, or that is retired."""
    ensure()
    row = Purpose.objects.filter(key=str(key)[:40]).first()
    if row is None or row.retired_at is not None:
        there = ", ".join(one.key for one in every())
        raise Refusal(f"There is no purpose “{str(key)[:40]}”. There are: {there}.", fields={"purpose": "Choose one."})
    return row


@transaction.atomic
def add(key: str, told: PurposeIn, *, by: User) -> tuple[Purpose, bool]:
    """A new purpose, and whether it is new; the same key again is given back as it is.

    Refused: a key that is no word of small letters, an empty label, a basis that there is not.
    """
    require(by, "purpose.edit")
    ensure()
    if not _KEY.fullmatch(key):
        raise Refusal("A key is written in small letters, figures and _.", fields={"key": "Such as spring_letter."})
    row, is_new = Purpose.objects.get_or_create(key=key, defaults=_read(told))
    if is_new:
        journal.note("purpose.added", row, by=by, key=key, basis=row.basis)
    return row, is_new


@transaction.atomic
def change(purpose: Purpose, told: PurposeIn, *, by: User) -> Purpose:
    """Say it anew. What people gave and refused stays what it is. Refused: as `add`."""
    require(by, "purpose.edit")
    row = Purpose.objects.select_for_update(no_key=True).get(pk=purpose.pk)
    changes = {name: value for name, value in _read(told).items() if getattr(row, name) != value}
    if changes:
        before = {name: [str(getattr(row, name)), str(value)] for name, value in changes.items()}
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=list(changes))
        journal.note("purpose.changed", row, by=by, changes=before)
    return row


@transaction.atomic
def retire(purpose: Purpose, *, by: User, now: datetime, back: bool = False) -> Purpose:
    """Use it no more: nobody may be written to for it, what was said stays. `back` takes it up again. Twice is once."""
    require(by, "purpose.edit")
    row = Purpose.objects.select_for_update(no_key=True).get(pk=purpose.pk)
    if (row.retired_at is None) == back:
        return row
    row.retired_at = None if back else now
    row.save(update_fields=["retired_at"])
    journal.note("purpose.taken_up" if back else "purpose.retired", row, by=by)
    return row


def _read(told: PurposeIn) -> dict[str, object]:
    if told.basis not in Basis.values:
        raise Refusal(f"A basis is one of: {', '.join(Basis.values)}.", fields={"basis": "Choose one."})
    return {
        "label": one_line(told.label, what="Label", longest=80),
        "words": one_line(told.words, what="Words", longest=500, needed=False),
        "basis": told.basis,
        "needs_consent": told.basis == Basis.CONSENT,
    }

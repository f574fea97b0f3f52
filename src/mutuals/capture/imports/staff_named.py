"""Colleagues as files name them: by their email address, else by a name that only one of us has."""

from __future__ import annotations

from mutuals.base.refusals import Refusal
from mutuals.people.names import fold
from mutuals.staff.models import User


def one_of_us(words: str) -> User:
    """The colleague. Refused, in words for a row that is left out: nobody of ours is called so, or several are."""
    text = words.strip()
    rows = User.objects.filter(is_active=True)
    named = rows.filter(email__iexact=text) if "@" in text else rows
    found = [one for one in named if "@" in text or fold(one.name) == fold(text)]
    if len(found) == 1:
        return found[0]
    who = "Nobody" if not found else "More than one"
    raise Refusal(f"{who} of us is called “{text[:80]}”. Leave the column out, or make an account first.")

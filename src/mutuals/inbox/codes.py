"""Asking a customer to show that another account is theirs: a one-time code, sent where only they read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mutuals.history.models import Direction, Interaction
from mutuals.identity.models import Challenge
from mutuals.identity.proofs import codes
from mutuals.inbox import answer, queries
from mutuals.inbox.answer import CannotAnswer, Ways
from mutuals.inbox.models import Turn
from mutuals.people.models import Person, Profile
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_LOOKED_AT = 20  # newest private messages among which one is sought that can be answered


@dataclass(frozen=True, slots=True)
class Sent:
    """An open code, and the message it leaves with."""

    challenge: Challenge
    message: Interaction


@transaction.atomic
def send(person: Person, *, by: User, now: datetime, to: Profile | None = None) -> Sent:
    """Send a code to a person, as an answer to the newest of their private messages, on the presence `to` if one is named.

    Refused (CannotAnswer): where they wrote nothing in private that can be answered, where an answer would be seen by others
    or go to another address than the one that is theirs, and where a code cannot be made. Nothing is kept then.
    """
    require(by, "person.link", person)
    turn, offered = _where(person, by=by, to=to)
    if offered.target is None or offered.target.profile is None:
        raise CannotAnswer(
            "They have not written to us in private yet. Write to them first; a code is nobody else's to read."
        )
    try:
        made = codes.make(person, sent_to=offered.target.profile, by=by, now=now)
    except codes.CannotAsk as error:
        raise CannotAnswer(str(error)) from error
    row = answer.reply(turn, by=by, text=codes.words(made.code), answers=offered.target.pk, public=False, now=now)
    return Sent(made.challenge, row)


def _where(person: Person, *, by: User, to: Profile | None) -> tuple[Turn, Ways]:
    """The newest conversation in which only they read an answer; else why there is none."""
    rows = Interaction.objects.filter(
        profile__person__canonical_id=person.canonical_id,
        direction=Direction.IN,
        is_public=False,
        deleted_at=None,
        conversation__isnull=False,
    )
    rows = rows.filter(profile=to) if to is not None else rows
    numbers = rows.order_by("-occurred_at", "-id").values_list("conversation_id", flat=True)[:_LOOKED_AT]
    turns = queries.visible_to(by).select_related("conversation__source").in_bulk(list(numbers))
    refused = "They have not written to us in private yet. Write to them first; a code is nobody else's to read."
    for number in dict.fromkeys(numbers):
        if number not in turns:
            continue
        offered = answer.ways(turns[number], by=by)
        why = offered.refused or _unfit(offered, person, to)
        if not why:
            return turns[number], offered
        refused = why
    raise CannotAnswer(refused)


def _unfit(offered: Ways, person: Person, to: Profile | None) -> str:
    """Why an answer there would not reach this person alone."""
    row = offered.target.profile if offered.target else None
    if offered.is_public:
        return "An answer there would be seen by everybody; a code is nobody else's to read."
    if offered.note:
        return "An answer there would go to another address than the one that is theirs."
    if row is None or row.person is None or row.person.canonical_id != person.canonical_id or (to and row.pk != to.pk):
        return "Somebody else spoke last in their conversation."
    return ""

"""What we say of a person among ourselves: notes and calls, kept in the one history on the person's own record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from mutuals.base import ids, journal
from mutuals.history import own, tally
from mutuals.history.models import Interaction
from mutuals.people import persons, profiles
from mutuals.people.models import Person, Profile
from mutuals.staff.models import User
from mutuals.staff.permissions import require

KINDS = ("note", "call")


@transaction.atomic
def add(
    person: Person, *, by: User, text: str, now: datetime, kind: str = "note", key: UUID | None = None
) -> Interaction:
    """Keep a note or a call on a person. Refused: an empty text, another kind.

    `key` is drawn once for each form that is shown: the same words by the same writer with it are the same note.
    """
    require(by, "interaction.add", person)
    if kind not in KINDS:
        raise ValueError(f"Among ourselves we keep one of {', '.join(KINDS)}.")
    persons.held(person.canonical_id)
    number = own.note_number(key, by=by, about=f"person:{person.canonical_id}:{kind}", text=text, now=now)
    if key and (kept := own.noted(number)) is not None:
        return kept
    row = own.note(number=number, by=by, text=text, now=now, profile=own_record(person, now=now), kind=kind)
    tally.recount([person.canonical_id])
    journal.note("person.noted", f"person:{person.canonical_id}", by=by, interaction=row.pk)
    return row


def own_record(person: Person, *, now: datetime) -> Profile:
    """The profile of network "mutuals", made where the person has none yet. It is theirs by definition. Refused: Gone.

    Of the several that a merged cluster has it is the canonical person's own: what is written there stays with them.
    """
    found = persons.own_of(person.canonical_id)
    if found is None and not Person.objects.filter(pk=person.canonical_id).exists():
        raise persons.Gone
    return found or Profile.objects.create(
        network=profiles.OWN, key=str(ids.new_key(now)), person_id=person.canonical_id
    )

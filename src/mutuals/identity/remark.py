"""What we say of a person among ourselves: notes and calls, kept in the one history on the person's own record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from mutuals.base import gate, ids, journal
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


@transaction.atomic
def add_to_presence(
    profile: Profile, *, by: User, text: str, now: datetime, kind: str = "note", key: UUID | None = None
) -> Interaction:
    """The same on a presence that is nobody's yet: the note goes along with whom it is linked to. Refused: as `add`.

    A presence that is somebody's by now: the note is kept on them.
    """
    require(by, "interaction.add")
    gate.enter()
    row = Profile.objects.select_for_update(no_key=True).select_related(None).filter(pk=profile.pk).first()
    if row is None:
        raise persons.Gone
    if row.organisation_id is not None or row.is_ours:
        raise ValueError("This presence is our own or an organisation's: notes stand in its conversations.")
    if row.person_id is not None:
        return add(Person.objects.get(pk=row.person_id), by=by, text=text, now=now, kind=kind, key=key)
    if kind not in KINDS:
        raise ValueError(f"Among ourselves we keep one of {', '.join(KINDS)}.")
    number = own.note_number(key, by=by, about=f"profile:{row.pk}:{kind}", text=text, now=now)
    if key and (kept := own.noted(number)) is not None:
        return kept
    made = own.note(number=number, by=by, text=text, now=now, profile=row, kind=kind)
    journal.note("profile.noted", f"profile:{row.pk}", by=by, interaction=made.pk)
    return made


def own_record(person: Person, *, now: datetime) -> Profile:
    """The profile of network "mutuals", made where the person has none yet. It is theirs by definition. Refused: Gone.

    Of the several that a merged cluster has it is the canonical person's own: what is written there stays with them.
    """
    if (found := persons.own_of(person.canonical_id)) is not None:
        return found
    with transaction.atomic():  # one who makes it keeps others from making a second one
        if not Person.objects.select_for_update(no_key=True, of=("self",)).filter(pk=person.canonical_id):
            raise persons.Gone
        return persons.own_of(person.canonical_id) or Profile.objects.create(
            network=profiles.OWN, key=str(ids.new_key(now)), person_id=person.canonical_id
        )

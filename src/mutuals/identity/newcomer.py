"""Somebody new by hand: the person, and the links to the presences that staff named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from mutuals.base import journal
from mutuals.identity.link import attach, confirm
from mutuals.identity.models import LinkState
from mutuals.people import persons
from mutuals.people.models import Person, Profile
from mutuals.people.visibility import CONTACT
from mutuals.staff.models import User
from mutuals.staff.permissions import require


@transaction.atomic
def add(*, by: User, now: datetime, **about: Any) -> Person:
    """A person whom staff enter, with address and number as confirmed profiles. Refuses what `persons.add` refuses."""
    made = persons.add(by=by, now=now, **about)
    clue = {"clue": f"{by} entered it", "detail": "", "for": True}
    pairs = [(profile, made.person.pk) for profile in made.profile_ids]
    attach(pairs, state=LinkState.CONFIRMED, because=[clue], by=f"staff:{by.pk}", now=now)
    made.person.refresh_from_db()
    return made.person


@transaction.atomic
def of(row: Profile, *, by: User, now: datetime, name: str = "") -> Person:
    """A person made of a presence that is nobody's. What staff do not name is called as its presences say, which is no word of
    staff: a file may name them better. Refuses what `add` and `link.confirm` refuse."""
    require(by, "person.edit")
    contact = {row.network: row.key} if row.network in CONTACT else {}
    if name.strip() or contact:
        person = add(by=by, now=now, name=name, **contact)
    else:
        person = Person.objects.get(pk=persons.make([""], now=now, since=[row.first_seen_at])[0])
        journal.note("person.added", person, by=by)
    confirm(row, person=person, by=by, now=now, note="made of this presence")
    person.refresh_from_db()
    return person

"""Somebody new by hand: the person, and the links to the presences that staff named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from mutuals.identity.link import attach
from mutuals.identity.models import LinkState
from mutuals.people import persons
from mutuals.people.models import Person
from mutuals.staff.models import User


@transaction.atomic
def add(*, by: User, now: datetime, **about: Any) -> Person:
    """A person whom staff enter, with address and number as confirmed profiles. Refuses what `persons.add` refuses."""
    made = persons.add(by=by, now=now, **about)
    clue = {"clue": f"{by} entered it", "detail": "", "for": True}
    pairs = [(profile, made.person.pk) for profile in made.profile_ids]
    attach(pairs, state=LinkState.CONFIRMED, because=[clue], by=f"staff:{by.pk}", now=now)
    made.person.refresh_from_db()
    return made.person

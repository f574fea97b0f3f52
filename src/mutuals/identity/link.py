"""Links: whose profile it is, and how we know. The only place that writes `Profile.person`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from mutuals.base import gate, journal
from mutuals.base.bulk import insert
from mutuals.history import tally
from mutuals.identity.models import LIVE, Link, LinkState
from mutuals.people.models import Person, Profile
from mutuals.people.persons import Gone
from mutuals.staff.models import User
from mutuals.staff.permissions import require


class Taken(ValueError):
    """The profile is held to be somebody else's; that link must be rejected first."""


def attach(
    pairs: Sequence[tuple[int, int]], *, state: LinkState, because: Sequence[Mapping[str, Any]], by: str, now: datetime
) -> None:
    """Give profiles to persons: (profile id, person id), with one reason for the whole batch.

    A pair that is linked already is left as it is; a live link of a profile that is nobody's ends before the new one begins.
    The profiles stay locked until the caller's transaction ends. Refuses (Taken) a profile that is another person's, for
    machines never move anybody's history, and one that is an organisation's or our own. Refuses (Gone) somebody who was erased.
    """
    if not pairs:
        return
    with transaction.atomic():
        gate.enter()
        locked = Profile.objects.select_for_update(no_key=True).filter(pk__in=[profile for profile, _ in pairs])
        rows = list(locked.order_by("pk").values_list("pk", "person_id", "organisation_id", "is_ours"))
        holders = {pk: person for pk, person, _, _ in rows}
        if any(organisation or is_ours for _, _, organisation, is_ours in rows):
            raise Taken("This profile is an organisation's or our own, so it cannot be a person's.")
        people = _people(pairs, holders)
        canonical = dict(Person.objects.filter(pk__in=people).values_list("pk", "canonical_id"))
        if len(canonical) < len(people) or any(profile not in holders for profile, _ in pairs):
            raise Gone
        for profile, person in pairs:
            holder = holders.get(profile)
            if holder is not None and canonical[holder] != canonical[person]:
                raise Taken(f"Profile {profile} already belongs to person {canonical[holder]}.")
        fresh = [(profile, person) for profile, person in dict(pairs).items() if holders.get(profile) is None]
        _write(fresh, state=state, because=because, by=by, now=now)


def _people(pairs: Sequence[tuple[int, int]], holders: Mapping[int, int | None]) -> set[int]:
    return {person for _, person in pairs} | {holder for holder in holders.values() if holder is not None}


def _write(
    pairs: Sequence[tuple[int, int]], *, state: LinkState, because: Sequence[Mapping[str, Any]], by: str, now: datetime
) -> None:
    if not pairs:
        return
    Link.objects.filter(profile__in=[profile for profile, _ in pairs], state__in=LIVE, until=None).update(until=now)
    reason = json.dumps(list(because))
    insert(
        Link,
        ("profile_id", "person_id", "state", "because", "by", "since"),
        [(profile, person, state.value, reason, by, now) for profile, person in pairs],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_profile f SET person_id = g.person_id FROM unnest(%s::bigint[], %s::bigint[]) AS g(id, person_id)"
            " WHERE f.id = g.id",
            [[profile for profile, _ in pairs], [person for _, person in pairs]],
        )
    tally.recount(sorted({person for _, person in pairs}))


def confirm(profile: Profile, *, person: Person, by: User, now: datetime, note: str = "") -> Link:
    """Staff say that a profile is a person's. Refuses (Taken) one that is another person's."""
    require(by, "person.link", person)
    clue = {"clue": f"{by} said so", "detail": note, "for": True}
    with transaction.atomic():
        attach([(profile.pk, person.pk)], state=LinkState.CONFIRMED, because=[clue], by=f"staff:{by.pk}", now=now)
        journal.note("profile.linked", person, by=by, profile=profile.pk)
        found = Link.objects.filter(profile=profile, state__in=LIVE, until=None).first()
        if found is None:  # a person's own record is theirs without a link until somebody says so
            found = Link.objects.create(
                profile=profile,
                person=person,
                state=LinkState.CONFIRMED,
                because=[clue],
                by=f"staff:{by.pk}",
                since=now,
            )
    return found


def reject(profile: Profile, *, by: User, now: datetime, note: str = "") -> None:
    """Staff say that a profile is not this person's: the link ends, and the answer is remembered.

    Refuses one that is nobody's by now, or (Taken) another person's than when it was read.
    """
    require(by, "person.link")
    with transaction.atomic():
        person = _held(profile)
        require(by, "person.link", person)
        Link.objects.filter(profile=profile, state__in=LIVE, until=None).update(until=now)
        clue = {"clue": f"{by} said it is somebody else", "detail": note, "for": False}
        Link.objects.create(
            profile=profile, person=person, state=LinkState.REJECTED, because=[clue], by=f"staff:{by.pk}", since=now
        )
        Profile.objects.filter(pk=profile.pk).update(person=None)
        profile.person = None
        tally.recount([person.pk])
        journal.note("profile.unlinked", person, by=by, profile=profile.pk)


def _held(profile: Profile) -> Person:
    """Whose it is now, held for this transaction: two who answer at once must not both end the same link."""
    rows = Profile.objects.select_for_update(no_key=True)  # no join: it would show the person of before
    gate.enter()
    locked = rows.filter(pk=profile.pk).first()
    if locked is None:
        raise Gone
    if locked.person is None:
        raise ValueError("This profile belongs to nobody yet.")
    if locked.network == "mutuals":
        raise ValueError("That is the person's own record; it cannot be taken away.")
    if locked.person_id != profile.person_id:
        raise Taken("Somebody else's hand was quicker: it is held to be another person's now. Look again.")
    return locked.person


def links_of(person: Person) -> list[Link]:
    """What we hold or held of a person's profiles, live first, with how we know; one query."""
    rows = Link.objects.filter(person__canonical_id=person.canonical_id).select_related("profile")
    return list(rows.filter(until=None).order_by(F("state").asc(), "profile__network", "pk"))

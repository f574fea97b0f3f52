"""Links: whose profile it is, and how we know. The only place that writes `Profile.person`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from mutuals.base import bulk, clock, gate, jobs, journal
from mutuals.connectors.files.mapping import AS_WRITTEN
from mutuals.history import tally
from mutuals.identity import edges
from mutuals.identity.edges import Grounds
from mutuals.identity.models import LIVE, Link, LinkState, Verdict
from mutuals.people import canonical, persons
from mutuals.people.choice import CHOSEN
from mutuals.people.models import Person, Profile
from mutuals.people.persons import Gone
from mutuals.people.profiles import OWN
from mutuals.sales import rollups
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_WEIGHED = ("probability", "margin", "pool", "model")
_FREE = """
SELECT f.id, p.id, p.name = '' OR f.network IN ('email', 'phone') OR f.network LIKE ANY ('{crm:%%,shop:%%}')
    OR f.fields ?| %s::text[]
FROM unnest(%s::bigint[], %s::bigint[]) AS g(profile_id, person_id)
JOIN people_profile f ON f.id = g.profile_id JOIN people_person p ON p.id = g.person_id
WHERE coalesce(f.person_id, f.organisation_id) IS NULL  -- by number, never through an index of all who are nobody's
    AND NOT f.is_ours AND p.canonical_id = p.id AND NOT EXISTS (
    SELECT 1 FROM identity_link l JOIN people_person o ON o.id = l.person_id
    WHERE l.profile_id = f.id AND l.state = %s AND l.until IS NULL AND o.canonical_id = p.id
)
ORDER BY f.id
"""
_LOCK = "SELECT id FROM people_profile WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_END = """
UPDATE identity_link SET until = %s WHERE profile_id = ANY(%s) AND until IS NULL AND state <> 'rejected'
"""
_HOLD = """
UPDATE people_profile f SET person_id = g.person_id FROM unnest(%s::bigint[], %s::bigint[]) AS g(id, person_id)
WHERE f.id = g.id
"""

SETTLE = "identity.settle"


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
        asked = bulk.among(profile for profile, _ in pairs)
        locked = Profile.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=asked)
        rows = list(locked.order_by("pk").values_list("pk", "person_id", "organisation_id", "is_ours"))
        holders = {pk: person for pk, person, _, _ in rows}
        if any(organisation or is_ours for _, _, organisation, is_ours in rows):
            raise Taken("This profile is an organisation's or our own, so it cannot be a person's.")
        people = _people(pairs, holders)
        held = (
            Person.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=bulk.among(people)).order_by("pk")
        )
        roots = dict(held.values_list("pk", "canonical_id"))  # held, so that nobody merges them meanwhile
        if len(roots) < len(people) or any(profile not in holders for profile, _ in pairs):
            raise Gone
        for profile, person in pairs:
            holder = holders.get(profile)
            if holder is not None and roots[holder] != roots[person]:
                raise Taken(f"Profile {profile} already belongs to person {roots[holder]}.")
        fresh = [(profile, person) for profile, person in dict(pairs).items() if holders.get(profile) is None]
        _write(fresh, state=state, because=because, by=by, now=now)


def _people(pairs: Sequence[tuple[int, int]], holders: Mapping[int, int | None]) -> set[int]:
    return {person for _, person in pairs} | {holder for holder in holders.values() if holder is not None}


def _write(
    pairs: Sequence[tuple[int, int]], *, state: LinkState, because: Sequence[Mapping[str, Any]], by: str, now: datetime
) -> None:
    if not pairs:
        return
    asked = bulk.among(profile for profile, _ in pairs)
    Link.objects.filter(profile__in=asked, state__in=LIVE, until=None).update(until=now)
    reason = json.dumps(list(because))
    bulk.insert(
        Link,
        ("profile_id", "person_id", "state", "because", "by", "since"),
        [(profile, person, state.value, reason, by, now) for profile, person in pairs],
    )
    bulk.execute(_HOLD, [bulk.numbers(profile for profile, _ in pairs), bulk.numbers(person for _, person in pairs)])
    tally.recount(sorted({person for _, person in pairs}))


def attach_free(rows: Sequence[tuple[int, int, Grounds]], *, by: str, now: datetime) -> list[tuple[int, int]]:
    """Give profiles to canonical persons, each for its own grounds; returns those that were still to be had.

    Left out is whose profile is somebody's by now, an organisation's or our own, whose person is gone or merged away,
    and what staff rejected meanwhile. The profiles stay locked until the caller's transaction ends.
    """
    grounds = {(profile, person): one for profile, person, one in sorted(rows, key=lambda row: row[0])}
    numbers = bulk.numbers(profile for profile, _ in grounds), bulk.numbers(person for _, person in grounds)
    bulk.execute(_LOCK, [numbers[0]])  # before the question: what staff said while we waited for them counts
    found = bulk.execute(_FREE, [bulk.array([*CHOSEN, AS_WRITTEN]), *numbers, LinkState.REJECTED.value])
    free = [(int(profile), int(person)) for profile, person, _ in found]
    if not free:
        return []
    bulk.execute(_END, [now, [profile for profile, _ in free]])
    fresh = [
        (
            *pair,
            LinkState.CONFIRMED.value,
            json.dumps(list(one.because)),
            one.probability,
            one.margin,
            one.pool,
            one.model,
            by,
            now,
        )
        for pair in free
        if (one := grounds[pair])
    ]
    bulk.insert(Link, ("profile_id", "person_id", "state", "because", *_WEIGHED, "by", "since"), fresh)
    bulk.execute(_HOLD, [[profile for profile, _ in free], [person for _, person in free]])
    if telling := sorted({person for _, person, tells in found if tells}):  # of the others nothing new is known
        persons.choose(telling, now=now)
    people = sorted({person for _, person in free})
    rollups.recount(people)
    tally.recount(people)
    return free


@gate.giving_way
def confirm(profile: Profile, *, person: Person, by: User, now: datetime, note: str = "") -> Link:
    """Staff say that a profile is a person's. Refuses (Taken) one that is another person's."""
    require(by, "person.link", person)
    clue = {"clue": f"{by} said so", "detail": note, "for": True}
    with transaction.atomic():
        attach([(profile.pk, person.pk)], state=LinkState.CONFIRMED, because=[clue], by=f"staff:{by.pk}", now=now)
        settle([person.canonical_id], now=now)
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


@gate.giving_way
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
        settle([person.canonical_id], now=now)
        journal.note("profile.unlinked", person, by=by, profile=profile.pk)
    profile.person = None


def is_refused(profile: Profile, person_id: int) -> bool:
    """Whether staff said that a profile is not this canonical person's, nor of anybody merged into them; one who locked the
    profile first knows what was said last.
    """
    cluster = Person.objects.filter(canonical_id=person_id)
    if Link.objects.filter(profile=profile, state=LinkState.REJECTED, until=None, person__in=cluster).exists():
        return True
    theirs = Profile.objects.filter(person__in=cluster).values_list("pk", flat=True)
    return edges.between([profile.pk], theirs).filter(verdict=Verdict.DIFFERENT, by__startswith="staff:").exists()


@gate.giving_way
def take_back(profile: Profile, *, said_by: str, now: datetime) -> bool:
    """End a link as if it had not been said: nothing is remembered against it. False where it is not that link any more."""
    with transaction.atomic():
        gate.enter()
        locked = Profile.objects.select_for_update(no_key=True).filter(pk=profile.pk).first()
        live = Link.objects.filter(profile=profile, state=LinkState.CONFIRMED, by=said_by, until=None)
        if locked is None or locked.person_id is None or not live.update(until=now):
            return False
        root = Person.objects.values_list("canonical_id", flat=True).get(pk=locked.person_id)
        Profile.objects.filter(pk=profile.pk).update(person=None)
        settle([root], now=now)
        journal.note("profile.unlinked", f"person:{root}", by=said_by, profile=profile.pk)
    return True


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


def hand_over(rows: Sequence[Profile], *, to: Person, by: User, now: datetime, note: str = "") -> None:
    """Staff say that profiles are somebody else's than was held: the old answer is remembered as rejected.

    The caller holds the profiles and both persons.
    """
    numbers = [row.pk for row in rows]
    Link.objects.filter(profile__in=numbers, state__in=LIVE, until=None).update(until=now)
    Link.objects.filter(profile__in=numbers, person__canonical_id=to.pk, state=LinkState.REJECTED, until=None).update(
        until=now
    )
    who, away = f"staff:{by.pk}", {"clue": f"{by} said it is somebody else", "detail": note, "for": False}
    here = {"clue": f"{by} said so", "detail": note, "for": True}
    fresh = [
        Link(profile=row, person_id=person, state=state, because=[clue], by=who, since=now)
        for row in rows
        for person, state, clue in (
            (row.person_id, LinkState.REJECTED, away),
            (to.pk, LinkState.CONFIRMED, here),
        )
        if person is not None
    ]
    Link.objects.bulk_create(fresh)
    Profile.objects.filter(pk__in=numbers).update(person=to)


def hand_back(holders: Mapping[int, int], *, since: datetime, now: datetime) -> None:
    """Profiles (by id) go back to the persons from whom they were taken at `since`, with the links that ended then."""
    held = Link.objects.filter(profile__in=holders, until=None)
    ended = list(Link.objects.filter(profile__in=holders, until=since).order_by("pk"))
    held.filter(Q(state__in=LIVE) | Q(state=LinkState.REJECTED, since__gte=since)).update(until=now)
    fresh = []
    for row in ended:
        if row.state in LIVE and holders[row.profile_id] != row.person_id:
            continue
        row.pk, row.since, row.until = None, now, None
        row._state.adding = True
        fresh.append(row)
    Link.objects.bulk_create(fresh)
    for person in set(holders.values()):
        numbers = [profile for profile, holder in holders.items() if holder == person]
        Profile.objects.filter(pk__in=numbers).update(person=person)


def let_go(of: Person, held_by: Person, *, now: datetime) -> None:
    """What staff said is not `of`'s and a machine gave to `held_by` is nobody's again; where staff gave it, that stands now.

    For two canonical persons who are about to be one. The caller holds both.
    """
    refused = Link.objects.filter(
        person__canonical_id=of.pk, state=LinkState.REJECTED, until=None, profile__person__canonical_id=held_by.pk
    )
    numbers = list(refused.order_by("profile").values_list("profile", flat=True))
    held = Link.objects.filter(profile__in=numbers, state__in=LIVE, until=None)
    free = list(held.exclude(by__startswith="staff:").values_list("profile", flat=True))
    held.filter(profile__in=free).update(until=now)
    Profile.objects.filter(pk__in=free).exclude(network=OWN).update(person=None)
    Link.objects.filter(pk__in=list(refused.values_list("pk", flat=True))).exclude(profile__in=free).update(until=now)


def settle(person_ids: Iterable[int], *, now: datetime) -> None:
    """What stands on people is chosen and counted anew, after profiles or whole persons changed hands; canonical ids."""
    numbers = sorted(set(person_ids))
    persons.choose(numbers, now=now)
    rollups.recount(numbers)
    tally.recount(numbers)


def settle_later(person_ids: Iterable[int], *, now: datetime) -> None:
    """Once more in a minute: a message that was on its way in meanwhile was counted where its person stood before."""
    numbers = sorted(set(person_ids))
    jobs.later(SETTLE, once=f"{SETTLE}:{numbers}", at=now + timedelta(minutes=1), person_ids=numbers)


@gate.giving_way
@transaction.atomic
def settle_now(person_ids: list[int]) -> None:
    """The job of `settle_later`. Whoever was erased meanwhile is passed over."""
    held = canonical.held(canonical.of(person_ids))
    settle({person.pk for person in held.values()}, now=clock.now())


def links_of(person: Person) -> list[Link]:
    """What we hold or held of a person's profiles, live first, with how we know; one query."""
    rows = Link.objects.filter(person__canonical_id=person.canonical_id).select_related("profile")
    return list(rows.filter(until=None).order_by(F("state").asc(), "profile__network", "pk"))

"""Why two are held to be one, or not: what is thought of any of their presences, for the screens, the API and the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from mutuals.identity import edges, evidence
from mutuals.identity.evidence import Clue, Step
from mutuals.identity.models import Edge, Link, LinkState, Thought
from mutuals.people.models import Person, Profile
from mutuals.people.profiles import OWN
from mutuals.people.queries import cluster
from mutuals.people.visibility import called
from mutuals.staff.models import User
from mutuals.staff.permissions import require


@dataclass(frozen=True, slots=True)
class Reason:
    """One thought: what was held of whom, how probable, by whom, since when, with its clues and how they add up."""

    what: str
    verdict: str
    probability: float | None
    pool: int | None
    margin: float | None
    by: str
    since: datetime
    until: datetime | None
    said: str  # what the decision said in a sentence
    clues: list[Clue]
    steps: list[Step]


def of(thought: Thought, *, what: str, verdict: str) -> Reason:
    """A thought as it can be shown."""
    clues = evidence.clues_of(thought.because)
    steps: list[Step] = []
    if thought.probability is not None:
        steps = evidence.waterfall(clues, probability=thought.probability, pool=thought.pool)
    return Reason(
        what,
        verdict,
        thought.probability,
        thought.pool,
        thought.margin,
        thought.by,
        thought.since,
        thought.until,
        evidence.said_of(thought.because),
        clues,
        steps,
    )


def why(one: Person | Profile, other: Person | Profile, *, viewer: User) -> list[Reason]:
    """All that is thought of two, live thoughts first; [] = nobody and nothing ever connected them."""
    require(viewer, "person.link")
    sides = [_profiles(one), _profiles(other)]
    people = [_people(one), _people(other)]
    found = [
        of(edge, what=_what(edge), verdict=edge.verdict)
        for edge in Edge.objects.filter(
            Q(a__in=sides[0], b__in=sides[1]) | Q(a__in=sides[1], b__in=sides[0])
        ).select_related("a__person__canonical", "b__person__canonical")
    ]
    held = Q(profile__in=sides[0], person__in=people[1]) | Q(profile__in=sides[1], person__in=people[0])
    links = Link.objects.filter(held).select_related("profile", "person")
    if isinstance(one, Profile) or isinstance(other, Profile):
        numbers = [row.pk for row in (one, other) if isinstance(row, Profile)]
        links = links.filter(profile__in=numbers)
    found += [
        of(
            row,
            what=f"{_called(row.profile)} of person {row.person_id} {row.person}",
            verdict=LinkState(row.state).label.lower(),
        )
        for row in links
    ]
    return sorted(found, key=lambda reason: (reason.until is not None, -reason.since.timestamp()))


def in_words(state: str, by: str) -> str:
    """A verdict as people are told it. What no human said is not called confirmed: that word is taken for somebody's."""
    return "linked by machine" if state == LinkState.CONFIRMED and by.startswith("machine:") else state


def _what(edge: Edge) -> str:
    """Both ends as `why` can be asked about them: an own record stands for its person of today, or, where both have become
    one, for the person of then."""
    ends = (edge.a, edge.b)
    people = {end.person.canonical_id for end in ends if end.network == OWN and end.person is not None}
    are_one = all(end.network == OWN for end in ends) and len(people) == 1
    return " and ".join(_called(end, are_one=are_one) for end in ends)


def _called(end: Profile, *, are_one: bool = False) -> str:
    if end.network == OWN and end.person is not None:
        person = end.person if are_one else end.person.canonical
        return f"person {person.pk} {person}"
    return f"presence {end.pk} {called(end, full=True)}"


def _profiles(thing: Person | Profile) -> Sequence[int]:
    return [thing.pk] if isinstance(thing, Profile) else edges.profiles_of(cluster(thing))


def _people(thing: Person | Profile) -> Sequence[int]:
    if isinstance(thing, Person):
        return cluster(thing)
    return cluster(thing.person) if thing.person is not None else []

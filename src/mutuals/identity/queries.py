"""Questions of the review: what waits, one pair with its sides and the runner-up, how good it is. They never write."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Func, Lookup, OuterRef, Q, QuerySet

from mutuals.base.models import Entry
from mutuals.identity import edges, sides
from mutuals.identity.evidence import CONFLICT, DECISION
from mutuals.identity.model.calibrate import Error, Judged, error_above
from mutuals.identity.models import Edge, SecondLook, Verdict
from mutuals.identity.sides import Side
from mutuals.people.models import Person, Profile
from mutuals.people.profiles import OWN, said
from mutuals.people.queries import cluster
from mutuals.people.visibility import Called, called, sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import require

ANSWERED, REOPENED = "pair.answered", "pair.reopened"
RENAMED = "machine:renames"  # asks whether a presence is still the person's who has it (`renamed`)
BANDS = ((0.2, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.99), (0.99, 1.01))
WEEKS = 12
ENOUGH = 20  # answers about pairs of persons, from which on many of them may be accepted at once
MOST = 10_000  # answers that are read for a judgement, and pairs that are counted
_PLACE = struct.Struct(">dq")  # priority and number of a pair
_RELATED = ("a__person__canonical", "b__person__canonical")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue."""

    edge: Edge
    one: Called
    other: Called
    value: Any  # the larger total of orders of the two
    currency: str  # "" = no orders, "*" = several

    @property
    def cursor(self) -> str:
        """Where the queue goes on after it, also when it is answered or put off meanwhile."""
        return _PLACE.pack(self.edge.priority, self.edge.pk).hex()


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair. `is_open`: it can be answered; `said`: what was answered, by whom, where it is not."""

    edge: Edge
    one: Side
    other: Side
    rival: Edge | None
    is_open: bool
    is_second: bool
    said: Entry | None


@dataclass(frozen=True, slots=True)
class Band:
    """Answers about pairs of one band of probability, in one week: how many there were, and how many were the same."""

    week: datetime
    low: float
    high: float
    answers: int
    same: int


def unsure() -> QuerySet[Edge]:
    """The queue in its order. What has become one person meanwhile is no question any more; it is one again if they part. With
    an account that may have been passed on it is the other way round: it is asked about as long as it is that person's.
    Of several questions about the same two, as after merges, the first one stands for all (`twins`)."""
    return _asked().filter(Q(by=RENAMED) | ~_has_sooner_twin())


def _asked() -> QuerySet[Edge]:
    """The queue with every question about the same two."""
    are_one = Q(a__person__canonical=F("b__person__canonical"))
    are_two = Q(a__person=None) | Q(b__person=None) | ~are_one
    asked = (are_two & ~Q(by=RENAMED)) | (are_one & Q(by=RENAMED))
    return Edge.objects.filter(asked, verdict=Verdict.UNSURE, until=None).order_by("-priority", "-id")


def twins(edge: Edge) -> QuerySet[Edge]:
    """The other open questions about the same two: an answer to one answers them."""
    one, other = (_profiles_of(end) for end in Profile.objects.filter(pk__in=[edge.a_id, edge.b_id]))
    rows = edges.between(one, other).filter(verdict=Verdict.UNSURE).exclude(pk=edge.pk).exclude(by=RENAMED)
    return rows if edge.by != RENAMED else rows.none()


def _profiles_of(end: Profile) -> list[int]:
    return edges.profiles_of(cluster(end.person)) if end.person is not None else [end.pk]


def _first(rows: QuerySet[Edge], limit: int) -> list[int]:
    """The first so many of the queue without twins: they are looked for among a few times as many rows, never among all."""
    many = limit
    while True:
        many *= 4
        numbers = list(rows.values_list("pk", flat=True)[:many])
        found = list(unsure().filter(pk__in=numbers).values_list("pk", flat=True)[:limit])
        if len(found) == limit or len(numbers) < many:
            return found


class _Among(Lookup):
    """Whether a value is in an array; unlike IN with a subquery, an index over several columns is used for it."""

    lookup_name = "among"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        lhs, told = self.process_lhs(compiler, connection)
        rhs, more = compiler.compile(self.rhs)
        return f"{lhs} = ANY({rhs})", (*told, *more)


def _has_sooner_twin() -> Q:
    """Whether another open question about the same two comes sooner, by the index over pairs of profiles."""
    first = Q(priority__gt=OuterRef("priority")) | Q(priority=OuterRef("priority"), pk__gt=OuterRef("pk"))
    sooner = Edge.objects.filter(first, verdict=Verdict.UNSURE, until=None).exclude(by=RENAMED).order_by()
    one, other = (_all_of(end) for end in ("a", "b"))
    found = Q(Exists(sooner.filter(_Among(F("a_id"), one), _Among(F("b_id"), other))))
    return found | Q(Exists(sooner.filter(_Among(F("a_id"), other), _Among(F("b_id"), one))))


def _all_of(end: str) -> Func:
    """The profile at this end of an outer edge, and all of whose it is."""
    theirs = Profile.objects.filter(person__canonical=OuterRef(OuterRef(f"{end}__person__canonical"))).order_by()
    return Func(ArraySubquery(theirs.values("pk")), OuterRef(f"{end}_id"), function="array_append")


def is_over(edge: Edge) -> bool:
    """Whether it is no question any more, as both ends are one person today, or, where they were, are not."""
    return _is_one(edge) != (edge.by == RENAMED)


def _is_one(edge: Edge) -> bool:
    people = list(Profile.objects.filter(pk__in=[edge.a_id, edge.b_id]).values_list("person__canonical", flat=True))
    return len(people) == 2 and people[0] is not None and people[0] == people[1]


def queue(viewer: User, *, after: str = "", limit: int = 25) -> list[Waiting]:
    """Lines of the queue from a place on, for somebody who may answer. Second looks stand among the others."""
    require(viewer, "person.link")
    rows, place = _asked(), place_of(after)
    if place:
        rows = rows.filter(Q(priority__lt=place[0]) | Q(priority=place[0], pk__lt=place[1]), priority__lte=place[0])
    found = list(rows.filter(pk__in=_first(rows, limit)).select_related(*_RELATED))
    look = None if place else second_for(viewer)
    if look is not None:
        found.insert(min(look.pk % 5, len(found)), look)
    return [_line(edge, full=sees_contacts(viewer)) for edge in found]


def waiting(viewer: User, *, most: int = 1000) -> int:
    """How many wait, counted up to `most`."""
    require(viewer, "person.link")
    return len(_first(_asked(), most + 1))


def pair(number: int, *, viewer: User) -> Pair | None:
    """One pair as the screen shows it; None where there is none, or an end of it was erased."""
    require(viewer, "person.link")
    edge = Edge.objects.filter(pk=number).first() if number < 2**63 else None
    if edge is None:
        return None
    look = SecondLook.objects.filter(edge=edge, verdict="").first()
    is_second = look is not None and may_look(look, viewer)
    one, other = sides.of(edge)
    said = Entry.objects.filter(kind=ANSWERED, about=f"edge:{edge.pk}").order_by("-id").first()
    is_open = is_second or (edge.until is None and edge.verdict == Verdict.UNSURE and not is_over(edge))
    return Pair(edge, one, other, rival_of(edge), is_open, is_second, said)


def rival_of(edge: Edge) -> Edge | None:
    """The likeliest other holder of the same profile: who stands on the other end of another live edge of it."""
    ends = {end.pk: end for end in Profile.objects.filter(pk__in=[edge.a_id, edge.b_id])}
    alone = next((pk for pk, end in ends.items() if end.network != OWN), None)
    if alone is None:
        return None
    rows = Edge.objects.filter(Q(a=alone) | Q(b=alone), until=None, verdict=Verdict.UNSURE).exclude(pk=edge.pk)
    rows = rows.exclude(pk__in=[twin.pk for twin in twins(edge)])
    return rows.select_related(*_RELATED).order_by("-probability", "pk").first()


def other_end(edge: Edge, number: int) -> Profile:
    """The end of an edge that is not this profile."""
    return edge.b if edge.a_id == number else edge.a


def second_for(viewer: User) -> Edge | None:
    """A pair that somebody else answered and that this one is asked again, without being told."""
    looks = SecondLook.objects.filter(verdict="").select_related("edge").order_by("pk")[:20]
    found = next((look for look in looks if may_look(look, viewer)), None)
    return Edge.objects.select_related(*_RELATED).get(pk=found.edge_id) if found else None


def may_look(look: SecondLook, viewer: User) -> bool:
    """Whether somebody else than this one gave the first answer, and it still stands."""
    first = Entry.objects.filter(kind__in=[ANSWERED, REOPENED], about=f"edge:{look.edge_id}").order_by("-id").first()
    return first is not None and first.kind == ANSWERED and first.by != f"staff:{viewer.pk}"


def of_profiles(profile_ids: Iterable[int], *, limit: int = 20) -> list[Edge]:
    """The live unsure edges of some profiles, likeliest first; of several about the same two the likeliest."""
    ids = list(profile_ids)
    rows = Edge.objects.filter(Q(a__in=ids) | Q(b__in=ids), until=None, verdict=Verdict.UNSURE)
    found = dict[frozenset[Any], Edge]()
    for edge in rows.select_related(*_RELATED).order_by("-probability", "pk")[: 2 * limit]:
        found.setdefault(frozenset(person_of(end) or -end.pk for end in (edge.a, edge.b)), edge)
    return list(found.values())[:limit]


def about(thing: Person | Profile, viewer: User, *, limit: int = 200) -> list[Waiting]:
    """The open questions about one person, with all who were merged into them, or about one account; likeliest first."""
    require(viewer, "person.link")
    whose = thing if isinstance(thing, Person) else thing.person
    rows = of_profiles(edges.profiles_of(cluster(whose)) if whose else [thing.pk], limit=limit)
    return [_line(edge, full=sees_contacts(viewer)) for edge in rows if not is_over(edge)]


def answers(*, since: datetime) -> list[Entry]:
    """The answers of the review that stand, newest first: those that were taken back are not among them."""
    rows = Entry.objects.filter(kind__in=[ANSWERED, REOPENED], at__gte=since).order_by("-id")[:MOST]
    gone, found = set[int](), list[Entry]()
    for row in rows:
        if row.kind == REOPENED:
            gone.add(int(row.data.get("of", 0)))
        elif row.pk not in gone and row.data.get("verdict") != Verdict.UNSURE:
            found.append(row)
    return found


def judged(*, now: datetime) -> list[Judged]:
    """(probability, whether it was the same) of the answers of the last twelve weeks."""
    rows = answers(since=now - timedelta(weeks=WEEKS))
    told = [(row.data.get("probability"), row.data.get("verdict") == Verdict.SAME) for row in rows]
    return [(float(probability), same) for probability, same in told if probability is not None]


def bands(*, now: datetime) -> list[Band]:
    """Answers by week and band of probability, newest week first."""
    counted: dict[tuple[datetime, tuple[float, float]], list[bool]] = defaultdict(list)
    for row in answers(since=now - timedelta(weeks=WEEKS)):
        probability = row.data.get("probability")
        band = next((one for one in BANDS if probability is not None and one[0] <= probability < one[1]), None)
        if band is not None:
            week = (row.at - timedelta(days=row.at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
            counted[week, band].append(row.data.get("verdict") == Verdict.SAME)
    keys = sorted(counted, key=lambda key: (-key[0].timestamp(), key[1]))
    return [Band(week, *band, len(counted[week, band]), sum(counted[week, band])) for week, band in keys]


def agreement() -> tuple[int, int]:
    """Of so many pairs that two were asked about, so many were answered alike."""
    looks = list(SecondLook.objects.exclude(verdict="").order_by("-pk")[:MOST])
    rows = Entry.objects.filter(kind=ANSWERED, about__in=[f"edge:{look.edge_id}" for look in looks]).order_by("id")
    first = {row.about: row.data.get("verdict") for row in rows}
    told = [(look.verdict, first.get(f"edge:{look.edge_id}")) for look in looks]
    return len(told), sum(one == other for one, other in told)


def acceptable(threshold: float) -> QuerySet[Edge]:
    """Pairs that may be accepted without looking at each: as probable as that, by more than one kind of clue (what one who
    copies a page has is one kind), with nothing that says that it cannot be. Pairs of two persons only where staff answered
    enough of them: namesakes of one town are what a list of customers holds, and nobody knows beforehand how many.
    """
    rows = unsure().filter(probability__gte=threshold).order_by("-probability", "pk")
    rows = rows.exclude(because__contains=[{"clue": DECISION, "is_of_one_kind": True}])
    if _of_persons(Edge.objects.filter(by__startswith="staff:"))[:ENOUGH].count() < ENOUGH:
        rows = rows.exclude(pk__in=_of_persons(unsure().order_by()).values("pk"))
    return rows.exclude(because__contains=[{"clue": CONFLICT}])


def _of_persons(rows: QuerySet[Edge]) -> QuerySet[Edge]:
    """Those between the own records of two persons."""
    return rows.filter(a__network=OWN, b__network=OWN)


def error_of(threshold: float, *, now: datetime) -> Error:
    """How many pairs could be accepted above a threshold, and how many of them wrongly."""
    rows = acceptable(threshold).order_by().values_list("probability", flat=True)[:MOST]
    return error_above(threshold, [float(one) for one in rows if one is not None], judged(now=now))


def person_of(end: Profile) -> Person | None:
    """Whom an end stands for today."""
    return end.person.canonical if end.person is not None else None


def referred(edge: Edge) -> tuple[str, str]:
    """Both ends as `why` is asked about them: "person:12" for an own record, else "profile:30"."""
    one, other = (f"person:{end.pk}" if isinstance(end, Person) else f"profile:{end.pk}" for end in _asked_about(edge))
    return one, other


def names_of(edge: Edge, *, full: bool) -> tuple[Called, Called]:
    """What both ends are called; by what each own record says where both have become one, as one name stands by then."""
    ends, asked = ends_of(edge), _asked_about(edge)
    are_one = len({person_of(end) for end in ends}) == 1 and all(isinstance(who, Person) for who in asked)
    one, other = (
        Called(str(own.value)) if are_one and (own := said(end.fields).get("name")) else called(who, full=full)
        for end, who in zip(ends, asked, strict=True)
    )
    return one, other


def ends_of(edge: Edge) -> list[Profile]:
    """Both ends, those on record first."""
    return sorted((edge.a, edge.b), key=lambda end: (end.network != OWN, end.pk))


def _asked_about(edge: Edge) -> list[Person | Profile]:
    """Two persons or presences: persons of today, or those of then where both have become one (a second look)."""
    ends = ends_of(edge)
    rows = [end.person if end.network == OWN else None for end in ends]
    today = [row and row.canonical for row in rows]
    are_one = today[0] is not None and today[0] == today[1]
    return [(row if are_one else now) or end for end, row, now in zip(ends, rows, today, strict=True)]


def _line(edge: Edge, *, full: bool) -> Waiting:
    people = [person for end in ends_of(edge) if (person := person_of(end)) is not None]
    best = max(people, key=lambda person: person.order_total, default=None)
    value, currency = (best.order_total, best.order_currency) if best else (0, "")
    return Waiting(edge, *names_of(edge, full=full), value, currency)


def place_of(cursor: str) -> tuple[float, int] | None:
    """Priority and number of the pair behind which the queue goes on; None for whatever is no cursor of it."""
    try:
        priority, number = _PLACE.unpack(bytes.fromhex(cursor[:60]))
    except (ValueError, struct.error):
        return None
    return (priority, number) if isfinite(priority) else None

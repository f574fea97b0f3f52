"""Whom we know."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Header, Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, check_match
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._problems import Broken, Moved
from mutuals.api._shapes import AffiliationOut, InteractionOut, ProfileOut, shown
from mutuals.api._types import MOST_ID, Count, Day, In, Line, Loose, Out, Page, PathId, Ref, given
from mutuals.base import clock, filters
from mutuals.base.filters import Refused
from mutuals.history import queries as history
from mutuals.identity import link, newcomer
from mutuals.inbox import queries as inbox
from mutuals.people import persons, queries
from mutuals.people.models import Affiliation, Person, Profile
from mutuals.people.visibility import sees_contacts, shown_clues, shown_contact, visible_to
from mutuals.records import values as house
from mutuals.staff.models import User

router = Resource("people")
Tags = Annotated[list[Annotated[Line, Field(min_length=1, max_length=40)]], Field(max_length=50)]
Kinds = Annotated[list[str], Query(max_length=20)]
Custom = Annotated[Loose, Field(description="Values of fields of the house's own making by key; null empties one.")]


class PersonOut(Out):
    """A person. Addresses and numbers are masked for those who may not read them.

    `custom` holds the values of fields of the house's own making by key, see `/fields`; amounts have their currency.
    """

    id: int
    name: str
    email: str
    phone: str
    city: str
    country: str
    language: str
    birthday: date | None
    stage: str
    tags: list[str]
    owner: Ref | None
    team_id: int | None
    created_at: datetime
    changed_at: datetime
    last_at: datetime | None
    interaction_count: int
    order_count: int
    order_total: Decimal
    order_currency: str
    last_order_at: datetime | None
    custom: dict[str, Any]

    @classmethod
    def of(cls, row: Person, *, viewer: User) -> PersonOut:
        """A person fetched with their owner."""
        email, phone = shown_contact(row, viewer)
        return cls(
            id=row.pk,
            name=row.name,
            email=email,
            phone=phone,
            city=row.city,
            country=row.country,
            language=row.language,
            birthday=row.birthday if sees_contacts(viewer) else None,
            stage=row.stage,
            tags=row.tags,
            owner=Ref.of(row.owner),
            team_id=row.team_id,
            created_at=row.created_at,
            changed_at=row.changed_at,
            last_at=row.last_at,
            interaction_count=row.interaction_count,
            order_count=row.order_count,
            order_total=row.order_total,
            order_currency=row.order_currency,
            last_order_at=row.last_order_at,
            custom=house.plain("person", row.custom, viewer=viewer),
        )


class HeldOut(Out):
    """A profile of a person, and how we know that it is theirs."""

    profile: ProfileOut
    state: str
    because: list[dict[str, Any]]
    by: str
    since: datetime | None


class PersonRow(PersonOut):
    """A person in a list, with their main place."""

    organisation: Ref | None
    role: str


class People(Page[PersonRow]):
    """One page of people; `total` only where asked for."""

    total: Count | None = None


class PersonPage(PersonOut):
    """A person with their identities and places."""

    profiles: list[HeldOut]
    affiliations: list[AffiliationOut]


class PersonChange(In):
    """What staff know. An empty text clears the field, whatever other sources say."""

    name: Annotated[Line, Field(max_length=200)] = ""
    email: Annotated[Line, Field(max_length=254)] = ""
    phone: Annotated[Line, Field(max_length=32)] = ""
    city: Annotated[Line, Field(max_length=100)] = ""
    country: Annotated[Line, Field(max_length=60)] = ""
    language: Annotated[Line, Field(max_length=12)] = ""
    birthday: Day | None = None
    stage: Literal["", "lead", "customer", "former"] = ""
    tags: Tags = []
    owner_id: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)] | None = None
    team_id: Annotated[int, Field(ge=1, le=MOST_ID, strict=True)] | None = None
    custom: Custom = {}


class NewPerson(PersonChange):
    """Somebody new: a name, an address or a number is needed."""


def person_of(request: HttpRequest, number: int) -> Person:
    """A person whom the caller may see. An id that was merged away raises Moved to the one it became; else 404."""
    found = person_named(request, number)
    if found.pk != number:
        raise Moved(request.get_full_path().replace(f"/people/{number}", f"/people/{found.pk}", 1))
    return found


def person_named(request: HttpRequest, number: int) -> Person:
    """The person whom a body or a query names, or 404; an id that was merged away stands for whom it became."""
    found = visible_to(user_of(request)).filter(cluster=number).select_related("owner").first()
    if found is None:
        raise Http404
    return found


def mark_of(letter: str, number: int, changed_at: datetime) -> str:
    """The ETag of a row that knows when it was changed."""
    return f'"{letter}{number}-{changed_at.timestamp():.6f}"'


@router.read("/people", act="person.view", out=People)
def listed(
    request: HttpRequest,
    f: Annotated[
        list[str], Query(max_length=50, description="Tests that all hold, such as `city:is:Porto` or `orders:over:3`.")
    ] = [],  # noqa: B006  ninja makes a fresh one
    where: Annotated[
        str, Query(max_length=20_000, description="A whole condition in one word or as JSON, besides `f`.")
    ] = "",
    sort: Annotated[
        str,
        Query(
            max_length=60,
            pattern=r"^(name|last|value|created|custom\.[a-z][a-z0-9_]*)$",
            description="name, last, value, created, or custom.key, the largest first.",
        ),
    ] = "name",
    count: Annotated[bool, Query(description="Also say how many there are.")] = False,
    cursor: Annotated[str, Query(max_length=2000, pattern=r"^[A-Za-z0-9_.:-]*$")] = "",
    limit: Limit = 50,
) -> People:
    """People by a condition; docs/filters.md tells its fields and words."""
    user, now = user_of(request), clock.now()
    condition = filters.together(f, where)
    zone = zone_of(user)
    try:
        page = queries.list_people(user, where=condition, sort=sort, after=cursor, limit=limit, zone=zone, now=now)
    except Refused as error:
        if error.field != "after":
            raise
        raise Broken("cursor", str(error)) from error
    total = queries.count_people(user, where=condition, page=page, zone=zone, now=now) if count else None
    return People(
        items=[
            PersonRow(
                **PersonOut.of(row.person, viewer=user).model_dump(),
                organisation=Ref.of(row.organisation),
                role=row.role,
            )
            for row in page.rows
        ],
        next=page.next or None,
        total=Count.of(total) if total else None,
    )


@router.read("/people/named", act="person.view", out=Page[PersonOut])
def named(
    request: HttpRequest, q: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\u0000]*$")]
) -> Page[PersonOut]:
    """The twenty people who fit best what one remembers of a name; an address, a number or a handle exactly."""
    user = user_of(request)
    found = queries.find_by_name(user, q)
    return Page[PersonOut](items=[PersonOut.of(row, viewer=user) for row in found], next=None)


def zone_of(user: User) -> ZoneInfo:
    """The user's time zone, in which days begin."""
    try:
        return ZoneInfo(user.zone)  # kept by zoneinfo; listing all zones there are would read the disk for 10 ms
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@router.read("/people/{int:person_id}", act="person.view", out=PersonPage, also={308: None})
def shown_one(request: HttpRequest, response: HttpResponse, person_id: PathId) -> PersonPage:
    """One person. The ETag is what If-Match takes; an id that was merged away answers 308 with the one it became."""
    user = user_of(request)
    row = person_of(request, person_id)
    response["ETag"] = mark_of("p", row.pk, row.changed_at)
    places = Affiliation.objects.filter(person__canonical_id=row.pk).select_related("person__canonical", "organisation")
    return PersonPage(
        **PersonOut.of(row, viewer=user).model_dump(),
        profiles=_held(row, full=sees_contacts(user)),
        affiliations=[AffiliationOut.of(place) for place in places.order_by("-is_main", "-since", "pk")[:100]],
    )


def _held(person: Person, *, full: bool) -> list[HeldOut]:
    """Live profiles with their links; the own record has none, it is the person's by definition."""
    links = {one.profile_id: one for one in link.links_of(person)}
    rows = (
        Profile.objects.filter(person__canonical_id=person.pk).select_related("person").order_by("network", "pk")[:200]
    )
    return [
        HeldOut(
            profile=ProfileOut.of(row, full=full),
            state=links[row.pk].state if row.pk in links else "own",
            because=shown_clues(links[row.pk].because if row.pk in links else [], full=full),
            by=links[row.pk].by if row.pk in links else "",
            since=links[row.pk].since if row.pk in links else None,
        )
        for row in rows
    ]


@router.write("POST", "/people", act="person.edit", out=PersonOut, status=201)
def add(request: HttpRequest, body: NewPerson) -> PersonOut:
    """Add a person; 409 where the address or number is somebody's already."""
    by = user_of(request)
    return PersonOut.of(newcomer.add(by=by, now=clock.now(), **_told(body)), viewer=by)


@router.write("PATCH", "/people/{int:person_id}", act="person.edit", out=PersonOut, refuses=(412,), also={308: None})
def change(
    request: HttpRequest,
    response: HttpResponse,
    person_id: PathId,
    body: PersonChange,
    if_match: Annotated[str | None, Header(alias="If-Match", max_length=200)] = None,
) -> PersonOut:
    """Write down what staff know; with If-Match only if nobody changed it since."""
    by = user_of(request)
    person_of(request, person_id)
    with transaction.atomic():
        row = persons.held(person_id)
        check_match(if_match, mark_of("p", row.pk, row.changed_at))
        persons.edit(row, by=by, changes=_told(body), now=clock.now())
    row = person_of(request, person_id)
    response["ETag"] = mark_of("p", row.pk, row.changed_at)
    return PersonOut.of(row, viewer=by)


def _told(body: PersonChange) -> dict[str, Any]:
    told = given(body, "owner_id", "team_id")
    for name in ("owner", "team"):
        if f"{name}_id" in body.model_fields_set:
            told[name] = getattr(body, f"{name}_id")
    return told


@router.read("/people/{int:person_id}/timeline", act="person.view", out=Page[InteractionOut], also={308: None})
def timeline(
    request: HttpRequest,
    person_id: PathId,
    kind: Kinds = [],  # noqa: B006  ninja makes a fresh one
    network: Kinds = [],  # noqa: B006
    direction: Annotated[list[Literal["in", "out", "note"]], Query(max_length=3)] = [],  # noqa: B006
    outcome: Kinds = [],  # noqa: B006
    public: bool | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[InteractionOut]:
    """All that was ever said and done with a person, newest first. Contractors see what is in their conversations."""
    user = user_of(request)
    person = person_of(request, person_id)
    profile_ids = list(Profile.objects.filter(person__canonical_id=person.pk).values_list("pk", flat=True))
    wanted = history.Wanted(tuple(kind), tuple(network), tuple(direction), tuple(outcome), public)
    walk = inbox.timeline(user, profile_ids, wanted=wanted, after=unpack(cursor, datetime, int), limit=limit)
    items = shown(walk.rows, history.attachments(walk.rows), full=sees_contacts(user))
    return Page[InteractionOut](items=items, next=pack(walk.after))

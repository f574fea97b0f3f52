"""Companies, clubs and offices, and who has a place in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Header, Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, check_match, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Cursor, Limit, next_by_id, unpack
from mutuals.api._shapes import AffiliationOut
from mutuals.api._types import Day, Flag, Id, In, Line, Out, Page, PathId, Ref, given
from mutuals.api.people import Custom, Tags, mark_of, person_named
from mutuals.base import clock
from mutuals.people import organisations
from mutuals.people.models import Affiliation, Organisation
from mutuals.people.names import fold
from mutuals.people.visibility import organisations_visible_to
from mutuals.records import values as house
from mutuals.staff.models import User

router = Resource("organisations")
BESIDE = ("owner", "team", "parent")
Short = Annotated[Line, Field(max_length=200)]


class OrganisationOut(Out):
    """A company, club or office."""

    id: int
    name: str
    domain: str
    phone: str
    city: str
    country: str
    tags: list[str]
    owner: Ref | None
    team: Ref | None
    stage: str
    parent: Ref | None
    created_at: datetime
    changed_at: datetime
    custom: dict[str, Any]

    @classmethod
    def of(cls, row: Organisation, *, viewer: User) -> OrganisationOut:
        """A row of the table, as `viewer` sees it."""
        return cls(
            id=row.pk,
            name=row.name,
            domain=row.domain,
            phone=row.phone,
            city=row.city,
            country=row.country,
            tags=row.tags,
            owner=Ref.of(row.owner),
            team=Ref.of(row.team),
            stage=row.stage,
            parent=Ref.of(row.parent),
            created_at=row.created_at,
            changed_at=row.changed_at,
            custom=house.plain("organisation", row.custom, viewer=viewer),
        )


class OrganisationChange(In):
    """What is to change; an empty text clears the field, and so does null. `parent_id`: what it is a part of."""

    name: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    domain: Short = ""
    phone: Annotated[Line, Field(max_length=32)] = ""
    city: Annotated[Line, Field(max_length=100)] = ""
    country: Annotated[Line, Field(max_length=60)] = ""
    tags: Tags = []
    stage: Literal["", "lead", "customer", "former"] = ""
    owner_id: Id | None = None
    team_id: Id | None = None
    parent_id: Id | None = None
    custom: Custom = {}


class NewOrganisation(OrganisationChange):
    """A new one."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]


class NewPlace(In):
    """A person's place in an organisation."""

    person_id: Id
    role: Annotated[Line, Field(max_length=120)] = ""
    since: Day | None = None
    until: Day | None = None
    is_main: Flag = False


class Leaving(In):
    """The last day."""

    on: Day


@router.read("/organisations", act="organisation.view", out=Page[OrganisationOut])
def listed(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\u0000]*$", description="How the name starts.")] = "",
    f: Tests = [],  # noqa: B006  ninja makes a fresh one
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[OrganisationOut]:
    """Organisations by name unless `sort` says otherwise, by conditions."""
    viewer = user_of(request)
    rows = organisations_visible_to(viewer).select_related(*BESIDE)
    if start := fold(q)[:200]:
        rows = rows.filter(name_key__startswith=start)
    found, following = walked(
        request, "organisation", rows, tests=f, where=where, sort=sort, cursor=cursor, limit=limit
    )
    return Page[OrganisationOut](items=[OrganisationOut.of(row, viewer=viewer) for row in found], next=following)


@router.read("/organisations/{int:organisation_id}", act="organisation.view", out=OrganisationOut)
def shown(request: HttpRequest, response: HttpResponse, organisation_id: PathId) -> OrganisationOut:
    """One organisation. The ETag is what If-Match takes."""
    viewer = user_of(request)
    row = organisation_of(viewer, organisation_id)
    response["ETag"] = mark_of("o", row.pk, row.changed_at)
    return OrganisationOut.of(row, viewer=viewer)


@router.write("POST", "/organisations", act="organisation.edit", out=OrganisationOut, status=201)
def add(request: HttpRequest, body: NewOrganisation) -> OrganisationOut:
    """Add an organisation."""
    by, told = user_of(request), _told(body, "name")
    return OrganisationOut.of(organisations.add(by=by, name=body.name, now=clock.now(), **told), viewer=by)


@router.write(
    "PATCH", "/organisations/{int:organisation_id}", act="organisation.edit", out=OrganisationOut, refuses=(412,)
)
def change(
    request: HttpRequest,
    response: HttpResponse,
    organisation_id: PathId,
    body: OrganisationChange,
    if_match: Annotated[str | None, Header(alias="If-Match", max_length=200)] = None,
) -> OrganisationOut:
    """Change what is given; with If-Match only if nobody changed it since."""
    by = user_of(request)
    organisation_of(by, organisation_id)
    with transaction.atomic():
        row = Organisation.objects.select_for_update(of=("self",)).select_related(*BESIDE).get(pk=organisation_id)
        check_match(if_match, mark_of("o", row.pk, row.changed_at))
        row = organisations.edit(row, by=by, changes=_told(body), now=clock.now())
    response["ETag"] = mark_of("o", row.pk, row.changed_at)
    return OrganisationOut.of(row, viewer=by)


@router.read("/organisations/{int:organisation_id}/affiliations", act="organisation.view", out=Page[AffiliationOut])
def places(
    request: HttpRequest, organisation_id: PathId, cursor: Cursor = "", limit: Limit = 50
) -> Page[AffiliationOut]:
    """Who has or had a place there, newest entry first."""
    row = organisation_of(user_of(request), organisation_id)
    found = Affiliation.objects.filter(organisation=row).select_related("person__canonical", "organisation")
    found = found.order_by("-pk")
    if place := unpack(cursor, int):
        found = found.filter(pk__lt=place[0])
    rows, following = next_by_id(list(found[: limit + 1]), limit)
    return Page[AffiliationOut](items=[AffiliationOut.of(one_row) for one_row in rows], next=following)


@router.write(
    "POST", "/organisations/{int:organisation_id}/affiliations", act="person.edit", out=AffiliationOut, status=201
)
def affiliate(request: HttpRequest, organisation_id: PathId, body: NewPlace) -> AffiliationOut:
    """Give a person a place there. The same place twice is one."""
    by = user_of(request)
    row = organisation_of(by, organisation_id)
    told = given(body, "person_id")
    return AffiliationOut.of(organisations.affiliate(person_named(request, body.person_id), row, by=by, **told))


@router.write("POST", "/affiliations/{int:affiliation_id}/leave", act="person.edit", out=AffiliationOut)
def leave(request: HttpRequest, affiliation_id: PathId, body: Leaving) -> AffiliationOut:
    """The person leaves; the place stays on record with its last day."""
    place = one(Affiliation.objects.select_related("person__canonical", "organisation"), affiliation_id)
    return AffiliationOut.of(organisations.leave(place, by=user_of(request), on=body.on))


def _told(body: OrganisationChange, *leave_out: str) -> dict[str, Any]:
    """What was named, as the act takes it."""
    return {name.removesuffix("_id"): value for name, value in given(body, *leave_out).items()}


def organisation_of(user: User, number: int) -> Organisation:
    """An organisation that `user` may see, or 404."""
    return one(organisations_visible_to(user).select_related(*BESIDE), number)

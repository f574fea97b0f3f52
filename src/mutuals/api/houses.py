"""Families of organisations, their merges, and places that people have in them, changed and taken out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._shapes import AffiliationOut
from mutuals.api._types import Day, Done, Flag, Id, In, Line, Out, PathId, Ref, given
from mutuals.api.organisations import organisation_of
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.people import affiliations, family, joining
from mutuals.people.models import OrganisationMerge
from mutuals.people.visibility import organisations_visible_to

router = Resource("organisations")


class PartOut(Out):
    """An organisation of a family. `level` 0 is the one that was asked for."""

    organisation: Ref
    level: int


class FamilyFigure(Out):
    """What a family has of something: how many, and what is to be said of it."""

    name: str
    count: int
    note: str


class FamilyOut(Out):
    """What an organisation is a part of, the topmost first; itself with all its parts as a tree; what they have together."""

    above: list[Ref]
    parts: list[PartOut]
    figures: list[FamilyFigure]


class HouseMerging(In):
    """The organisation that is merged into the one of the address, and is not there any more."""

    other_id: Id


class HouseMergeOut(Out):
    """A merge. After it was undone, `stays` names what somebody changed since, which stays."""

    id: int
    kept_id: int
    gone_id: int
    gone: str
    at: datetime
    undone_at: datetime | None
    stays: list[str]

    @classmethod
    def of(cls, row: OrganisationMerge, stays: list[str] | None = None) -> HouseMergeOut:
        """A row of the table."""
        names = ("kept_id", "gone_id", "at", "undone_at")
        return cls(id=row.pk, gone=row.gone.name, stays=stays or [], **{name: getattr(row, name) for name in names})


class PlaceChange(In):
    """What is to change of a place; a day that is null is not known."""

    role: Annotated[Line, Field(max_length=120)] = ""
    since: Day | None = None
    until: Day | None = None
    is_main: Flag = False


@router.read("/organisations/{int:organisation_id}/family", act="organisation.view", out=FamilyOut)
def kin(request: HttpRequest, organisation_id: PathId) -> FamilyOut:
    """What it is a part of, its parts (200 at most), and what all of them have: people, open deals, orders, open cases."""
    viewer = user_of(request)
    row = organisation_of(viewer, organisation_id)
    names = organisations_visible_to(viewer).in_bulk(family.above(row.pk))
    told = family.figures(viewer, family.below(row.pk))
    return FamilyOut(
        above=[Ref(id=pk, name=names[pk].name) for pk in family.above(row.pk) if pk in names],
        parts=[
            PartOut(organisation=Ref(id=one.organisation.pk, name=one.organisation.name), level=one.level)
            for one in family.parts(viewer, row.pk)
        ],
        figures=[FamilyFigure(name=one.name, count=one.number, note=one.note) for one in told],
    )


@router.read("/organisations/{int:organisation_id}/merges", act="organisation.view", out=list[HouseMergeOut])
def merges(request: HttpRequest, organisation_id: PathId) -> list[HouseMergeOut]:
    """Which organisations were merged into this one and can be parted again, the newest first."""
    row = organisation_of(user_of(request), organisation_id)
    return [HouseMergeOut.of(one_row) for one_row in joining.merges_of(row.pk)]


@router.write("POST", "/organisations/{int:organisation_id}/merges", act="organisation.merge", out=HouseMergeOut)
def merging(request: HttpRequest, organisation_id: PathId, body: HouseMerging) -> HouseMergeOut:
    """Merge another organisation into this one. The same again is one merge."""
    by = user_of(request)
    kept = organisation_of(by, organisation_id)
    there = (
        OrganisationMerge.objects.filter(kept=kept, gone=body.other_id, undone_at=None).select_related("gone").first()
    )
    if there is not None:
        return HouseMergeOut.of(there)
    return HouseMergeOut.of(joining.merge(kept, organisation_of(by, body.other_id), by=by, now=clock.now()))


@router.write("POST", "/organisation-merges/{int:joining_id}/undo", act="organisation.merge", out=HouseMergeOut)
def undoing(request: HttpRequest, joining_id: PathId) -> HouseMergeOut:
    """Part them again; what was changed since stays."""
    row = one(OrganisationMerge.objects.select_related("gone"), joining_id)
    stays = joining.undo(row, by=user_of(request), now=clock.now())
    row.refresh_from_db()
    return HouseMergeOut.of(row, sorted(stays))


@router.write("PATCH", "/affiliations/{int:affiliation_id}", act="person.edit", out=AffiliationOut)
def changing(request: HttpRequest, affiliation_id: PathId, body: PlaceChange) -> AffiliationOut:
    """Change role, days, and whether it is the main place."""
    by = user_of(request)
    place = one(affiliations.seen(by), affiliation_id)
    return AffiliationOut.of(affiliations.change(place, by=by, changes=given(body)))


@router.write("DELETE", "/affiliations/{int:affiliation_id}", act="person.edit", out=Done)
def removing(request: HttpRequest, affiliation_id: PathId) -> Done:
    """Take out a place that never was. Who left keeps theirs: see leave."""
    by = user_of(request)
    affiliations.remove(one(affiliations.seen(by), affiliation_id), by=by)
    return Done()


@router.read("/people/{int:person_id}/affiliations", act="organisation.view", out=list[AffiliationOut])
def their_places(request: HttpRequest, person_id: PathId) -> list[AffiliationOut]:
    """Where somebody is and was, the main place first."""
    return [
        AffiliationOut.of(row) for row in affiliations.of_person(user_of(request), person_named(request, person_id))
    ]


@router.read("/people/{int:person_id}/affiliations/suggested", act="organisation.view", out=list[Ref])
def suggested(request: HttpRequest, person_id: PathId) -> list[Ref]:
    """Organisations that the domain of an address of theirs suggests; nobody but staff decides."""
    found = affiliations.suggested(user_of(request), person_named(request, person_id))
    return [Ref(id=row.pk, name=row.name) for row in found]

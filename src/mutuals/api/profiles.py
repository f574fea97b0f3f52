"""Presences of somebody somewhere, and whose they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._shapes import ProfileOut
from mutuals.api._types import Id, In, Line, Out, Page, PathId
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.identity import link
from mutuals.identity.models import Link
from mutuals.people.models import Profile
from mutuals.people.visibility import sees_contacts

router = Resource("profiles")


class LinkOut(Out):
    """A profile held to be a person's, and how we know."""

    id: int
    profile_id: int
    person_id: int
    state: str
    because: list[dict[str, Any]]
    by: str
    since: datetime
    until: datetime | None

    @classmethod
    def of(cls, row: Link) -> LinkOut:
        """A row of the table."""
        return cls(
            id=row.pk,
            profile_id=row.profile_id,
            person_id=row.person_id,
            state=row.state,
            because=row.because,
            by=row.by,
            since=row.since,
            until=row.until,
        )


class Confirmation(In):
    """Whose profile it is, in the caller's word."""

    person_id: Id
    note: Annotated[Line, Field(max_length=300)] = ""


class Rejection(In):
    """Why it is not theirs."""

    note: Annotated[Line, Field(max_length=300)] = ""


@router.read("/profiles", act="person.link", out=Page[ProfileOut])
def unlinked(
    request: HttpRequest,
    network: Annotated[str, Query(max_length=30, pattern=r"^[^\u0000]*$")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[ProfileOut]:
    """Profiles that belong to nobody yet, newest first."""
    rows = Profile.objects.filter(person=None, organisation=None, is_ours=False).order_by("-pk")
    rows = rows.filter(network=network) if network else rows
    after = after_id(cursor)
    rows = rows.filter(pk__lt=after) if after else rows
    found, following = next_by_id(list(rows[: limit + 1]), limit)
    full = sees_contacts(user_of(request))
    return Page[ProfileOut](items=[ProfileOut.of(row, full=full) for row in found], next=following)


@router.read("/profiles/{int:profile_id}", act="person.link", out=ProfileOut)
def shown(request: HttpRequest, profile_id: PathId) -> ProfileOut:
    """One profile."""
    return ProfileOut.of(
        one(Profile.objects.select_related("person"), profile_id), full=sees_contacts(user_of(request))
    )


@router.write("POST", "/profiles/{int:profile_id}/confirm", act="person.link", out=LinkOut)
def confirm(request: HttpRequest, profile_id: PathId, body: Confirmation) -> LinkOut:
    """Say that a profile is a person's; 409 where it is somebody else's."""
    by = user_of(request)
    person = person_named(request, body.person_id)
    made = link.confirm(one(Profile.objects.all(), profile_id), person=person, by=by, now=clock.now(), note=body.note)
    return LinkOut.of(made)


@router.write("POST", "/profiles/{int:profile_id}/reject", act="person.link", out=ProfileOut)
def reject(request: HttpRequest, profile_id: PathId, body: Rejection) -> ProfileOut:
    """Say that a profile is not the person's that it is linked to; the answer is remembered."""
    by = user_of(request)
    profile = one(Profile.objects.select_related("person"), profile_id)
    link.reject(profile, by=by, now=clock.now(), note=body.note)
    return ProfileOut.of(profile, full=sees_contacts(by))

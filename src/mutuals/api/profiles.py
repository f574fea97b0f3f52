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
from mutuals.api._types import Flag, Id, In, Line, Out, Page, PathId, Ref
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.identity import belongs, link
from mutuals.identity.models import Link
from mutuals.people import labels
from mutuals.people.models import Profile
from mutuals.people.visibility import organisations_visible_to, sees_contacts, shown_clues

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


class Labelling(In):
    """What the profile is for; "" takes the label away, and what the network says of it counts again."""

    label: Annotated[Line, Field(max_length=60, json_schema_extra={"enum": list(labels.LABELS)})]


class SuggestionOut(Out):
    """An organisation whose presence one may be: it proved itself on its domain."""

    organisation: Ref
    because: list[dict[str, Any]]


class Belonging(In):
    """Whose presence it is, in the caller's word; `theirs` false: never, which is remembered."""

    organisation_id: Id
    theirs: Flag


class BelongingOut(Out):
    """What was said; the key is what `/profiles/organisation/undo` takes."""

    key: int
    words: str
    profile_id: int

    @classmethod
    def of(cls, done: belongs.Said) -> BelongingOut:
        """What an act returned."""
        return cls(key=done.key, words=done.words, profile_id=done.profile)


class BelongingUndo(In):
    """The key that was told."""

    key: Id


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


@router.write(
    "POST",
    "/profiles/{int:profile_id}/label",
    act="person.link",
    out=ProfileOut,
    description=(
        "personal, work, shared (by several people) or bot; an empty text takes the label away. A machine links no profile "
        "that is shared or a bot. Two accounts of a network that allows a person one contradict each other only while both "
        "are personal or without a label. The address or number of a shared profile is no contact of its person. A bot is "
        "answered with `is_bot`, and an empty `label`."
    ),
)
def label(request: HttpRequest, profile_id: PathId, body: Labelling) -> ProfileOut:
    """Say what a profile is for: personal, work, shared or bot."""
    by = user_of(request)
    row = labels.label(one(Profile.objects.all(), profile_id), to=body.label, by=by, now=clock.now())
    return ProfileOut.of(row, full=sees_contacts(by))


@router.read("/profiles/{int:profile_id}/organisations", act="person.link", out=list[SuggestionOut], refuses=(404,))
def organisations(request: HttpRequest, profile_id: PathId) -> list[SuggestionOut]:
    """The organisations on whose domain a profile that is nobody's proved itself, with the proofs."""
    found = belongs.suggested([one(Profile.objects.all(), profile_id).pk])
    full = sees_contacts(user_of(request))
    return [
        SuggestionOut(
            organisation=Ref(id=each.organisation.pk, name=each.organisation.name),
            because=shown_clues(each.because, full=full),
        )
        for each in found.get(profile_id, [])
    ]


@router.write("POST", "/profiles/{int:profile_id}/organisation", act="person.link", out=BelongingOut)
def belonging(request: HttpRequest, profile_id: PathId, body: Belonging) -> BelongingOut:
    """Say that a profile is an organisation's, or never; 409 where it is somebody's."""
    by = user_of(request)
    firm = one(organisations_visible_to(by), body.organisation_id)
    profile = one(Profile.objects.all(), profile_id)
    return BelongingOut.of(belongs.say(profile, firm, is_theirs=body.theirs, by=by, now=clock.now()))


@router.write("POST", "/profiles/organisation/undo", act="person.link", out=BelongingOut)
def belonging_undo(request: HttpRequest, body: BelongingUndo) -> BelongingOut:
    """Take that back, as if it had not been said."""
    return BelongingOut.of(belongs.undo(body.key, by=user_of(request), now=clock.now()))

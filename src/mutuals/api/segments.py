"""Segments: groups of people that a condition tells, kept up to date, or that somebody picked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Tests, Where
from mutuals.api._paging import Cursor, Limit, next_by_id, pack, unpack
from mutuals.api._types import Done, Flag, Id, In, Line, Loose, Out, Page, PathId, Ref
from mutuals.api.people import PersonOut, person_named
from mutuals.base import clock, filters
from mutuals.base.filters import All
from mutuals.outreach import preview, queries, segments
from mutuals.outreach.models import Segment
from mutuals.people.names import fold
from mutuals.staff.models import User
from mutuals.staff.queries import active

router = Resource("segments")
Name = Annotated[Line, Field(min_length=1, max_length=segments.LONGEST_NAME)]
About = Annotated[Line, Field(max_length=segments.LONGEST_WORDS)]
People = Annotated[list[Id], Field(max_length=segments.MOST_PICKED)]


class SegmentOut(Out):
    """A segment. `condition` is null where people are picked by hand; `sentence` is the same in words.

    `building`: everybody is looked at, `done` of `total` so far; `broken`: `why_not` says what cannot be asked any more.
    `build_ms` is the work of the last whole look. `next_look_at`: when time alone is next seen to have moved people.
    """

    id: int
    name: str
    words: str
    condition: dict[str, Any] | None
    sentence: str
    is_fixed: bool
    is_shared: bool
    owner: Ref | None
    state: Literal["building", "ready", "stopped", "broken"]
    why_not: str
    done: int
    total: int
    members: int
    built_at: datetime | None
    build_ms: int
    renewed_at: datetime | None
    next_look_at: datetime | None
    uses: list[int]
    created_at: datetime
    trashed_at: datetime | None

    @classmethod
    def of(cls, row: Segment, *, viewer: User) -> SegmentOut:
        """A row, fetched with its owner."""
        same = set(cls.model_fields) - {"id", "sentence", "owner"}
        told = {name: getattr(row, name) for name in same}
        return cls(id=row.pk, owner=Ref.of(row.owner), sentence=preview.sentence_of(row, viewer), **told)


class NewSegment(In):
    """A segment: with a `condition`, or of the people `ids`, picked by hand, to whom others are added later."""

    name: Name
    words: About = ""
    condition: Loose | None = None
    ids: People = []
    is_shared: Flag = True


class SegmentChange(In):
    """What is to change. With another condition or owner everybody is looked at anew."""

    name: Name | None = None
    words: About | None = None
    condition: Loose | None = None
    is_shared: Flag | None = None
    owner_id: Id | None = None


class Picked(In):
    """People to be put in."""

    ids: Annotated[People, Field(min_length=1)]


class PickedCount(Out):
    """How many were put in, or taken out; those of whom it was so before are not counted."""

    changed: int


class SegmentPreviewOut(Out):
    """How many a condition has (`is_exact` false: about so many) and the first of them; null: not found in time."""

    count: int
    is_exact: bool
    sentence: str
    first: list[PersonOut] | None


class SegmentMemberOut(PersonOut):
    """A person, and since when they are in the segment."""

    since: datetime

    @classmethod
    def at(cls, row: Any, since: datetime, *, viewer: User) -> SegmentMemberOut:
        """A member."""
        return cls(since=since, **PersonOut.of(row, viewer=viewer).model_dump())


class SegmentReasonOut(Out):
    """One part of the condition that must hold, whether it does, and what shows it: a value, or records by their text keys."""

    words: str
    holds: bool
    value: str
    records: list[str]
    more: int


class SegmentWhyOut(Out):
    """Whether somebody is in a segment, and why."""

    is_member: bool
    reasons: list[SegmentReasonOut]


@router.read("/segments", act="segment.view", out=Page[SegmentOut])
def listed(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\u0000]*$")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[SegmentOut]:
    """Segments that are shared, and one's own; the newest first. `q`: a part of the name."""
    viewer = user_of(request)
    place = unpack(cursor, int)
    rows = queries.listed(viewer, text=fold(q.strip()), before=place[0] if place else None, limit=limit + 1)
    page, following = next_by_id(rows, limit)
    return Page[SegmentOut](items=[SegmentOut.of(row, viewer=viewer) for row in page], next=following)


@router.read("/segments/preview", act="segment.view", out=SegmentPreviewOut)
def previewed(request: HttpRequest, f: Tests = [], where: Where = "") -> SegmentPreviewOut:  # noqa: B006 - read, never written
    """How many people a condition has, within two seconds, and the first of them. Nothing is kept."""
    viewer = user_of(request)
    told = filters.together(f, where) or All()
    seen = preview.preview(viewer, told, now=clock.now())
    first = None if seen.rows is None else [PersonOut.of(row, viewer=viewer) for row in seen.rows]
    return SegmentPreviewOut(
        count=seen.count, is_exact=seen.is_exact, sentence=preview.sentence(told, viewer), first=first
    )


@router.read("/segments/{int:segment_id}", act="segment.view", out=SegmentOut)
def shown(request: HttpRequest, segment_id: PathId) -> SegmentOut:
    """One segment, also in the trash."""
    return SegmentOut.of(_found(request, segment_id), viewer=user_of(request))


@router.write("POST", "/segments", act="segment.edit", out=SegmentOut, status=201)
def adding(request: HttpRequest, body: NewSegment) -> SegmentOut:
    """Make a segment; who fits its condition is found by a job."""
    by = user_of(request)
    made = segments.add(
        by=by, now=clock.now(), name=body.name, condition=body.condition, people=body.ids, words=body.words,
        is_shared=body.is_shared,
    )  # fmt: skip
    return SegmentOut.of(made, viewer=by)


@router.write("PATCH", "/segments/{int:segment_id}", act="segment.edit", out=SegmentOut)
def changing(request: HttpRequest, segment_id: PathId, body: SegmentChange) -> SegmentOut:
    """Change its name, words, condition, owner or who sees it."""
    by, row = user_of(request), _found(request, segment_id)
    told: Mapping[str, Any] = body.model_dump(exclude_unset=True)
    changes = {name: value for name, value in told.items() if name != "owner_id" and value is not None}
    if body.owner_id is not None:
        changes["owner"] = _colleague(body.owner_id)
    return SegmentOut.of(segments.change(row, by=by, changes=changes, now=clock.now()), viewer=by)


@router.read("/segments/{int:segment_id}/people", act="segment.view", out=Page[SegmentMemberOut])
def members(request: HttpRequest, segment_id: PathId, cursor: Cursor = "", limit: Limit = 50) -> Page[SegmentMemberOut]:
    """Who is in it, by their numbers, and since when."""
    viewer, row = user_of(request), _found(request, segment_id)
    place = unpack(cursor, int)
    rows = queries.page_of_members(viewer, row, after=place[0] if place else 0, limit=limit + 1)
    following = pack((rows[limit - 1][0].pk,)) if len(rows) > limit else None
    told = [SegmentMemberOut.at(person, since, viewer=viewer) for person, since in rows[:limit]]
    return Page[SegmentMemberOut](items=told, next=following)


@router.write("POST", "/segments/{int:segment_id}/people", act="segment.edit", out=PickedCount)
def picking(request: HttpRequest, segment_id: PathId, body: Picked) -> PickedCount:
    """Put people into a segment that is picked by hand. Twice is once."""
    row = _found(request, segment_id)
    return PickedCount(changed=segments.put_in(row, body.ids, by=user_of(request), now=clock.now()))


@router.read("/segments/{int:segment_id}/people/{int:person_id}", act="segment.view", out=SegmentWhyOut)
def why(request: HttpRequest, segment_id: PathId, person_id: PathId) -> SegmentWhyOut:
    """Whether somebody is in it, and what of them speaks for each part of its condition."""
    viewer, row = user_of(request), _found(request, segment_id)
    person = person_named(request, person_id)
    told = [
        SegmentReasonOut(
            words=one.words, holds=one.holds, value=one.value, records=[it.key for it in one.records], more=one.more
        )
        for one in preview.why(row, person, viewer=viewer, now=clock.now())
    ]
    return SegmentWhyOut(is_member=queries.is_member(row, person), reasons=told)


@router.write("DELETE", "/segments/{int:segment_id}/people/{int:person_id}", act="segment.edit", out=Done)
def unpicking(request: HttpRequest, segment_id: PathId, person_id: PathId) -> Done:
    """Take somebody out of a segment that is picked by hand. Twice is once."""
    row, person = _found(request, segment_id), person_named(request, person_id)
    segments.take_out(row, [person.pk], by=user_of(request), now=clock.now())
    return Done()


@router.write("POST", "/segments/{int:segment_id}/stop", act="segment.edit", out=SegmentOut)
def stopping(request: HttpRequest, segment_id: PathId) -> SegmentOut:
    """End a look at everybody in the middle. Those who change are followed all the same."""
    by = user_of(request)
    return SegmentOut.of(segments.stop(_found(request, segment_id), by=by), viewer=by)


@router.write("POST", "/segments/{int:segment_id}/look", act="segment.edit", out=SegmentOut)
def looking(request: HttpRequest, segment_id: PathId) -> SegmentOut:
    """Go on where a look was stopped, or look at everybody anew."""
    by = user_of(request)
    return SegmentOut.of(segments.look_again(_found(request, segment_id), by=by, now=clock.now()), viewer=by)


@router.write("POST", "/segments/{int:segment_id}/trash", act="segment.edit", out=SegmentOut)
def trashing(request: HttpRequest, segment_id: PathId) -> SegmentOut:
    """Into the trash: nobody is in it for any condition that asks for it."""
    by = user_of(request)
    return SegmentOut.of(segments.trash(_found(request, segment_id), by=by, now=clock.now()), viewer=by)


@router.write("POST", "/segments/{int:segment_id}/restore", act="segment.edit", out=SegmentOut)
def restoring(request: HttpRequest, segment_id: PathId) -> SegmentOut:
    """Out of the trash again; everybody is looked at anew."""
    by = user_of(request)
    return SegmentOut.of(segments.restore(_found(request, segment_id), by=by, now=clock.now()), viewer=by)


@router.read("/people/{int:person_id}/segments", act="segment.view", out=list[Ref])
def of_person(request: HttpRequest, person_id: PathId) -> list[Ref]:
    """The segments in which somebody is, by name."""
    found = queries.of_person(user_of(request), person_named(request, person_id))
    return [Ref(id=row.pk, name=row.name) for row in found]


def _found(request: HttpRequest, number: int) -> Segment:
    return one(queries.with_gone(user_of(request)), number)


def _colleague(number: int) -> User:
    row = next((one for one in active() if one.pk == number), None)
    if row is None:
        raise Http404
    return row

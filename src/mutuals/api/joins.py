"""Two persons become one, and are parted again. Every act answers with the key by which it is taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._types import MOST_ID, Flag, Id, In, Line, Out, Page, PathId, Ref
from mutuals.api.people import person_named, person_of
from mutuals.base import clock
from mutuals.identity import joins, merge, split
from mutuals.people.models import Person
from mutuals.people.visibility import row_of

router = Resource("joins")
Key = Annotated[str, Field(max_length=40, pattern=r"^(un)?(merge|split):[0-9]{1,18}$")]
QueryId = Annotated[int, Query(ge=1, le=MOST_ID)]


class JoinOut(Out):
    """What became of a merge, a split, or of taking one back. `key` takes this back in turn."""

    key: str
    person: Ref | None
    other: Ref | None
    new: bool = Field(description="False: it was done before, and nothing was changed now.")
    edited_since: list[str] = Field(description="What staff changed after the act that was taken back; that stays.")

    @classmethod
    def of(cls, done: merge.Done) -> JoinOut:
        """From what the acts say."""
        return cls(
            key=done.key,
            person=Ref.of(done.person),
            other=Ref.of(done.other),
            new=done.is_new,
            edited_since=list(done.edited_since),
        )


class Merging(In):
    """With whom, who is kept (one of the two; else whoever is known longer), and whose value stands for a field.

    A field without a choice stays that of whoever is kept, where they have one of equal standing; tags are joined; stage,
    owner and team are filled where empty.
    """

    with_id: Id
    keep_id: Id | None = None
    choices: dict[Annotated[str, Field(max_length=20)], Literal["kept", "gone", "both"]] = {}
    anyway: Flag = False
    note: Annotated[Line, Field(max_length=300)] = ""


class Splitting(In):
    """Which profiles are somebody else's, whose (none: a new person's), and what goes along, such as affiliations."""

    profile_ids: Annotated[list[Id], Field(min_length=1, max_length=split.MOST)]
    to_id: Id | None = None
    along: dict[Annotated[str, Field(max_length=40)], Annotated[list[Id], Field(max_length=1000)]] = {}
    note: Annotated[Line, Field(max_length=300)] = ""


class JoinUndoing(In):
    """The key that an act or the history told."""

    key: Key


class Parting(In):
    """The key of the merge whose person leaves again."""

    key: Key
    note: Annotated[Line, Field(max_length=300)] = ""


class ChoiceOut(Out):
    """One field of two persons: what each has, what stands without a choice, and what may be chosen."""

    name: str
    kept: Any
    gone: Any
    result: Any
    sides: list[str]


class ShareOut(Out):
    """How many of a kind: with whoever is kept and whoever goes, or what stays and what leaves."""

    name: str
    here: int
    there: int


class TogetherOut(Out):
    """What a merge would make; `against` says what speaks against it."""

    kept: Ref | None
    gone: Ref | None
    fields: list[ChoiceOut]
    shares: list[ShareOut]
    against: list[str]


class ThingOut(Out):
    """Something that may go along with profiles, and whether it goes without being named."""

    kind: str
    id: int
    words: str
    goes: bool


class ApartOut(Out):
    """Where each thing goes. `person` is who is split, `other` who leaves or gets the profiles: null for a new person."""

    person: Ref | None
    other: Ref | None
    shares: list[ShareOut]
    things: list[ThingOut]


class PastOut(Out):
    """A merge or a split of the past. Its `key` takes back what stands, and does again what was taken back."""

    key: str
    kind: str
    at: datetime
    by: str
    person: Ref | None
    other: Ref | None
    moved: dict[str, int]
    undone_at: datetime | None
    undone_by: str


@router.read("/people/{int:person_id}/merge", act="person.merge", out=TogetherOut, also={308: None})
def together(request: HttpRequest, person_id: PathId, with_id: QueryId, keep_id: QueryId | None = None) -> TogetherOut:
    """What would become of two persons, before they are merged."""
    one, other = person_of(request, person_id), _row(request, with_id)
    keep = _row(request, keep_id) if keep_id else None
    told = joins.together(one, other, viewer=user_of(request), keep=keep)
    return TogetherOut(
        kept=Ref.of(told.kept),
        gone=Ref.of(told.gone),
        fields=[
            ChoiceOut(name=c.name, kept=c.kept, gone=c.gone, result=c.result, sides=list(c.sides)) for c in told.choices
        ],
        shares=_shares(told.shares),
        against=told.against,
    )


@router.write("POST", "/people/{int:person_id}/merge", act="person.merge", out=JoinOut, also={308: None})
def merging(request: HttpRequest, person_id: PathId, body: Merging) -> JoinOut:
    """Say that two persons are one human; 409 where something speaks against it, unless `anyway`."""
    by, one, other = user_of(request), person_of(request, person_id), _row(request, body.with_id)
    keep = _row(request, body.keep_id) if body.keep_id else None
    done = merge.merge(
        one, other, by=by, now=clock.now(), keep=keep, choices=body.choices, anyway=body.anyway, note=body.note
    )
    return JoinOut.of(done)


@router.read("/people/{int:person_id}/split", act="person.merge", out=ApartOut, also={308: None})
def apart(
    request: HttpRequest,
    person_id: PathId,
    profile_id: Annotated[list[Annotated[int, Field(ge=1, le=MOST_ID)]], Query(max_length=split.MOST)] = [],  # noqa: B006
) -> ApartOut:
    """What would follow some profiles, and what would stay, before they are split off."""
    return _apart(joins.apart(person_of(request, person_id), profile_id, viewer=user_of(request)))


@router.write("POST", "/people/{int:person_id}/split", act="person.merge", out=JoinOut, also={308: None})
def splitting(request: HttpRequest, person_id: PathId, body: Splitting) -> JoinOut:
    """Say that profiles are somebody else's; the answer is remembered."""
    by, person = user_of(request), person_of(request, person_id)
    to = person_named(request, body.to_id) if body.to_id else None
    done = split.some(person, body.profile_ids, by=by, now=clock.now(), to=to, along=body.along, note=body.note)
    return JoinOut.of(done)


@router.read("/people/{int:person_id}/joins", act="person.merge", out=Page[PastOut], also={308: None})
def of_person(request: HttpRequest, person_id: PathId, cursor: Cursor = "", limit: Limit = 50) -> Page[PastOut]:
    """Merges and splits of a person, newest first."""
    return _page(joins.history(person_of(request, person_id), **_asked(request, cursor, limit)), limit)


@router.read("/joins", act="person.merge", out=Page[PastOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[PastOut]:
    """Merges and splits of everybody, newest first."""
    return _page(joins.history(**_asked(request, cursor, limit)), limit)


@router.write("POST", "/joins/undo", act="person.merge", out=JoinOut)
def undo(request: HttpRequest, body: JoinUndoing) -> JoinOut:
    """Take back a merge or a split, or do again what was taken back. What staff changed since stays and is named."""
    return JoinOut.of(joins.undo(body.key, by=user_of(request), now=clock.now()))


@router.read("/joins/part", act="person.merge", out=ApartOut, refuses=(404,))
def leaving(
    request: HttpRequest, key: Annotated[str, Query(max_length=40, pattern=r"^(un)?merge:[0-9]{1,18}$")]
) -> ApartOut:
    """What whoever was merged in would take along and what would stay, before they leave; `key` is that of the merge."""
    return _apart(joins.apart_whole(joins.merge_of(key), viewer=user_of(request)))


@router.write("POST", "/joins/part", act="person.merge", out=JoinOut)
def part(request: HttpRequest, body: Parting) -> JoinOut:
    """Whoever was merged in leaves with everything of theirs, and no machine joins the two again."""
    return JoinOut.of(joins.part(body.key, by=user_of(request), now=clock.now(), note=body.note))


def _row(request: HttpRequest, number: int) -> Person:
    row = row_of(user_of(request), number)
    if row is None:
        raise Http404
    return row


def _asked(request: HttpRequest, cursor: str, limit: int) -> dict[str, Any]:
    place = unpack(cursor, datetime)
    return {"viewer": user_of(request), "before": place[0] if place else None, "limit": limit + 1}


def _page(rows: list[joins.Past], limit: int) -> Page[PastOut]:
    items = [
        PastOut(
            key=one.key,
            kind=one.kind,
            at=one.at,
            by=one.by,
            person=Ref(id=one.person.pk, name=one.names[0]),
            other=Ref(id=one.other.pk, name=one.names[1]),
            moved=one.moved,
            undone_at=one.undone_at,
            undone_by=one.undone_by,
        )
        for one in rows[:limit]
    ]
    return Page[PastOut](items=items, next=pack((rows[limit - 1].at,)) if len(rows) > limit else None)


def _apart(told: joins.Apart) -> ApartOut:
    things = [
        ThingOut(kind=kind, id=one.id, words=one.words, goes=one.goes)
        for kind, rows in told.asked.items()
        for one in rows
    ]
    return ApartOut(person=Ref.of(told.person), other=Ref.of(told.other), shares=_shares(told.shares), things=things)


def _shares(shares: list[joins.Share]) -> list[ShareOut]:
    return [ShareOut(name=one.name, here=one.here, there=one.there) for one in shares]

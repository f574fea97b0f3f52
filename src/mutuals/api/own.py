"""Records of types that the house made itself: each type has the same operations as a kind of record that was brought."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Header, Path, Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, check_match, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Limit
from mutuals.api._types import Id, In, Line, Loose, Out, Page, PathId, Ref, given
from mutuals.api.people import Custom, mark_of
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.records import book, bringing, own, queries, values
from mutuals.records.kinds import LONGEST_TITLE, Kind
from mutuals.records.models import Own
from mutuals.staff.models import Team, User

router = Resource("own")
Key = Annotated[str, Path(max_length=24, pattern=r"^[a-z][a-z0-9_]*$", description="The `key` of a type.")]
Title = Annotated[Line, Field(min_length=1, max_length=LONGEST_TITLE)]


class OwnOut(Out):
    """A record of a type. `reference` is what people call it; `custom` holds its values by key."""

    id: int
    type: str
    number: int
    reference: str
    title: str
    owner: Ref | None
    team: Ref | None
    custom: dict[str, Any]
    created_at: datetime
    changed_at: datetime
    trashed_at: datetime | None

    @classmethod
    def of(cls, kind: Kind, row: Own, *, viewer: User) -> OwnOut:
        """A row of the table, as `viewer` sees it."""
        return cls(
            id=row.pk,
            type=kind.key,
            number=row.number,
            reference=kind.reference(row.number),
            title=row.title,
            owner=Ref.of(row.owner),
            team=Ref.of(row.team),
            custom=values.plain(kind.record, row.custom, viewer=viewer),
            created_at=row.created_at,
            changed_at=row.changed_at,
            trashed_at=row.trashed_at,
        )


class OwnFound(Out):
    """A record that was found by its words."""

    id: int
    type: str
    reference: str
    title: str


class OwnChange(In):
    """What is to change; what is left out stays."""

    title: Title = ""
    owner_id: Id | None = None
    team_id: Id | None = None
    custom: Custom = {}


class NewOwn(OwnChange):
    """A new one. Without an owner it is looked after by whose key this is."""

    title: Title


class OwnRows(In):
    """Rows as a file has them: labels or keys of fields to texts; `match` is "number" or the key of a unique field."""

    rows: Annotated[list[Loose], Field(min_length=1, max_length=500)]
    match: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")] = ""
    is_check: bool = False


class OwnLeftOut(Out):
    """A row that was left out, counted from 1, and why."""

    row: int
    reason: str


class OwnBrought(Out):
    """What became of the rows. `columns` says what each was taken for, "" = nothing."""

    made: int
    changed: int
    same: int
    lost: int
    match: str
    columns: dict[str, str]
    left_out: list[OwnLeftOut]


@router.read("/own", act="own.view", out=Page[OwnFound])
def found(
    request: HttpRequest,
    q: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\u0000]*$", description="Words of the title.")],
    limit: Limit = 50,
) -> Page[OwnFound]:
    """Records of all types by words of their title or by what people call them."""
    rows = queries.find(user_of(request), q, limit=limit)
    items = [
        OwnFound(id=row.pk, type=kind.key, reference=kind.reference(row.number), title=row.title) for kind, row in rows
    ]
    return Page[OwnFound](items=items, next=None)


@router.read("/own/{type_key}", act="own.view", out=Page[OwnOut])
def listed(
    request: HttpRequest,
    type_key: Key,
    f: Tests = [],  # noqa: B006  ninja makes a fresh one
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[OwnOut]:
    """Records of a type, the newest first unless `sort` says otherwise, by conditions; without those in the trash."""
    kind, viewer = _kind(type_key), user_of(request)
    rows = queries.visible_to(viewer, kind).select_related("owner", "team")
    items, following = walked(request, kind.record, rows, tests=f, where=where, sort=sort, cursor=cursor, limit=limit)
    return Page[OwnOut](items=[OwnOut.of(kind, row, viewer=viewer) for row in items], next=following)


@router.write("POST", "/own/{type_key}", act="own.edit", out=OwnOut, status=201)
def add(request: HttpRequest, type_key: Key, body: NewOwn) -> OwnOut:
    """Write one down."""
    kind, by = _kind(type_key), user_of(request)
    told = _told(given(body, "title"))
    return OwnOut.of(kind, own.add(kind, by=by, now=clock.now(), title=body.title, **told), viewer=by)


@router.write("POST", "/own/{type_key}/import", act="import.run", out=OwnBrought)
def bring(request: HttpRequest, type_key: Key, body: OwnRows) -> OwnBrought:
    """Take up to 500 rows in: those that are known by `match` are changed, the others are new. `is_check` only looks."""
    kind = _kind(type_key)
    rows = [{name: "" if told is None else str(told) for name, told in row.items()} for row in body.rows]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    told = bringing.bring(
        kind, columns, rows, by=user_of(request), now=clock.now(), match=body.match, is_check=body.is_check
    )
    left = [OwnLeftOut(row=number, reason=why) for number, why in told.left_out]
    same = ("made", "changed", "same", "lost", "match", "columns")
    return OwnBrought(left_out=left, **{name: getattr(told, name) for name in same})


@router.read("/own/{type_key}/{int:own_id}", act="own.view", out=OwnOut)
def shown(request: HttpRequest, response: HttpResponse, type_key: Key, own_id: PathId) -> OwnOut:
    """One record, also in the trash. The ETag is what If-Match takes."""
    kind, viewer = _kind(type_key), user_of(request)
    row = _row(kind, viewer, own_id)
    response["ETag"] = mark_of("r", row.pk, row.changed_at)
    return OwnOut.of(kind, row, viewer=viewer)


@router.write("PATCH", "/own/{type_key}/{int:own_id}", act="own.edit", out=OwnOut, refuses=(412,))
def change(
    request: HttpRequest,
    response: HttpResponse,
    type_key: Key,
    own_id: PathId,
    body: OwnChange,
    if_match: Annotated[str | None, Header(alias="If-Match", max_length=200)] = None,
) -> OwnOut:
    """Change what is given; with If-Match only if nobody changed it since."""
    kind, by = _kind(type_key), user_of(request)
    with transaction.atomic():
        row = _row(kind, by, own_id)
        if if_match is not None:
            row, _ = own.held(row)
            check_match(if_match, mark_of("r", row.pk, row.changed_at))
        row = own.edit(row, by=by, changes=_told(given(body)), now=clock.now())
    response["ETag"] = mark_of("r", row.pk, row.changed_at)
    return OwnOut.of(kind, row, viewer=by)


@router.write("DELETE", "/own/{type_key}/{int:own_id}", act="own.edit", out=OwnOut)
def trash(request: HttpRequest, type_key: Key, own_id: PathId) -> OwnOut:
    """Into the trash, where it stays for thirty days."""
    kind, by = _kind(type_key), user_of(request)
    return OwnOut.of(kind, own.trash(_row(kind, by, own_id), by=by, now=clock.now()), viewer=by)


@router.write("POST", "/own/{type_key}/{int:own_id}/restore", act="own.edit", out=OwnOut)
def restore(request: HttpRequest, type_key: Key, own_id: PathId) -> OwnOut:
    """Out of the trash."""
    kind, by = _kind(type_key), user_of(request)
    return OwnOut.of(kind, own.restore(_row(kind, by, own_id), by=by), viewer=by)


@router.write("POST", "/own/{type_key}/{int:own_id}/take-back", act="own.edit", out=OwnOut)
def take_back(request: HttpRequest, type_key: Key, own_id: PathId) -> OwnOut:
    """Undo the newest edit, value by value; what was changed since stays."""
    kind, by = _kind(type_key), user_of(request)
    return OwnOut.of(kind, own.take_back(_row(kind, by, own_id), by=by, now=clock.now()), viewer=by)


def _kind(key: str) -> Kind:
    found_kind = book.kind(key)
    if found_kind is None:
        raise Http404
    return found_kind


def _row(kind: Kind, viewer: User, number: int) -> Own:
    return one(queries.with_gone(viewer, kind).select_related("owner", "team"), number)


def _told(changes: dict[str, Any]) -> dict[str, Any]:
    """Owner and team by their ids as rows. Refused: those that there are not."""
    told = {name: value for name, value in changes.items() if name not in ("owner_id", "team_id")}
    if "owner_id" in changes:
        told["owner"] = _one(User.objects.filter(is_active=True), changes["owner_id"], "owner_id")
    if "team_id" in changes:
        told["team"] = _one(Team.objects.all(), changes["team_id"], "team_id")
    return told


def _one(rows: Any, number: int | None, name: str) -> Any:
    if number is None:
        return None
    row = rows.filter(pk=number).first()
    if row is None:
        raise Refusal(f"There is no {name.removesuffix('_id')} {number}.", fields={name: "Not known."})
    return row

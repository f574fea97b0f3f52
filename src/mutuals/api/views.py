"""Lists as somebody likes them, many rows written at once, and the batches by which that is undone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import Done, Flag, Id, In, Line, Loose, Out, Page, PathId
from mutuals.api.people import zone_of
from mutuals.base import clock, filters, lists, undo
from mutuals.base.lists import Listing, Unseen
from mutuals.base.models import Batch, Change
from mutuals.base.refusals import Refusal
from mutuals.staff import bulk, saved
from mutuals.staff.models import SavedView
from mutuals.staff.permissions import may, require
from mutuals.staff.queries import teams_of

router = Resource("lists")
Record = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_-]*$")]


class ViewOut(Out):
    """A list under a name: `query` is its address after "?". `team_id`: it is shared with that team."""

    id: int
    record: str
    name: str
    query: str
    shared: bool
    team_id: int | None
    is_own: bool

    @classmethod
    def of(cls, row: SavedView, viewer: Any) -> ViewOut:
        """A row of the table."""
        names = ("record", "name", "query", "shared", "team_id")
        return cls(id=row.pk, is_own=row.owner_id == viewer.pk, **{name: getattr(row, name) for name in names})


class NewView(In):
    """A list to keep."""

    record: Record
    name: Annotated[Line, Field(min_length=1, max_length=80)]
    query: Annotated[Line, Field(max_length=2000)] = ""
    shared: Flag = False
    team_id: Id | None = None


class Bulk(In):
    """Rows of a list and what is written into them: those of `ids`, or (`f`, `where`, no ids) all that match.

    `changes` are plain values by field: text, number, amount and day as text, null; words of a list as
    {"add": [..], "remove": [..]}.
    """

    record: Record
    ids: Annotated[list[Id], Field(max_length=10_000)] = []
    f: Annotated[list[Annotated[Line, Field(max_length=2000)]], Field(max_length=50)] = []
    where: Annotated[Line, Field(max_length=20_000)] = ""
    changes: Loose
    because: Annotated[Line, Field(max_length=500)] = ""


class BatchRow(Out):
    """A row that was not written, or not written back: why, or what stayed as somebody changed it since."""

    about: str
    said: str
    kept: dict[str, Any]

    @classmethod
    def of(cls, row: Change) -> BatchRow:
        """A row of the table."""
        return cls(about=row.about, said=row.said, kept=row.kept or {})


class WrittenOut(Out):
    """What was done to many. More than a hundred rows are written by a worker: `done` then follows."""

    id: int
    kind: str
    record: str
    words: str
    by: str
    at: datetime
    state: Literal["running", "done", "undoing", "undone"]
    total: int
    done: int
    refused: int
    undone_at: datetime | None

    @classmethod
    def told(cls, row: Batch) -> dict[str, Any]:
        """A batch by its fields."""
        names = ("kind", "record", "words", "by", "at", "state", "total", "done", "refused", "undone_at")
        return {"id": row.pk} | {name: getattr(row, name) for name in names}

    @classmethod
    def of(cls, row: Batch) -> WrittenOut:
        """A row of the table."""
        return cls(**cls.told(row))


class WholeBatch(WrittenOut):
    """A batch with the first two hundred rows that were refused, and that undoing kept."""

    rows_refused: list[BatchRow]
    rows_kept: list[BatchRow]

    @classmethod
    def of(cls, row: Batch) -> WholeBatch:
        """The same in two statements more."""
        refused, kept = undo.refused(row), undo.kept(row)
        told: dict[str, Any] = {"rows_refused": refused, "rows_kept": kept}
        return cls(**cls.told(row) | {name: [BatchRow.of(one) for one in rows] for name, rows in told.items()})


@router.read("/views", act="list.view", out=list[ViewOut], refuses=(404,))
def views(
    request: HttpRequest, record: Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9_-]*$")] = ""
) -> list[ViewOut]:
    """One's own views of a list (empty: of all), and those that are shared with everybody or with a team of one's own."""
    viewer = user_of(request)
    names = (
        [_listing(request, record).record]
        if record
        else [one.record for one in lists.listings() if may(viewer, one.right)]
    )
    return [ViewOut.of(row, viewer) for name in names for row in saved.visible_to(viewer, name)]


@router.write("POST", "/views", act="list.view", out=ViewOut, status=201, refuses=(404,))
def keep_view(request: HttpRequest, body: NewView) -> ViewOut:
    """Keep a list under a name."""
    by = user_of(request)
    of = _listing(request, body.record)
    team = one(teams_of(by), body.team_id) if body.team_id else None
    row = saved.keep(body.name, record=of.record, query=body.query, by=by, shared=body.shared, team=team)
    return ViewOut.of(row, by)


@router.write("DELETE", "/views/{int:view_id}", act="list.view", out=Done)
def drop_view(request: HttpRequest, view_id: PathId) -> Done:
    """Remove a view of one's own."""
    by = user_of(request)
    saved.drop(one(SavedView.objects.filter(owner=by).exclude(name=""), view_id), by=by)
    return Done()


@router.write("POST", "/bulk", act="list.edit", out=WholeBatch, refuses=(404,))
def write(request: HttpRequest, body: Bulk) -> WholeBatch:
    """Write into many rows of a list. Rows that are refused stay as they are, and say why."""
    by, now = user_of(request), clock.now()
    of = _listing(request, body.record)
    parts = [*body.f, *([body.where] if body.where else [])]
    if body.ids and parts:
        raise Refusal("Name rows by their ids, or say what they are like; not both.", fields={"ids": "Leave this out."})
    ids: list[int] = list(body.ids)
    if parts:
        asked = lists.Asked(by, zone_of(by), now, where=filters.from_query(parts))
        ids = bulk.matching(of, asked)
    return WholeBatch.of(bulk.write(of, ids, body.changes, by=by, now=now, because=body.because))


@router.read("/batches", act="list.edit", out=Page[WrittenOut])
def batches(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[WrittenOut]:
    """One's own batches, newest first; everybody's for who sees the journal."""
    rows = bulk.visible_to(user_of(request))
    before = after_id(cursor)
    rows = rows.filter(pk__lt=before) if before else rows
    found, following = next_by_id(list(rows[: limit + 1]), limit)
    return Page[WrittenOut](items=[WrittenOut.of(row) for row in found], next=following)


@router.read("/batches/{int:batch_id}", act="list.edit", out=WholeBatch)
def batch(request: HttpRequest, batch_id: PathId) -> WholeBatch:
    """One batch, with what was refused and what undoing kept."""
    return WholeBatch.of(one(bulk.visible_to(user_of(request)), batch_id))


@router.write("POST", "/batches/{int:batch_id}/undo", act="list.edit", out=WholeBatch)
def take_back(request: HttpRequest, batch_id: PathId) -> WholeBatch:
    """Undo a batch where its rows are still as it made them; what somebody changed since stays. Twice is once."""
    by = user_of(request)
    return WholeBatch.of(bulk.take_back(one(bulk.visible_to(by), batch_id), by=by, now=clock.now()))


def _listing(request: HttpRequest, record: str) -> Listing:
    try:
        of = lists.listing(record)
    except Unseen as error:
        raise Http404(str(error)) from error
    require(user_of(request), of.right)
    return of

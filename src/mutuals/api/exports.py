"""Files on their way out: ask for a list or for everything, look how far it is, fetch it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import FileResponse, HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import Done, Id, In, Line, Out, Page, PathId, Ref
from mutuals.base import clock, files, filters
from mutuals.insights import exports
from mutuals.insights.models import Export

router = Resource("exports")
Form = Literal["csv", "xlsx", "parquet", "jsonl", "vcard"]
Word = Annotated[Line, Field(max_length=60)]


class ExportOut(Out):
    """What was asked for, and how far it is. `record` "" is everything; `total` is null while nobody has counted.

    `counts` are, for everything, the rows by table. `file` is where the bytes are, null where there are none; `error` says why.
    """

    id: int
    by: Ref
    record: str
    form: Literal["csv", "xlsx", "parquet", "jsonl", "vcard", "zip"]
    words: str
    zone: str
    state: Literal["waiting", "running", "ready", "failed", "gone"]
    rows: int
    total: int | None
    counts: dict[str, int]
    error: str
    file_name: str
    size: int | None
    file: str | None
    made_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None

    @classmethod
    def of(cls, row: Export) -> ExportOut:
        """A row fetched with who asked."""
        same = set(cls.model_fields) - {"id", "by", "file"}
        return cls(
            id=row.pk, by=Ref(id=row.by.pk, name=row.by.name),
            file=f"/api/v1/exports/{row.pk}/file" if row.blob_id else None, **{name: getattr(row, name) for name in same},
        )  # fmt: skip


class NewExport(In):
    """Which list, as what. `f` are tests that all hold, `where` a whole condition besides; `columns` [] are the usual ones,
    ["*"] all; `ids` only these rows; `kept` the list's own narrowing words, such as {"person": "12"}.
    """

    record: Word
    form: Form = "csv"
    f: Annotated[list[Annotated[Line, Field(max_length=2_000)]], Field(max_length=50)] = []
    where: Annotated[Line, Field(max_length=20_000)] = ""
    kept: Annotated[dict[Word, Annotated[Line, Field(max_length=2_000)]], Field(max_length=20)] = {}
    columns: Annotated[list[Word], Field(max_length=200)] = []
    sort: Word = ""
    ids: Annotated[list[Id], Field(max_length=exports.MOST_TICKED)] = []


@router.read("/exports", act="list.export", out=Page[ExportOut])
def listing(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[ExportOut]:
    """One's own exports, newest first; those of all for admins."""
    rows = exports.visible_to(user_of(request))
    after = after_id(cursor)
    rows = rows.filter(pk__lt=after) if after else rows
    found, following = next_by_id(list(rows[: limit + 1]), limit)
    return Page[ExportOut](items=[ExportOut.of(row) for row in found], next=following)


@router.write("POST", "/exports", act="list.export", out=ExportOut, status=201)
def making(request: HttpRequest, body: NewExport) -> ExportOut:
    """Ask for a list as a file. It is written soon; look at it until its state is "ready", then fetch its file."""
    row = exports.make(
        body.record, by=user_of(request), now=clock.now(), form=body.form, where=filters.together(body.f, body.where),
        kept=body.kept, columns=body.columns, sort=body.sort, ids=body.ids,
    )  # fmt: skip
    return ExportOut.of(row)


@router.write("POST", "/exports/everything", act="export.everything", out=ExportOut, status=201, scope="admin")
def making_all(request: HttpRequest) -> ExportOut:
    """Ask for everything: a ZIP of JSON Lines by table, with the files and a README that says what is what."""
    return ExportOut.of(exports.make_all(by=user_of(request), now=clock.now()))


@router.read("/exports/{int:export_id}", act="list.export", out=ExportOut)
def showing(request: HttpRequest, export_id: PathId) -> ExportOut:
    """One of them, and how far it is."""
    return ExportOut.of(_found(request, export_id))


@router.read("/exports/{int:export_id}/file", act="list.export", out=None, media="application/octet-stream")
def fetching(request: HttpRequest, export_id: PathId) -> FileResponse:
    """The bytes, for who asked and for admins. The journal keeps who fetched them."""
    row = _found(request, export_id)
    blob = exports.fetch(row, by=user_of(request))
    answer = FileResponse(
        files.path(blob.sha256).open("rb"),
        as_attachment=True,
        filename=row.file_name,
        content_type="application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


@router.write("DELETE", "/exports/{int:export_id}", act="list.export", out=Done)
def withdrawing(request: HttpRequest, export_id: PathId) -> Done:
    """Not wanted any more: what is being written stops, and the file goes. Twice is once."""
    exports.withdraw(_found(request, export_id), by=user_of(request), now=clock.now())
    return Done()


def _found(request: HttpRequest, number: int) -> Export:
    return one(exports.visible_to(user_of(request)), number)

"""Files on their way in: upload, choose what the columns mean, check, run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, StreamingHttpResponse
from ninja import File, Form
from ninja.files import UploadedFile
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import MOST_ID, Done, In, Line, Loose, Out, Page, PathId, Ref
from mutuals.base import clock
from mutuals.capture.imports import again, begin, report, running, undo
from mutuals.capture.models import Import
from mutuals.channels.queries import visible_to as visible_sources

router = Resource("imports")
Target = Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9_]+$")]
Cell = Annotated[str, Field(max_length=200, pattern=r"^[^\u0000]*$")]


class ImportOut(Out):
    """A file, what its columns mean, what the preview said and what came of it.

    `numbers_without_country`: rows with a phone number that is kept as written, as no `region` was chosen for it.
    `without_authors`: no column is the author's id or handle, so posts have no author. `undoing`: "undoing" while it is being
    taken back, "undone" after that. `rerun_of`: the import whose failed rows alone these are.
    """

    id: int
    file_name: str
    target: str
    source: Ref | None
    state: str
    columns: list[Any]
    mapping: dict[str, Any]
    options: dict[str, Any]
    preview: dict[str, Any]
    counts: dict[str, Any]
    numbers_without_country: int
    without_authors: bool
    rows_done: int
    rows_total: int | None
    error: str
    undoing: str
    rerun_of: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Import) -> ImportOut:
        """An import fetched with its source."""
        return cls(
            id=row.pk,
            file_name=row.file_name,
            target=row.target,
            source=Ref.of(row.source),
            state=row.state,
            columns=list(row.sniffed.get("columns", [])),
            mapping=row.mapping,
            options=row.options,
            preview=row.preview,
            counts=row.counts,
            numbers_without_country=report.without_country(row),
            without_authors=report.is_without_authors(row) and bool(row.sniffed.get("columns")),
            rows_done=row.rows_done,
            rows_total=row.rows_total,
            error=row.error,
            undoing=row.undoing,
            rerun_of=row.rerun_of_id,
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
        )


class ProgressOut(Out):
    """How far it has come: rows, rows a second, and the seconds that are left where that is known."""

    state: str
    done: int
    total: int | None
    rate: float
    seconds_left: float | None


class UndoSum(Out):
    """Of one record: how many rows the import made and changed that go back, and how many stay."""

    record: str
    made: int
    changed: int
    kept: int


class StayedOut(Out):
    """A row that undoing left as it is, by its text key, and why."""

    about: str
    why: str


class UndoOut(Out):
    """What undoing an import is about: before it, what would go back; then how far it is, and what stayed."""

    state: str
    may_be_undone: bool
    done: int
    total: int
    sums: list[UndoSum]
    stayed: list[StayedOut]

    @classmethod
    def of(cls, row: Import) -> UndoOut:
        """An import fetched with its batch."""
        return cls(
            state=row.undoing,
            may_be_undone=undo.may_be_undone(row),
            done=row.batch.done if row.batch and row.undoing else 0,
            total=row.batch.total if row.batch and row.undoing else 0,
            sums=[
                UndoSum(record=one.record, made=one.made, changed=one.changed, kept=one.kept) for one in undo.sums(row)
            ],
            stayed=[StayedOut(about=one.about, why=one.why) for one in undo.stayed(row)],
        )


class Choice(In):
    """Column -> field, and how values are read: match, zone, day_first, region, decimal, constants.

    `history_only: true` keeps posts and mails without opening work in the inbox for them; never remembered. `self_told: true`:
    people wrote the rows themselves, as into a form of a website; a website in them proves nothing.
    """

    mapping: Annotated[dict[Cell, Cell], Field(max_length=500)]
    options: Loose = {}


class Upload(In):
    """What a file is. Without a source one of that name is made; without a name that of the system whose export it is.

    `target`: people, organisations, deals, orders, products, cases, tasks, posts, or a kind of the house's own ("own_machine").

    `preset` names whose export it is, such as online_retail; without one the columns tell, "none" = no preset.
    """

    target: Target
    source_id: Annotated[int, Field(ge=1, le=MOST_ID)] | None = None
    source_name: Annotated[Line, Field(max_length=110)] = ""
    sheet: Annotated[Line, Field(max_length=100)] = ""
    encoding: Annotated[Line, Field(max_length=40)] = ""
    delimiter: Annotated[str, Field(max_length=1, pattern=r"^[^\u0000]*$")] = ""
    preset: Annotated[Line, Field(max_length=40)] = ""


@router.read("/imports", act="import.run", out=Page[ImportOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[ImportOut]:
    """Every import, newest first."""
    rows = report.visible_to(user_of(request))
    after = after_id(cursor)
    rows = rows.filter(pk__lt=after) if after else rows
    found, following = next_by_id(list(rows[: limit + 1]), limit)
    return Page[ImportOut](items=[ImportOut.of(row) for row in found], next=following)


@router.write("POST", "/imports", act="import.run", out=ImportOut, status=201, refuses=(404, 507))
def upload(request: HttpRequest, about: Form[Upload], file: Annotated[UploadedFile, File()]) -> ImportOut:
    """Keep a file, recognise it, and propose what its columns mean. Nothing is taken in yet."""
    by = user_of(request)
    source = one(visible_sources(by), about.source_id) if about.source_id else None
    row = begin.begin(
        Path(cast(TemporaryUploadedFile, file).temporary_file_path()),
        by=by,
        target=about.target,
        file_name=file.name or "file",
        now=clock.now(),
        source=source,
        source_name=about.source_name,
        sheet=about.sheet,
        encoding=about.encoding,
        delimiter=about.delimiter,
        preset=about.preset,
    )
    return ImportOut.of(row)


@router.read("/imports/{int:import_id}", act="import.run", out=ImportOut)
def shown(request: HttpRequest, import_id: PathId) -> ImportOut:
    """One import."""
    return ImportOut.of(_import(request, import_id))


@router.write("DELETE", "/imports/{int:import_id}", act="import.run", out=Done)
def remove(request: HttpRequest, import_id: PathId) -> Done:
    """Take away an import that never ran, with our copy of its file, and with its source where it was made for it alone."""
    begin.withdraw(_import(request, import_id), by=user_of(request))
    return Done()


@router.write("PUT", "/imports/{int:import_id}/choice", act="import.run", out=ImportOut)
def choose(request: HttpRequest, import_id: PathId, body: Choice) -> ImportOut:
    """Say what the columns mean and how values are read; remembered for the next file like it once it runs."""
    row = _import(request, import_id)
    return ImportOut.of(begin.choose(row, by=user_of(request), mapping=body.mapping, options=body.options))


@router.write("POST", "/imports/{int:import_id}/check", act="import.run", out=ImportOut, status=202)
def check(request: HttpRequest, import_id: PathId) -> ImportOut:
    """Have the preview made in the background."""
    return ImportOut.of(running.check(_import(request, import_id), by=user_of(request)))


@router.write("POST", "/imports/{int:import_id}/run", act="import.run", out=ImportOut, status=202)
def run(request: HttpRequest, import_id: PathId) -> ImportOut:
    """Have the file taken in, in the background."""
    return ImportOut.of(running.run(_import(request, import_id), by=user_of(request)))


@router.read("/imports/{int:import_id}/undo", act="import.run", out=UndoOut)
def undo_shown(request: HttpRequest, import_id: PathId) -> UndoOut:
    """What would go back if the import were undone, or what went back and what stayed."""
    return UndoOut.of(_import(request, import_id))


@router.write("POST", "/imports/{int:import_id}/undo", act="import.run", out=UndoOut, status=202)
def undo_begun(request: HttpRequest, import_id: PathId) -> UndoOut:
    """Have the import taken back in the background. What was edited, merged, answered or linked since stays."""
    return UndoOut.of(undo.begin(_import(request, import_id), by=user_of(request), now=clock.now()))


@router.write("POST", "/imports/{int:import_id}/rerun", act="import.run", out=ImportOut, status=201)
def rerun(request: HttpRequest, import_id: PathId) -> ImportOut:
    """A new import of the rows that failed, with this one's mapping; it is checked and run as any other."""
    return ImportOut.of(again.rerun(_import(request, import_id), by=user_of(request), now=clock.now()))


@router.read("/imports/{int:import_id}/progress", act="import.run", out=ProgressOut)
def progress(request: HttpRequest, import_id: PathId) -> ProgressOut:
    """How far it has come."""
    told = report.progress(_import(request, import_id), now=clock.now())
    return ProgressOut(
        state=told.state, done=told.done, total=told.total, rate=told.rate, seconds_left=told.seconds_left
    )


@router.read("/imports/{int:import_id}/errors.csv", act="import.run", out=None, media="text/csv")
def errors(request: HttpRequest, import_id: PathId, doubts: bool | None = None) -> StreamingHttpResponse:
    """The rows that were not taken, each with its reason, safe to open in a spreadsheet."""
    row = _import(request, import_id)
    answer = StreamingHttpResponse(
        _bytes(report.troubles_csv(row, by=user_of(request), doubts=doubts)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="import-{row.pk}-errors.csv"'
    return answer


def _bytes(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield line.encode("utf-8", "replace")


def _import(request: HttpRequest, number: int) -> Import:
    return one(report.visible_to(user_of(request)), number)

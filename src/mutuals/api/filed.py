"""Files on records. The bytes are at `path`, for whoever may see the record."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, BinaryIO, cast

from django.http import Http404, HttpRequest
from ninja import File, Form, Query
from ninja.files import UploadedFile
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._types import In, Line, Out, Page, PathId
from mutuals.base import clock
from mutuals.base.models import Filed
from mutuals.staff import filed

router = Resource("filed")
Key = Annotated[str, Query(min_length=3, max_length=60, pattern=r"^[a-z][a-z_]*:[1-9][0-9]*$", description="person:12")]


class FiledOut(Out):
    """A file on a record. `about` is the record's text key; `media_type` is told by the bytes; `by` a text key."""

    id: int
    about: str
    name: str
    media_type: str
    size: int
    by: str
    at: datetime
    trashed_at: datetime | None
    path: str

    @classmethod
    def of(cls, row: Filed) -> FiledOut:
        """A file, and where its bytes are."""
        return cls(
            id=row.pk, about=row.about, name=row.name, media_type=row.media_type, size=row.size, by=row.by, at=row.at,
            trashed_at=row.trashed_at, path=f"/files/{row.blob_id}",
        )  # fmt: skip


class NewFiled(In):
    """On which record the file is put."""

    about: Annotated[Line, Field(min_length=3, max_length=60)]


@router.read("/filed", act="filed.view", out=Page[FiledOut], refuses=(409,))
def listed(request: HttpRequest, about: Key) -> Page[FiledOut]:
    """The files of one record, newest first."""
    return Page[FiledOut](items=[FiledOut.of(row) for row in filed.listed(user_of(request), about)], next=None)


@router.write("POST", "/filed", act="filed.edit", out=FiledOut, status=201, refuses=(507,))
def put(request: HttpRequest, body: Form[NewFiled], file: Annotated[UploadedFile, File()]) -> FiledOut:
    """Put a file of at most 25 MB on a record; programs are refused. The same file twice is one."""
    stream = cast(BinaryIO, file.file)
    row, _ = filed.put(body.about, stream, name=file.name or "file", by=user_of(request), now=clock.now())
    return FiledOut.of(row)


@router.read("/filed/{int:filed_id}", act="filed.view", out=FiledOut)
def shown(request: HttpRequest, filed_id: PathId) -> FiledOut:
    """One file, in the trash or not."""
    return FiledOut.of(_one(request, filed_id))


@router.write("POST", "/filed/{int:filed_id}/trash", act="filed.edit", out=FiledOut)
def trash(request: HttpRequest, filed_id: PathId) -> FiledOut:
    """Take a file off its record; it can be put back for thirty days. Twice is once."""
    return FiledOut.of(filed.take_out(_one(request, filed_id), by=user_of(request), now=clock.now()))


@router.write("POST", "/filed/{int:filed_id}/restore", act="filed.edit", out=FiledOut)
def restore(request: HttpRequest, filed_id: PathId) -> FiledOut:
    """Put it back. Twice is once."""
    return FiledOut.of(filed.put_back(_one(request, filed_id), by=user_of(request)))


def _one(request: HttpRequest, number: int) -> Filed:
    row = filed.one(user_of(request), number, trashed=None)
    if row is None:
        raise Http404
    return row

"""The trash of the whole house."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._types import Done, In, Line, Out, Page
from mutuals.base import clock, trash

router = Resource("trash")


class ThrownOut(Out):
    """A record in the trash: its text key and name, since when, who put it there ("" = not told), what comes back with it,
    and when it goes for ever (null: when somebody erases it).
    """

    key: str
    kind: str
    name: str
    at: datetime
    by: str
    back: str
    until: datetime | None

    @classmethod
    def of(cls, row: trash.Thrown) -> ThrownOut:
        """One row."""
        return cls(
            key=row.key, kind=row.kind.record, name=row.name, at=row.at, by=row.by, back=row.back, until=row.until
        )


class Throwing(In):
    """Which record: its text key, such as deal:5."""

    key: Annotated[Line, Field(min_length=3, max_length=60)]


@router.read("/trash", act="trash.view", out=Page[ThrownOut])
def listed(
    request: HttpRequest,
    kind: Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$", description="deal, task, person …")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[ThrownOut]:
    """What is in the trash, the newest first, as the caller may see it."""
    rows, following = trash.listed(user_of(request), record=kind, after=unpack(cursor, datetime, str, int), limit=limit)
    return Page[ThrownOut](items=[ThrownOut.of(row) for row in rows], next=pack(following))


@router.write("POST", "/trash", act="trash.view", out=Done)
def put(request: HttpRequest, body: Throwing) -> Done:
    """Put a record into the trash, by the right to edit it. Twice is once."""
    trash.put(body.key, by=user_of(request), now=clock.now())
    return Done()


@router.write("POST", "/trash/restore", act="trash.view", out=Done)
def restore(request: HttpRequest, body: Throwing) -> Done:
    """Take it out as it was. Twice is once."""
    trash.restore(body.key, by=user_of(request), now=clock.now())
    return Done()

"""What was put aside because it could not be opened."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import MOST_ID, Id, In, Out, Page, PathId, Ref
from mutuals.capture import parked
from mutuals.capture.models import RawEvent

router = Resource("parked")


class ParkedOut(Out):
    """A raw event that waits for a person."""

    id: int
    source: Ref | None
    key: str
    kind: str
    reason: str
    attempts: int
    received_at: datetime

    @classmethod
    def of(cls, row: RawEvent) -> ParkedOut:
        """A row fetched with its source."""
        return cls(
            id=row.pk,
            source=Ref.of(row.source),
            key=row.key,
            kind=row.kind,
            reason=row.reason,
            attempts=row.attempts,
            received_at=row.received_at,
        )


class ParkedBody(ParkedOut):
    """The same with the start of its bytes as text."""

    body: str


class Some(In):
    """Which of them."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=parked.MOST)]


class Number(Out):
    """How many it was."""

    count: int


@router.read("/parked", act="parked.view", out=Page[ParkedOut])
def listed(
    request: HttpRequest,
    source: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[ParkedOut]:
    """Parked events, newest first."""
    rows = parked.listed(user_of(request), source_id=source, before=after_id(cursor), limit=limit + 1)
    found, following = next_by_id(rows, limit)
    return Page[ParkedOut](items=[ParkedOut.of(row) for row in found], next=following)


@router.read("/parked/{int:event_id}", act="parked.view", out=ParkedBody)
def shown(request: HttpRequest, event_id: PathId) -> ParkedBody:
    """One of them with what was sent."""
    try:
        row, body = parked.shown(event_id, by=user_of(request))
    except RawEvent.DoesNotExist as error:
        raise Http404 from error
    return ParkedBody(**ParkedOut.of(row).model_dump(), body=body)


@router.write("POST", "/parked/retry", act="parked.retry", out=Number)
def retry(request: HttpRequest, body: Some) -> Number:
    """Let them be opened again."""
    return Number(count=parked.retry(body.ids, by=user_of(request)))


@router.write("POST", "/parked/drop", act="parked.retry", out=Number)
def drop(request: HttpRequest, body: Some) -> Number:
    """Give them up: the bytes go, and the same delivery is not taken in again."""
    return Number(count=parked.drop(body.ids, by=user_of(request)))

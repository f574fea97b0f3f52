"""Cases: pieces of work about a conversation or a person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._process_shapes import ProcessItemOut
from mutuals.api._types import MOST_ID, Flag, Id, In, Line, Out, Page, PathId, Ref
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.inbox import cases
from mutuals.inbox.models import Case
from mutuals.inbox.queries import visible_to as visible_turns
from mutuals.people import queries as people
from mutuals.processes import queries as processes
from mutuals.staff.models import User
from mutuals.staff.permissions import may

router = Resource("cases")
STATES = Literal["open", "solved", "dropped"]
PRIORITIES = Literal["low", "normal", "high", "urgent"]
Number = Annotated[int | None, Query(ge=1, le=MOST_ID)]


class CaseOut(Out):
    """One case. `opened_by` is a text key: staff:3, or rule:5 in whose owner's name it was opened.

    `item` is what runs about it; null without steps, and for who sees no processes.
    """

    id: int
    reference: str
    title: str
    state: STATES
    priority: PRIORITIES
    pillar: str
    due_at: datetime | None
    conversation_id: int | None
    person: Ref | None
    opened_by: str
    opened_at: datetime
    ended_at: datetime | None
    item: ProcessItemOut | None

    @classmethod
    def of(cls, row: Case, viewer: User) -> CaseOut:
        """A row as somebody may read it."""
        told = {name: getattr(row, name) for name in cls.model_fields if name not in ("id", "person", "item")}
        item = ProcessItemOut.of(row.item) if row.item and may(viewer, "process.view") else None
        return cls(id=row.pk, person=Ref.of(row.person.canonical if row.person else None), item=item, **told)


class Opening(In):
    """A new case. `minutes` is its limit. It goes by the steps of a process that is named, or of the `usual_process`."""

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    conversation_id: Id | None = None
    person_id: Id | None = None
    priority: PRIORITIES = "normal"
    minutes: Annotated[int, Field(ge=1, le=cases.MOST_MINUTES)] | None = None
    process_id: Id | None = None
    usual_process: Flag = False


class CaseChanging(In):
    """What is to change."""

    state: STATES | None = None
    priority: PRIORITIES | None = None


@router.read("/cases", act="case.view", out=Page[CaseOut], refuses=(404,))
def listed(
    request: HttpRequest,
    state: Annotated[STATES | None, Query()] = None,
    conversation_id: Number = None,
    person_id: Number = None,
    priority: Annotated[PRIORITIES | None, Query()] = None,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\u0000]*$")] = "",
    sort: Annotated[Literal["new", "limit"], Query()] = "new",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[CaseOut]:
    """Cases, newest first; by `sort` limit those that have one, the soonest first. `q`: a reference or words of the title."""
    rows = cases.listed(
        user_of(request),
        state=state or "",
        conversation_id=conversation_id,
        person_ids=people.cluster(person_named(request, person_id)) if person_id else None,
        priority=priority or "",
        text=q.strip(),
        by_limit=sort == "limit",
        before=unpack(cursor, datetime, int),
        limit=limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    following = pack((last.due_at if sort == "limit" else last.opened_at, last.pk)) if last else None
    return Page[CaseOut](items=[CaseOut.of(row, user_of(request)) for row in rows[:limit]], next=following)


@router.read("/cases/{int:case_id}", act="case.view", out=CaseOut)
def shown(request: HttpRequest, case_id: PathId) -> CaseOut:
    """One case."""
    return CaseOut.of(one(_seen(request), case_id), user_of(request))


@router.write("POST", "/cases", act="case.open", out=CaseOut, status=201, refuses=(404,))
def opening(request: HttpRequest, body: Opening) -> CaseOut:
    """Open a case; the one that is open in the same conversation is given back instead."""
    by = user_of(request)
    turn = None
    if body.conversation_id is not None:
        turn = visible_turns(by).select_related("conversation").filter(pk=body.conversation_id).first()
        if turn is None:
            raise Http404
    process = one(processes.visible_to(by), body.process_id) if body.process_id is not None else None
    made, _ = cases.open_case(
        by=by,
        now=clock.now(),
        title=body.title,
        conversation=turn.conversation if turn else None,
        person=person_named(request, body.person_id) if body.person_id else None,
        priority=body.priority,
        pillar=turn.pillar if turn else "",
        minutes=body.minutes,
        process=process,
        is_usual=body.usual_process,
    )
    return CaseOut.of(made, by)


@router.write("PATCH", "/cases/{int:case_id}", act="case.edit", out=CaseOut)
def changing(request: HttpRequest, case_id: PathId, body: CaseChanging) -> CaseOut:
    """Say how much it matters, end it, or open it again; what runs about it ends and goes on with it."""
    by = user_of(request)
    row = one(_seen(request), case_id)
    return CaseOut.of(cases.change(row, by=by, now=clock.now(), state=body.state, priority=body.priority), by)


def _seen(request: HttpRequest) -> QuerySet[Case]:
    return cases.visible_to(user_of(request)).select_related("person__canonical", *cases.RUNS)

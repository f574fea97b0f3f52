"""Cases: pieces of work about a conversation, a person or an organisation."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Header, Query

from mutuals.api._auth import user_of
from mutuals.api._case_shapes import (
    PRIORITIES,
    SEVERITIES,
    STATES,
    CaseChanging,
    CaseCheckIn,
    CaseChecking,
    CaseCheckOut,
    CaseClosing,
    CaseOut,
    CasePartsIn,
    CasePolicyChange,
    CasePolicyOut,
    CaseProcess,
    CaseReopening,
    CaseTalking,
    Opening,
    WholeCase,
)
from mutuals.api._door import Resource, check_match, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Limit
from mutuals.api._types import MOST_ID, Done, Page, PathId, given
from mutuals.api.people import mark_of, person_named
from mutuals.base import clock
from mutuals.conversations.models import Conversation
from mutuals.inbox import case_close, case_edit, case_parts, case_policy, case_talks, cases, stepped
from mutuals.inbox.models import Case, CaseCheck
from mutuals.inbox.queries import visible_to as visible_turns
from mutuals.people import queries as people
from mutuals.people.visibility import organisations_visible_to
from mutuals.processes import queries as processes
from mutuals.staff import queries as staff

router = Resource("cases")
Number = Annotated[int | None, Query(ge=1, le=MOST_ID)]
Words = Annotated[str, Query(max_length=200, pattern=r"^[^\u0000]*$")]


@router.read("/cases", act="case.view", out=Page[CaseOut], refuses=(404,))
def listed(
    request: HttpRequest,
    tab: Annotated[Literal["mine", "team", "unassigned", "all"], Query()] = "all",
    state: Annotated[STATES | None, Query()] = None,
    conversation_id: Number = None,
    person_id: Number = None,
    organisation_id: Number = None,
    owner_id: Number = None,
    team_id: Number = None,
    parent_id: Number = None,
    priority: Annotated[PRIORITIES | None, Query()] = None,
    severity: Annotated[SEVERITIES | None, Query()] = None,
    kind: Words = "",
    serial: Words = "",
    q: Words = "",
    f: Tests = [],  # noqa: B006 - read, never written
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[CaseOut]:
    """Cases, newest first, or by `sort` limit the soonest; `f` and `where` are conditions, the others short forms of some.

    `q`: a reference or words of the title. `serial`: the number on the plate of a part. `tab` team: of any of your teams.
    """
    asked = cases.Asked(
        tab=tab,
        state=state or "",
        conversation_id=conversation_id,
        person_ids=people.cluster(person_named(request, person_id)) if person_id else None,
        organisation_id=organisation_id,
        owner_id=owner_id,
        team_id=team_id,
        parent_id=parent_id,
        priority=priority or "",
        severity=severity or "",
        kind=kind.strip(),
        serial=serial.strip(),
        text=q.strip(),
    )
    viewer = user_of(request)
    rows = cases.narrowed(viewer, asked).select_related("person__canonical", "conversation", *cases.RUNS)
    found, following = walked(request, "case", rows, tests=f, where=where, sort=sort, cursor=cursor, limit=limit)
    return Page[CaseOut](items=[CaseOut.of(row, viewer) for row in found], next=following)


@router.read("/cases/{int:case_id}", act="case.view", out=WholeCase)
def shown(request: HttpRequest, response: HttpResponse, case_id: PathId) -> WholeCase:
    """One case with its conversations, checklist, parts and family. The ETag is what If-Match takes."""
    return _whole(request, response, one(_seen(request), case_id))


@router.write("POST", "/cases", act="case.open", out=WholeCase, status=201, refuses=(404,))
def opening(request: HttpRequest, response: HttpResponse, body: Opening) -> WholeCase:
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
        organisation=one(organisations_visible_to(by), body.organisation_id) if body.organisation_id else None,
        priority=body.priority,
        severity=body.severity,
        kind=body.kind,
        pillar=turn.pillar if turn else "",
        minutes=body.minutes,
        parent=one(_seen(request), body.parent_id) if body.parent_id else None,
        owner=one(staff.active(), body.owner_id) if body.owner_id else None,
        team=one(staff.teams_of(by), body.team_id) if body.team_id else None,
        process=process,
        is_usual=body.usual_process,
    )
    return _whole(request, response, made)


@router.write("PATCH", "/cases/{int:case_id}", act="case.edit", out=WholeCase, refuses=(412,))
def changing(
    request: HttpRequest,
    response: HttpResponse,
    case_id: PathId,
    body: CaseChanging,
    if_match: Annotated[str | None, Header(alias="If-Match", max_length=200)] = None,
) -> WholeCase:
    """Change what is given; with If-Match only if nobody changed it since.

    A `state` ends it (then purpose and outcome are asked for) or opens it again; what runs about it ends and goes on with it.
    """
    by, now = user_of(request), clock.now()
    told = given(body)
    over = {name: told.pop(name) for name in ("state", "purpose", "outcome", "result", "children") if name in told}
    for name, rows in (("owner", staff.active()), ("team", staff.teams_of(by)), ("parent", _seen(request))):
        if f"{name}_id" in told:
            number = told.pop(f"{name}_id")
            told[name] = one(rows, number) if number else None
    if "organisation_id" in told:
        number = told.pop("organisation_id")
        told["organisation"] = one(organisations_visible_to(by), number) if number else None
    told = {name: value for name, value in told.items() if value is not None or name in _EMPTIED}
    with transaction.atomic():
        row = one(_seen(request), case_id)
        if if_match is not None:
            row = stepped.held(row, by=by)
            check_match(if_match, mark_of("c", row.pk, row.changed_at))
        if told:
            row = case_edit.edit(row, by=by, now=now, changes=told)
        if any(over.values()):
            row = cases.change(
                row, by=by, now=now, **{name: value for name, value in over.items() if value is not None}
            )
    return _whole(request, response, row)


_EMPTIED = ("owner", "team", "parent", "organisation", "due_at")


@router.write("POST", "/cases/{int:case_id}/close", act="case.edit", out=WholeCase)
def closing(request: HttpRequest, response: HttpResponse, case_id: PathId, body: CaseClosing) -> WholeCase:
    """End it with what they wanted, what came of it, and how; `children` says what becomes of open cases under it."""
    row = case_close.close(
        one(_seen(request), case_id), by=user_of(request), now=clock.now(), purpose=body.purpose, outcome=body.outcome,
        result=body.result, is_dropped=body.dropped, children=body.children,
    )  # fmt: skip
    return _whole(request, response, row)


@router.write("POST", "/cases/{int:case_id}/reopen", act="case.edit", out=WholeCase)
def reopening(request: HttpRequest, response: HttpResponse, case_id: PathId, body: CaseReopening) -> WholeCase:
    """Take it up again; what ran about it goes on from where it was."""
    row = one(_seen(request), case_id)
    return _whole(request, response, case_close.reopen(row, by=user_of(request), now=clock.now(), because=body.because))


@router.write("POST", "/cases/{int:case_id}/process", act="case.edit", out=WholeCase, refuses=(404,))
def processing(request: HttpRequest, response: HttpResponse, case_id: PathId, body: CaseProcess) -> WholeCase:
    """Let it go by the steps of another process, from its start."""
    by, row = user_of(request), one(_seen(request), case_id)
    process = one(processes.visible_to(by), body.process_id)
    return _whole(request, response, stepped.change_process(row, process, by=by, now=clock.now()))


@router.write("PUT", "/cases/{int:case_id}/parts", act="case.edit", out=WholeCase)
def parting(request: HttpRequest, response: HttpResponse, case_id: PathId, body: CasePartsIn) -> WholeCase:
    """The things that it is about, instead of those that were."""
    told = [case_parts.PartIn(part.name, part.quantity, part.serial, part.sku) for part in body.parts]
    row = one(_seen(request), case_id)
    return _whole(request, response, case_parts.put_parts(row, told, by=user_of(request), now=clock.now()))


@router.write("POST", "/cases/{int:case_id}/checks", act="case.edit", out=CaseCheckOut, status=201)
def adding_check(request: HttpRequest, case_id: PathId, body: CaseCheckIn) -> CaseCheckOut:
    """One more line of its checklist."""
    row = one(_seen(request), case_id)
    return CaseCheckOut.of(case_parts.add_check(row, body.words, by=user_of(request), now=clock.now()))


@router.write("PATCH", "/cases/{int:case_id}/checks/{int:check_id}", act="case.edit", out=CaseCheckOut)
def checking(request: HttpRequest, case_id: PathId, check_id: PathId, body: CaseChecking) -> CaseCheckOut:
    """Tick a line, or take the tick away."""
    line = one(_checks(request, case_id), check_id)
    return CaseCheckOut.of(case_parts.check(line, by=user_of(request), now=clock.now(), is_done=body.done))


@router.write("DELETE", "/cases/{int:case_id}/checks/{int:check_id}", act="case.edit", out=Done)
def dropping_check(request: HttpRequest, case_id: PathId, check_id: PathId) -> Done:
    """Take a line out of its checklist."""
    case_parts.drop_check(one(_checks(request, case_id), check_id), by=user_of(request), now=clock.now())
    return Done()


@router.write("POST", "/cases/{int:case_id}/talks", act="case.edit", out=WholeCase, refuses=(404,))
def joining(request: HttpRequest, response: HttpResponse, case_id: PathId, body: CaseTalking) -> WholeCase:
    """Let a conversation into it, a suggested one too."""
    by, row = user_of(request), one(_seen(request), case_id)
    talk = _conversation(request, body.conversation_id)
    return _whole(request, response, case_talks.join_talk(row, talk, by=by, now=clock.now()))


@router.write("DELETE", "/cases/{int:case_id}/talks/{int:conversation_id}", act="case.edit", out=WholeCase)
def leaving(request: HttpRequest, response: HttpResponse, case_id: PathId, conversation_id: PathId) -> WholeCase:
    """Part a conversation from it, or say no to a suggested one."""
    row = one(_seen(request), case_id)
    talk = _conversation(request, conversation_id)
    return _whole(request, response, case_talks.part_talk(row, talk, by=user_of(request)))


@router.read("/case-policy", act="house.view", out=CasePolicyOut)
def policy(request: HttpRequest) -> CasePolicyOut:
    """How this house keeps its cases."""
    return CasePolicyOut.of(case_policy.row())


@router.write("PATCH", "/case-policy", act="house.edit", out=CasePolicyOut)
def setting_policy(request: HttpRequest, body: CasePolicyChange) -> CasePolicyOut:
    """Change what is given."""
    told: dict[str, Any] = given(body)
    return CasePolicyOut.of(case_policy.change(by=user_of(request), **told))


def _seen(request: HttpRequest) -> QuerySet[Case]:
    return cases.visible_to(user_of(request)).select_related("person__canonical", *cases.RUNS)


def _checks(request: HttpRequest, case_id: int) -> QuerySet[CaseCheck]:
    seen = cases.visible_to(user_of(request)).filter(pk=case_id)
    return CaseCheck.objects.filter(case__in=seen).select_related("case", "by")


def _conversation(request: HttpRequest, number: int) -> Conversation:
    return one(visible_turns(user_of(request)).select_related("conversation"), number).conversation


def _whole(request: HttpRequest, response: HttpResponse, row: Case) -> WholeCase:
    found = one(_seen(request), row.pk)
    response["ETag"] = mark_of("c", found.pk, found.changed_at)
    return WholeCase.of(found, user_of(request))

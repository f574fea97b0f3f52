"""Cases: the list, one of them with what was done and what rules did, opening one and ending it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.inbox import cases, queries, stepped
from mutuals.inbox.models import Case, CaseState, Priority, Turn
from mutuals.people import queries as people
from mutuals.people.visibility import visible_to as visible_people
from mutuals.processes import queries as processes
from mutuals.rules.models import Rule
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.inbox.views import turn_of
from mutuals.web.processes.shown import chosen_way, ways
from mutuals.web.processes.working import panel
from mutuals.web.rules.shown import fired

SHOWN = 50
_SORTS = (("new", "Newest first"), ("limit", "Limit first"))


@needs("case.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list, those that are open first asked for."""
    viewer, told = caller(request), request.GET
    state = told.get("state", CaseState.OPEN)
    asked = {
        "q": " ".join(told.get("q", "").replace("\0", " ").split())[:200],
        "state": state if state in CaseState.values else "",
        "priority": told.get("priority", "") if told.get("priority") in Priority.values else "",
        "sort": "limit" if told.get("sort") == "limit" else "new",
    }
    by_limit = asked["sort"] == "limit"
    rows = cases.listed(
        viewer, state=asked["state"], priority=asked["priority"], text=asked["q"], by_limit=by_limit,
        before=talk.place_of(told.get("after", "")), limit=SHOWN + 1,
    )  # fmt: skip
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    place: tuple[datetime | None, int] | None = (last.due_at if by_limit else last.opened_at, last.pk) if last else None
    more = urlencode({**asked, "state": state, "after": talk.mark(place)}) if place else ""
    shown = {
        "rows": [(row, _step(row, viewer)) for row in rows[:SHOWN]],
        "asked": asked,
        "more": more,
        "is_later": "after" in told,
        "is_narrowed": bool(asked["q"] or asked["priority"] or asked["state"] != CaseState.OPEN or by_limit),
        "here": request.get_full_path(),
        "now": clock.now(),
        "states": CaseState.choices,
        "priorities": Priority.choices,
        "sorts": _SORTS,
    }
    return render(request, "inbox/cases.html", shown)


@needs("case.view")
def one(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case."""
    viewer = caller(request)
    case = _found(viewer, case_id)
    person = case.person.canonical if case.person else None
    shown = person is not None and visible_people(viewer).filter(pk=person.pk).exists()
    about = (
        {"conversation_id": case.conversation_id} if case.conversation_id else {"person_id": person.pk if person else 0}
    )
    told: dict[str, Any] = {
        "case": case,
        "now": clock.now(),
        "person": person if shown else None,
        "turns": _conversations(case, viewer),
        "opener": _opener(case),
        "history": _history(case, viewer),
        "fired": fired(viewer, **about),
        "states": CaseState.choices,
        "priorities": Priority.choices,
        "may_edit": may(viewer, "case.edit"),
        **_steps(case, viewer),
    }
    return render(request, "inbox/case.html", told)


@needs("case.edit", methods="POST")
def start(request: HttpRequest, case_id: int) -> HttpResponse:
    """Let a case that was opened without steps run in a process."""
    viewer = caller(request)
    case = _found(viewer, case_id)
    try:
        process, _ = chosen_way(viewer, "case", request.POST.get("steps", ""))
        stepped.start(case, by=viewer, now=clock.now(), process=process)
        messages.success(request, "It goes by steps now.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("case", case_id)


@needs("case.edit", methods="POST")
def change(request: HttpRequest, case_id: int) -> HttpResponse:
    """How much it matters, and whether it goes on."""
    viewer, told = caller(request), request.POST
    case = _found(viewer, case_id)
    try:
        cases.change(
            case, by=viewer, now=clock.now(), state=told.get("state") or None, priority=told.get("priority") or None
        )
        messages.success(request, "Saved.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("case", case_id)


@needs("case.open", methods="POST")
def new(request: HttpRequest) -> HttpResponse:
    """A case about a conversation; the one that is open there is shown instead."""
    viewer, told = caller(request), request.POST
    number, minutes = told.get("conversation", ""), told.get("minutes", "").strip()
    turn = turn_of(viewer, int(number) if number.isdecimal() and len(number) < 19 else 0)
    opener = turn.conversation.opener
    try:
        process, is_usual = chosen_way(viewer, "case", told.get("steps", ""))
        case, is_new = cases.open_case(
            by=viewer, now=clock.now(), title=told.get("title", "").replace("\0", ""), conversation=turn.conversation,
            person=opener.person.canonical if opener and opener.person else None, pillar=turn.pillar,
            priority=told.get("priority", Priority.NORMAL),
            minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 7 else None,
            process=process, is_usual=is_usual,
        )  # fmt: skip
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("conversation", turn.pk)
    messages.success(request, f"{case.reference} is open." if is_new else f"{case.reference} was open here already.")
    return redirect("case", case.pk)


def _found(viewer: User, number: int) -> Case:
    rows = cases.visible_to(viewer).select_related("person__canonical", "conversation", *cases.RUNS)
    case = rows.filter(pk=number).first() if number < 2**63 else None
    if case is None:
        raise Http404
    return case


def _steps(case: Case, viewer: User) -> dict[str, Any]:
    """Where it stands and what can be done, as the pages of processes draw it; or in which process it may begin."""
    if case.item is not None and may(viewer, "process.view"):
        return {**panel(case.item, viewer), "at": "record", "may_work": may(viewer, "process.work")}
    is_free = case.item is None and case.state == CaseState.OPEN and may(viewer, "case.edit")
    return {"startable": ways(viewer, "case")} if is_free else {}


def _step(case: Case, viewer: User) -> str:
    """The name of the step where an open case stands."""
    is_shown = case.item is not None and case.state == CaseState.OPEN and may(viewer, "process.view")
    return processes.step_name(case.item) if is_shown and case.item else ""


def _conversations(case: Case, viewer: User) -> list[Turn]:
    """The one that it is about, then the person's other ones, as far as the viewer may see them."""
    rows = queries.visible_to(viewer).select_related("conversation")
    own = list(rows.filter(pk=case.conversation_id or 0))
    if case.person is None:
        return own
    theirs = [profile.pk for profile in people.profiles_of(case.person.canonical)]
    others = rows.filter(conversation__opener__in=theirs).exclude(pk=case.conversation_id or 0)
    return own + list(others.order_by("-moved_at")[:5])


def _opener(case: Case) -> dict[str, Any]:
    """Who opened it: a colleague, or a rule."""
    kind, _, number = case.opened_by.partition(":")
    if not number.isdecimal():
        return {"name": case.opened_by}
    if kind == "rule":
        rule = Rule.objects.filter(pk=number).first()
        return {"name": f"the rule “{rule}”" if rule else "a rule that is gone", "rule": rule}
    user = User.objects.filter(pk=number).first()
    return {"name": str(user) if user else "somebody"}


def _history(case: Case, viewer: User) -> list[dict[str, Any]]:
    entries = cases.history_of(case, viewer)
    names = {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=_staff(entries))}
    return [
        {
            "at": entry.at,
            "who": names.get(entry.by, "Mutuals") + (", by a rule" if entry.data.get("via") else ""),
            "what": "opened it"
            if entry.kind == "case.opened"
            else f"{entry.data.get('state')}, {entry.data.get('priority')}",
        }
        for entry in entries
    ]


def _staff(entries: list[Any]) -> list[int]:
    keys = {entry.by.partition(":") for entry in entries}
    return [int(number) for kind, _, number in keys if kind == "staff" and number.isdecimal()]

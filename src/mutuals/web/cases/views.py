"""Cases: the list with its tabs, and one of them, seen by conversation or by step."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.inbox import case_policy, cases, stepped
from mutuals.inbox.lists import CASES
from mutuals.inbox.models import Case, CaseState, Outcome, Priority, Purpose, Severity
from mutuals.people.visibility import visible_to as visible_people
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.cases import shown
from mutuals.web.frame.doors import caller, needs
from mutuals.web.lists import places
from mutuals.web.lists.shown import show
from mutuals.web.processes.shown import ways
from mutuals.web.processes.working import panel
from mutuals.web.rules.shown import fired

_MOVED = {
    "tab=unassigned": "whose=nobody", "tab": "whose={}", "severity": "f=severity:is:{}", "priority": "f=priority:is:{}",
}  # fmt: skip
_MOVED |= {"severity=": "", "priority=": "", "serial=": "", "q=": "", "sort=new": ""}


@needs("case.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list, those that are open first asked for."""
    if way := places.moved(request, _MOVED):
        return redirect(way)
    viewer = caller(request)
    more = {
        "live": "inbox",
        "columns_key": "shift+c",
        "may_open": may(viewer, "case.open"),
        "may_rule": may(viewer, "house.edit"),
    }
    return show(request, CASES, template="cases/list.html", more=more)


@needs("case.view")
def one(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case, by conversation, or by step (`view`)."""
    return drawn(request, found(caller(request), case_id))


def drawn(request: HttpRequest, case: Case, *, refused: str = "", typed: Any = None, status: int = 200) -> HttpResponse:
    """The page of a case; with what an act said against it, and what was typed."""
    viewer = caller(request)
    by_step = request.GET.get("view") == "steps"
    person = case.person.canonical if case.person else None
    is_seen = person is not None and visible_people(viewer).filter(pk=person.pk).exists()
    about = (
        {"conversation_id": case.conversation_id} if case.conversation_id else {"person_id": person.pk if person else 0}
    )
    seen = cases.visible_to(viewer)
    above = seen.filter(pk=case.parent_id or 0).first()
    context: dict[str, Any] = {
        "case": case,
        "now": clock.now(),
        "person": person if is_seen else None,
        "by_step": by_step,
        **shown.story(case, viewer, by_step=by_step),
        "talks": shown.conversations(case, viewer),
        "suggested": shown.named_by(case, viewer),
        "others": shown.others(case, viewer),
        "opener": shown.opener(case),
        "above": above,
        "above_ref": above.reference if above else "",
        "before": seen.filter(pk=case.follows_id or 0).first(),
        "under": list(seen.filter(parent=case).order_by("-state", "pk")[:100]),
        "open_under": stepped.open_children(case),
        "checks": list(case.checks.select_related("by").order_by("position")),
        "parts": list(case.parts.select_related("product").order_by("position")),
        "fired": fired(viewer, **about),
        "may_edit": may(viewer, "case.edit"),
        "may_open": may(viewer, "case.open"),
        "priorities": Priority.choices,
        "severities": Severity.choices,
        "purposes": Purpose.choices,
        "outcomes": Outcome.choices,
        "kinds": list(dict.fromkeys([*case_policy.row().kinds, *([case.kind] if case.kind else [])])),
        "owners": staff.active(),
        "teams": staff.teams_of(viewer),
        "refused": refused,
        "kept": typed or {},
        **_steps(case, viewer),
    }
    return render(request, "cases/case.html", context, status=status)


def found(viewer: User, number: int) -> Case:
    """The case of that number, if this user may know of it."""
    rows = cases.visible_to(viewer).select_related("person__canonical", "conversation", "ended_by", *cases.RUNS)
    case = rows.filter(pk=number).first() if number < 2**63 else None
    if case is None:
        raise Http404
    return case


def _steps(case: Case, viewer: User) -> dict[str, Any]:
    """Where it stands and what can be done, as the pages of processes draw it; or in which process it may begin."""
    is_free = case.state == CaseState.OPEN and may(viewer, "case.edit")
    startable = ways(viewer, "case") if is_free else []
    if case.item is not None and may(viewer, "process.view"):
        others = [one for one in startable if one[0] not in ("usual", str(case.item.process_id))]
        return {
            **panel(case.item, viewer), "at": "record", "may_work": may(viewer, "process.work"), "elsewhere": others,
        }  # fmt: skip
    return {"startable": startable} if case.item is None else {}

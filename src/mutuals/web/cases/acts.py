"""What is done on the page of a case: changed, given, ended, taken up again; its conversations, checklist, parts, process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.conversations.models import Conversation
from mutuals.inbox import case_close, case_edit, case_parts, case_talks, cases, queries, stepped
from mutuals.inbox.models import Case, CaseCheck
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.web.cases.views import drawn, found
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.processes.shown import chosen_way


@needs("case.edit", methods="POST")
def start(request: HttpRequest, case_id: int) -> HttpResponse:
    """Let a case go by the steps of a process: where it has none yet, or instead of those that it has."""
    viewer = caller(request)
    case = found(viewer, case_id)
    try:
        process, _ = chosen_way(viewer, "case", request.POST.get("steps", ""))
        if case.item is not None and process is not None:
            stepped.change_process(case, process, by=viewer, now=clock.now())
        else:
            stepped.start(case, by=viewer, now=clock.now(), process=process)
        messages.success(request, "It goes by steps now.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("case", case_id)


@needs("case.edit", methods="POST")
def change(request: HttpRequest, case_id: int) -> HttpResponse:
    """What it is called, how much it matters, whose it is, and the case above it."""
    viewer, told = caller(request), request.POST
    case = found(viewer, case_id)
    try:
        values: dict[str, Any] = {
            name: told[name] for name in ("title", "priority", "severity", "kind") if name in told
        }
        for name, rows in (("owner", staff.active()), ("team", staff.teams_of(viewer))):
            if name in told:
                values[name] = rows.filter(pk=_number(told[name])).first() if told[name] else None
        if "parent" in told:
            values["parent"] = _above(viewer, told["parent"])
        case_edit.edit(case, by=viewer, now=clock.now(), changes=values)
        messages.success(request, "Saved.")
    except REFUSALS as error:
        return drawn(request, found(viewer, case_id), refused=str(error), typed=told, status=422)
    return redirect("case", case_id)


@needs("case.edit", methods="POST")
def over(request: HttpRequest, case_id: int) -> HttpResponse:
    """End it with what they wanted and what came of it, or take it up again."""
    viewer, told, now = caller(request), request.POST, clock.now()
    case = found(viewer, case_id)
    children: case_close.Children = (
        "close" if told.get("children") == "close" else "leave" if told.get("children") else ""
    )
    try:
        if told.get("do") == "reopen":
            case_close.reopen(case, by=viewer, now=now, because=told.get("because", ""))
            messages.success(request, f"{case.reference} is open again.")
        else:
            case_close.close(
                case, by=viewer, now=now, purpose=told.get("purpose", ""), outcome=told.get("outcome", ""),
                result=told.get("result", ""), is_dropped=told.get("do") == "drop", children=children,
            )  # fmt: skip
            messages.success(request, f"{case.reference} has ended.")
    except REFUSALS as error:
        return drawn(request, found(viewer, case_id), refused=str(error), typed=told, status=422)
    return redirect("case", case_id)


@needs("case.edit", methods="POST")
def do(request: HttpRequest, case_id: int) -> HttpResponse:
    """One of the small acts, by `do`."""
    viewer = caller(request)
    case = found(viewer, case_id)
    name, _, what = request.POST.get("do", "")[:60].partition(" ")
    act = _ACTS.get(name)
    try:
        if act is None:
            raise Refusal("Choose what shall be done.")
        act(case, what, request.POST, viewer, clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('case', args=[case_id])}#{_PLACES.get(name, '')}")


Act = Callable[[Case, str, Mapping[str, str], User, datetime], object]


def _join(case: Case, what: str, _told: Mapping[str, str], by: User, now: datetime) -> None:
    case_talks.join_talk(case, _talk(by, what), by=by, now=now)


def _part(case: Case, what: str, _told: Mapping[str, str], by: User, _now: datetime) -> None:
    case_talks.part_talk(case, _talk(by, what), by=by)


def _line(case: Case, _what: str, told: Mapping[str, str], by: User, now: datetime) -> None:
    case_parts.add_check(case, told.get("words", ""), by=by, now=now)


def _tick(case: Case, what: str, _told: Mapping[str, str], by: User, now: datetime) -> None:
    line = _check(case, what)
    case_parts.check(line, by=by, now=now, is_done=line.done_at is None)


def _drop_line(case: Case, what: str, _told: Mapping[str, str], by: User, now: datetime) -> None:
    case_parts.drop_check(_check(case, what), by=by, now=now)


def _more_parts(case: Case, _what: str, told: Mapping[str, str], by: User, now: datetime) -> None:
    try:
        quantity = Decimal(told.get("quantity", "").strip().replace(",", ".") or "1")
    except InvalidOperation as error:
        raise Refusal("How many is a number.") from error
    new = case_parts.PartIn(told.get("name", "").replace("\0", ""), quantity, told.get("serial", "").replace("\0", ""))
    case_parts.put_parts(case, [*_parts(case), new], by=by, now=now)


def _fewer_parts(case: Case, what: str, _told: Mapping[str, str], by: User, now: datetime) -> None:
    left = [
        one for place, one in zip(case.parts.order_by("position"), _parts(case), strict=True) if str(place.pk) != what
    ]
    case_parts.put_parts(case, left, by=by, now=now)


_ACTS: Mapping[str, Act] = {
    "join": _join, "part": _part, "line": _line, "tick": _tick, "untick": _tick, "dropline": _drop_line, "put": _more_parts,
    "take": _fewer_parts,
}  # fmt: skip
_PLACES = {
    "line": "checklist", "tick": "checklist", "untick": "checklist", "dropline": "checklist", "put": "parts", "take": "parts",
    "join": "talks", "part": "talks",
}  # fmt: skip


def _parts(case: Case) -> list[case_parts.PartIn]:
    rows = case.parts.select_related("product").order_by("position")
    return [
        case_parts.PartIn(one.name, one.quantity, one.serial, one.product.sku if one.product else "") for one in rows
    ]


def _talk(viewer: User, told: str) -> Conversation:
    turn = queries.visible_to(viewer).select_related("conversation").filter(pk=_number(told)).first()
    if turn is None:
        raise Http404
    return turn.conversation


def _check(case: Case, told: str) -> CaseCheck:
    line = case.checks.select_related("case").filter(pk=_number(told)).first()
    if line is None:
        raise Refusal("This line is not there any more.")
    return line


def _above(viewer: User, told: str) -> Case | None:
    """The case of a reference; None for none. Refused: one that is not there."""
    if not told.strip():
        return None
    rows = cases.listed(viewer, text=told, limit=1) if cases.is_reference(told) else []
    if not rows:
        raise Refusal(f"There is no case “{told.strip()[:40]}”.")
    return rows[0]


def _number(told: str) -> int:
    return int(told) if told.isdecimal() and len(told) < 19 else 0

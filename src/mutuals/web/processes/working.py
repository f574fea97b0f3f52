"""What runs: what waits on me, hand-overs, and one item with its whole way."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.processes import hands, hours, kinds, queries, run, steps
from mutuals.processes.models import Handover, Item, ItemState, Passage
from mutuals.processes.shape import Shape, Step
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.house.shown import explained
from mutuals.web.processes import shown
from mutuals.web.processes.views import found


@needs("process.view")
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits on me, what is late, and which hand-overs nobody has accepted."""
    viewer, now = caller(request), clock.now()
    offered = queries.handovers(viewer)
    names = queries.shown([one.item for one in offered])
    told = {
        "mine": shown.items(queries.waiting_on(viewer), viewer, now=now),
        "late": shown.items(queries.late(viewer, now=now), viewer, now=now),
        "offered": [
            (one, *names[one.item.about], hours.span((now - one.given_at).total_seconds()), hands.is_for(one, viewer))
            for one in offered
        ],
    }
    return render(request, "processes/waiting.html", told)


@needs("process.work", methods="POST")
def start(request: HttpRequest, process_id: int) -> HttpResponse:
    """Let a record run, by its key."""
    process = found(request, process_id)
    try:
        row = run.start(request.POST.get("about", "").strip(), process, by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("process", process.pk)
    return redirect("process_item", row.pk)


@needs("process.work", methods="POST")
def answer(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Accept a hand-over, or decline it with a reason."""
    viewer = caller(request)
    one = queries.handover(viewer, handover_id)
    if one is None:
        raise Http404
    try:
        if request.POST.get("do") == "accept":
            hands.accept(one, by=viewer, now=clock.now())
            messages.success(request, "It is yours now.")
        else:
            hands.decline(one, by=viewer, now=clock.now(), because=request.POST.get("because", ""))
            messages.success(request, "It went back, with your reason.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return _back(request, one.item)


@needs("process.view", methods="GET POST", post="process.work")
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """One item: where it is, its whole way with reasons, and what can be done with it."""
    row = _found(request, item_id)
    if request.method == "POST":
        try:
            _acted(request, row)
        except REFUSALS as error:
            return _drawn(request, row, refused=str(error), asked=getattr(error, "fields", {}), status=422)
        return _back(request, row)
    return _drawn(request, row)


@needs("process.work", methods="POST")
def hand_over(request: HttpRequest, item_id: int) -> HttpResponse:
    """Offer it to a team or a colleague."""
    row, data = _found(request, item_id), request.POST
    sort, _, number = data.get("to", "").partition(" ")
    key = shown.number(number) or 0
    team = staff.teams_of(caller(request)).filter(pk=key).first() if sort == "team" else None
    user = staff.active().filter(pk=key).first() if sort == "staff" else None
    try:
        hands.hand_over(
            row, by=caller(request), now=clock.now(), reason=data.get("reason", ""), next_action=data.get("next", ""),
            team=team, user=user, seen=_seen(request),
        )  # fmt: skip
    except REFUSALS as error:
        return _drawn(request, row, refused=str(error), status=422)
    messages.success(request, f"Offered to {team or user}; it stays here until they accept.")
    return _back(request, row)


def _acted(request: HttpRequest, row: Item) -> None:
    by, now, data = caller(request), clock.now(), request.POST
    act, _, to = data.get("do", "")[:60].partition(" ")
    because, seen = data.get("because", ""), _seen(request)
    values = {name.removeprefix("f-")[:60]: value for name, value in data.items() if name.startswith("f-") and value}
    if act == "move":
        run.move(row, to=to, by=by, now=now, because=because, values=values, seen=seen)
    elif act == "back":
        run.back(row, by=by, now=now, because=because, to=to, seen=seen)
    elif act == "drop":
        run.drop(row, by=by, now=now, because=because, seen=seen)
    elif act == "take":
        run.give(row, to=by, by=by)
    else:
        raise Refusal("Choose what shall be done.")
    messages.success(request, "Done.")


def _back(request: HttpRequest, row: Item) -> HttpResponse:
    """To the page of the record where the form stood there, else to the item's own."""
    url = queries.shown([row])[row.about][1] if request.POST.get("at") == "record" else ""
    return redirect(url or reverse("process_item", args=[row.pk]))


def _drawn(request: HttpRequest, row: Item, *, refused: str = "", asked: Any = (), status: int = 200) -> HttpResponse:
    told = panel(_found(request, row.pk), caller(request), typed=request.POST.dict(), asked=asked)
    return render(request, "processes/item.html", {**told, "refused": refused}, status=status)


def panel(
    row: Item, viewer: User, *, typed: Mapping[str, str] = MappingProxyType({}), asked: Any = ()
) -> dict[str, Any]:
    """What `processes/_way.html` and `processes/_doing.html` draw of an item that somebody may see: on its own page, or on that
    of its record, which adds `at` = "record", so that its forms come back there. `asked`: fields that a refusal names.
    """
    now = clock.now()
    told = steps.shape_of(row.version)
    here = told.step(row.step)
    line = shown.items([row], viewer, now=now)[0]
    story = hands.history(row)
    offered = next((one for one in story if isinstance(one, Handover) and one.is_open), None)
    return {
        "line": line,
        "item": row,
        "here": here,
        "ways": [(way, steps.name(told, way.to)) for way in here.ways] if here else [],
        "backs": [(key, steps.name(told, key)) for key in steps.visited(row, told)],
        "story": [_told(one, told) for one in story],
        "offered": offered,
        "offered_to_me": offered is not None and hands.is_for(offered, viewer),
        "may_decline": offered is not None and hands.may_decline(offered, viewer),
        "pictures": shown.picture(told, None, chosen=row.step, link="#"),
        "receivers": [
            *((f"team {one.pk}", one.name) for one in staff.teams_of(viewer)),
            *((f"staff {one.pk}", one.name) for one in staff.active()),
        ],
        "fields": _fields(row, here, told, typed=typed, asked=asked),
        "typed": typed,
        "limit": _limit(row, here, told),
    }


def _fields(
    row: Item, here: Step | None, told: Shape, *, typed: Mapping[str, str], asked: Any
) -> list[tuple[str, str, str, tuple[tuple[str, str], ...]]]:
    """What the form of a step asks for, as (name, label, value, choices): what a refusal named, and near an end its own."""
    if here is None:
        return []
    kind = kinds.kind(row.process.kind)
    ends = any(to is not None and to.end for to in (told.step(way.to) for way in here.ways))
    names = [one for one in here.needs if one in asked or f"f-{one}" in typed] + [*(kind.at_end if ends else ())]
    known = {one.name: one for one in kind.asked.fields} if kind.asked else {}
    return [
        (
            one,
            known[one].label if one in known else one,
            typed.get(f"f-{one}", ""),
            known[one].choices if one in known else (),
        )
        for one in dict.fromkeys(names)
    ]


def _limit(row: Item, here: Step | None, told: Shape) -> dict[str, Any] | None:
    """How the limit of the step came about; None where there is none, or nothing runs any more."""
    if here is None or here.limit is None or row.state != ItemState.RUNNING:
        return None
    try:
        found = explained(hours.explain(row.entered_at, here.limit, told.week), told.week.zone)
    except Refusal as error:
        return {"limit": here.limit.words, "told": {"words": [str(error)]}}
    return {"limit": here.limit.words, "told": found, "other": found["over"] if found["over"] != row.due_at else None}


def _told(one: Passage | Handover, told: Any) -> dict[str, Any]:
    if isinstance(one, Handover):
        giver, taker = one.from_user or one.given_by or one.from_team, one.to_user or one.to_team or one.to_role
        answered = "accepted" if one.accepted_at else "declined" if one.declined_at else "not answered yet"
        by = f" by {one.answered_by}" if one.answered_by else ""
        return {
            "at": one.given_at, "by": one.given_by, "words": f"{giver} handed it to {taker}: {answered}{by}",
            "because": one.reason, "next": one.next_action, "answer": one.because, "icon": "people",
        }  # fmt: skip
    frm, to = (steps.name(told, key) for key in (one.frm, one.to))
    words = f"Began at {to}" if not one.frm else f"{frm} → {to}" if one.to else f"Dropped at {frm}"
    after = f"after {hours.span(one.seconds)}" if one.frm else ""
    return {
        "at": one.at, "by": one.by, "words": words, "after": after, "because": one.because, "did": one.did,
        "is_late": one.in_time is False, "icon": "undo" if one.is_back else "right",
    }  # fmt: skip


def _seen(request: HttpRequest) -> int | None:
    return shown.number(request.POST.get("seen", ""))


def _found(request: HttpRequest, item_id: int) -> Item:
    row = queries.item(caller(request), item_id)
    if row is None:
        raise Http404
    return row

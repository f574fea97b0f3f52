"""Ideas: the list with what speaks for each, and one of them with all who asked."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.communities import queries
from mutuals.communities.lists import IDEAS
from mutuals.communities.models import TOLD, Idea, IdeaState
from mutuals.people.visibility import called, sees_contacts
from mutuals.processes import steps
from mutuals.processes.models import ItemState
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.customform import sections
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import zone_of
from mutuals.web.ideas import forms
from mutuals.web.lists.shown import show

SHOWN = 50
CSS = {"new": "line", "review": "care", "planned": "accent", "done": "good", "declined": "line"}
_DID = {
    "idea.added": "wrote it down",
    "idea.edited": "edited it",
    "idea.asked": "noted who asked",
    "idea.unasked": "took out who had not asked",
    "idea.voted": "noted a vote",
    "idea.unvoted": "took a vote back",
    "idea.merged": "merged it into another one",
    "idea.took_in": "merged another one into it",
    "idea.parted": "parted it again",
    "idea.trashed": "put it into the trash",
    "idea.restored": "took it out of the trash",
    "idea.given": "handed it over",
}


@needs("idea.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list, narrowed and sorted as the address says; open ones with most votes first where it says nothing."""
    return show(request, IDEAS, template="ideas/list.html", more={"may_edit": may(caller(request), "idea.edit")})


@needs("idea.view")
def one(request: HttpRequest, idea_id: int) -> HttpResponse:
    """One idea; what was merged away leads to what it became."""
    row = found(request, idea_id)
    if row.merged_into_id is not None:
        return redirect("idea", queries.root(row.pk))
    return shown_one(request, row)


def found(request: HttpRequest, number: int) -> Idea:
    """The idea of a number, also one in the trash; 404 for who may not see it."""
    rows = queries.with_gone(caller(request)).select_related(
        "product", "owner", "item__process", "item__version", "merged_into"
    )
    row = rows.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    return row


def shown_one(
    request: HttpRequest, row: Idea, *, voting: forms.Whom | None = None, asking: forms.Telling | None = None
) -> HttpResponse:
    """The page of an idea; 422 with a form that was refused."""
    viewer = caller(request)
    askers = queries.askers(row, viewer, before=talk.place_of(request.GET.get("after", "")), limit=SHOWN + 1)
    last = askers[SHOWN - 1] if len(askers) > SHOWN else None
    context = {
        "idea": row,
        "css": CSS[row.state],
        "askers": askers[:SHOWN],
        "more": talk.mark((last.at, last.id)) if last else "",
        "untold": queries.to_tell(row),
        "tells": row.state in TOLD,
        "voters": [(who, str(called(who, full=sees_contacts(viewer)))) for who in queries.voters(row)],
        "history": _history(row, viewer),
        "merged": Idea.objects.filter(merged_into=row).order_by("pk")[:SHOWN],
        "alike": [one for one in queries.alike(viewer, row.title) if one.pk != row.pk],
        "states": IdeaState.choices,
        "step": steps.name(steps.shape_of(row.item.version), row.item.step) if row.item else "",
        "runs": row.item is not None and row.item.state == ItemState.RUNNING,
        "may_edit": may(viewer, "idea.edit") and row.trashed_at is None and row.merged_into_id is None,
        "may_restore": may(viewer, "idea.edit"),
        "may_start": may(viewer, "process.work"),
        "voting": voting or forms.Whom(viewer=viewer, prefix="vote"),
        "custom": sections("idea", row.custom, viewer=viewer, zone=zone_of(viewer)),
        "asking": asking or forms.Telling(viewer=viewer, prefix="ask"),
    }
    return render(request, "ideas/idea.html", context, status=422 if voting or asking else 200)


def _history(row: Idea, viewer: User) -> list[dict[str, Any]]:
    entries = queries.history_of(row, viewer)
    numbers = [int(one.by[6:]) for one in entries if one.by.startswith("staff:") and one.by[6:].isdecimal()]
    names = {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=numbers)}
    told = [
        (
            names.get(one.by, "Mutuals") + (", by a rule" if one.data.get("via") else ""),
            _did(one.kind, one.data),
            one.at,
        )
        for one in entries
        if one.kind in _DID or one.kind in ("idea.state", "idea.told")
    ]
    runs = [(key, list(rows)) for key, rows in groupby(told, key=lambda row: row[:2])]
    return [{"who": who, "what": what, "at": rows[0][2], "times": len(rows)} for (who, what), rows in runs]


def _did(kind: str, data: dict[str, Any]) -> str:
    if kind == "idea.state":
        words = dict(IdeaState.choices).get(str(data.get("state")), "")
        return f"{words}{': ' if data.get('because') else ''}{data.get('because') or ''}"
    if kind == "idea.told":
        return f"told {data.get('askers')} of those who asked"
    return _DID[kind]

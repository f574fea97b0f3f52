"""Ideas: the list with what speaks for each, and one of them with all who asked."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base.filters import Refused
from mutuals.base.lists import cursors
from mutuals.communities import queries
from mutuals.communities.models import TOLD, Idea, IdeaState
from mutuals.people.models import Person
from mutuals.people.queries import cluster
from mutuals.people.visibility import called, row_of, sees_contacts
from mutuals.processes import steps
from mutuals.processes.models import ItemState
from mutuals.sales.models import Product
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.ideas import forms

SHOWN = 50
CSS = {"new": "line", "review": "care", "planned": "accent", "done": "good", "declined": "line"}
_STATES = (("open", "Open"), *IdeaState.choices, ("all", "All"))
_SORTS = (("votes", "Most votes"), ("value", "Most bought by those who asked"), ("new", "Newest first"))
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
    viewer, told = caller(request), request.GET
    asked = {
        "q": " ".join(told.get("q", "").replace("\0", " ").split())[:200],
        "state": told.get("state", "open") if told.get("state", "open") in dict(_STATES) else "open",
        "sort": told.get("sort", "votes") if told.get("sort", "votes") in queries.SORTS else "votes",
        "product": told.get("product", "").replace("\0", "")[:80],
        "person": told.get("person", "")[:18],
    }
    person, product = _person(viewer, asked["person"]), Product.objects.filter(sku=asked["product"]).first()
    rows = queries.listed(
        viewer,
        state="" if asked["state"] == "all" else asked["state"],
        text=asked["q"],
        product_id=(product.pk if product else 0) if asked["product"] else None,
        person_ids=cluster(person) if person else None,
        sort=asked["sort"],
        before=_place(told.get("after", ""), asked["sort"]),
        limit=SHOWN + 1,
    )
    plain = {name: value for name, value in asked.items() if value}
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    context = {
        "rows": [(row, CSS[row.state]) for row in rows[:SHOWN]],
        "asked": asked,
        "person": person,
        "product": product,
        "states": [
            (value, words, urlencode({**plain, "state": value}), value == asked["state"]) for value, words in _STATES
        ],
        "sorts": _SORTS,
        "more": urlencode({**plain, "after": _mark(last, asked["sort"])}) if last else "",
        "is_later": "after" in told,
        "is_narrowed": bool(asked["q"] or asked["product"] or asked["person"] or asked["state"] != "open"),
        "may_edit": may(viewer, "idea.edit"),
    }
    return render(request, "ideas/list.html", context)


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


def _person(viewer: User, told: str) -> Person | None:
    if not told:
        return None
    row = row_of(viewer, int(told)) if told.isascii() and told.isdecimal() else None
    if row is None:
        raise Http404
    return row.canonical


def _mark(row: Idea, sort: str) -> str:
    return cursors.pack([getattr(row, queries.SORTS[sort]), row.pk], of=f"ideas {sort}")


def _place(text: str, sort: str) -> tuple[Decimal | int, int] | None:
    try:
        place = cursors.unpack(text, of=f"ideas {sort}")
    except Refused as error:
        raise Http404 from error
    return (place[0], place[1]) if place else None

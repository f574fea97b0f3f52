"""Deals: the board of a pipeline with its sums, the table, and one deal with all that stands around it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from mutuals.base import clock
from mutuals.people import queries as people
from mutuals.people.visibility import visible_to as visible_people
from mutuals.processes import steps
from mutuals.processes.models import Passage, Process
from mutuals.sales import pipeline, queries
from mutuals.sales.models import Deal, Say
from mutuals.sales.quotes import net_price
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.customer import timeline
from mutuals.web.deals import shown
from mutuals.web.frame.doors import caller, needs
from mutuals.web.sales.quotes import mark
from mutuals.web.sales.shown import number, parts

PAGE = 50
WORDS = 4
"""Of what the customer said last, so much stands beside a deal."""
_STATES = ("open", "won", "lost", "trash")


@needs("deal.view")
def page(request: HttpRequest) -> HttpResponse:
    """The board of a pipeline, or the table of deals."""
    viewer, asked = caller(request), request.GET
    there = pipeline.pipelines(viewer)
    process = _asked(there, asked.get("pipeline", ""))
    mine = asked.get("owner") == "me"
    context: dict[str, Any] = {
        "parts": parts("deals", viewer),
        "pipelines": there,
        "pipeline": process,
        "mine": mine,
        "may_edit": may(viewer, "deal.edit"),
        "to_people": queries.sells_to_people(),
    }
    if asked.get("show") == "table" or process is None:
        return render(request, "deals/table.html", context | _table(request, viewer, process, mine=mine))
    now = clock.now()
    found = pipeline.board(viewer, process, now=now, owner=viewer if mine else None)
    told = {"columns": shown.board(found, now=now), "sums": found.sums, "count": found.count}
    return render(request, "deals/board.html", context | told)


@needs("deal.view")
def one(request: HttpRequest, deal_id: int) -> HttpResponse:
    """One deal: its steps, its lines, who has a say, quotes and orders, and the customer's last words."""
    viewer, row, now = caller(request), found(request, deal_id, trashed=True), clock.now()
    person = row.person.canonical if row.person else None
    item = row.item
    told = steps.shape_of(item.version) if item else None
    been = set(Passage.objects.filter(item=item).values_list("frm", flat=True)) if item else set()
    context = {
        "parts": parts("deals", viewer),
        "one": row,
        "card": shown.card(row, now=now),
        "weighted": pipeline.weighted(row),
        "person": person,
        "steps": [
            (step, bool(item and step.key == item.step), step.key in been)
            for step in (told.steps if told else ())
            if not step.end or (item and step.key == item.step)
        ],
        "seen": item.changes if item else "",
        "lines": [
            (line, line.quantity * net_price(line, Decimal(0)))
            for line in row.lines.select_related("product").order_by("position")
        ],
        "roles": pipeline.roles(row),
        "says": Say.choices,
        "quotes": [(quote, *mark(quote)) for quote in queries.quotes_visible_to(viewer).filter(deal=row).order_by("-pk")[:50]],
        "orders": list(queries.visible_to(viewer).filter(deal=row).order_by("-pk")[:50]),
        "words": _last_words(viewer, row),
        "pipelines": [one for one in pipeline.pipelines(viewer) if item is None or one.pk != item.process_id],
        "may_edit": may(viewer, "deal.edit"),
        "may_quote": may(viewer, "quote.edit"),
        "may_order": may(viewer, "order.edit"),
        "whom": _whom(row),
    }  # fmt: skip
    return render(request, "deals/deal.html", context)


def found(request: HttpRequest, deal_id: int, *, trashed: bool = False) -> Deal:
    """The deal that the caller may see, or 404."""
    row = pipeline.deal(caller(request), deal_id, trashed=trashed)
    if row is None:
        raise Http404
    return row


def _whom(row: Deal) -> str:
    """What a new quote or order of this deal begins with, as an address."""
    told = {"person": row.person.canonical_id if row.person else "", "organisation": row.organisation_id or ""}
    return urlencode(
        {name: value for name, value in told.items() if value} | {"deal": row.pk, "currency": row.currency}
    )


def _asked(there: list[Process], said: str) -> Process | None:
    """The pipeline that an address names; without one the usual, or the first."""
    if not said:
        return there[0] if there else None
    row = next((one for one in there if one.pk == number(said)), None)
    if row is None:
        raise Http404
    return row


def _table(request: HttpRequest, viewer: User, process: Process | None, *, mine: bool) -> dict[str, Any]:
    asked = request.GET
    state = asked.get("state", "open")
    if state not in _STATES:
        raise Http404
    is_one = bool(asked.get("pipeline")) and process is not None
    rows = pipeline.listed(
        viewer, state="" if state == "trash" else state, trashed=state == "trash", process=process if is_one else None,
        step=asked.get("step", "")[:40], owner=viewer if mine else None, text=asked.get("q", "")[:200].replace("\0", ""),
        before=number(asked.get("after", "")) or None, limit=PAGE + 1,
    )  # fmt: skip
    kept = {name: asked[name] for name in ("state", "pipeline", "step", "owner", "q") if asked.get(name)}
    return {
        "rows": shown.cards(rows[:PAGE], now=clock.now()),
        "more": urlencode(kept | {"show": "table", "after": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "state": state,
        "states": _STATES,
        "q": asked.get("q", "")[:200],
        "step": asked.get("step", "")[:40],
        "kept": kept,
        "colleagues": staff.active(),
    }


def _last_words(viewer: User, row: Deal) -> list[timeline.Happening]:
    """What the person of a deal said last, as far as the viewer may read it."""
    if row.person is None or not visible_people(viewer).filter(pk=row.person.canonical_id).exists():
        return []
    profiles = people.profiles_of(row.person.canonical)
    stretch = timeline.stretch(viewer, profiles, timeline.Filter(direction="in"), after="")
    return [one for _, told in stretch.days for one in told][:WORDS]

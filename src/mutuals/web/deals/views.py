"""Deals: the board of a pipeline, the list and the month, and one deal with all that stands around it."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from mutuals.base import clock, house
from mutuals.people import queries as people
from mutuals.people.visibility import visible_to as visible_people
from mutuals.processes import steps
from mutuals.processes.models import Passage
from mutuals.sales import pipeline, queries
from mutuals.sales.listed import DEALS
from mutuals.sales.models import Deal, Say
from mutuals.sales.quotes import net_price
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.customer import timeline
from mutuals.web.deals import shown
from mutuals.web.frame.customform import sections
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import zone_of
from mutuals.web.lists.asked import Address
from mutuals.web.lists.shown import show
from mutuals.web.sales.quotes import mark
from mutuals.web.sales.shown import parts

WORDS = 4
"""Of what the customer said last, so much stands beside a deal."""


@needs("deal.view")
def page(request: HttpRequest) -> HttpResponse:
    """Deals: the board of a pipeline, the list, or the month in which they are expected."""
    viewer, said = caller(request), request.GET
    there = pipeline.pipelines(viewer)
    here = next((one for one in there if str(one.pk) == said.get("pipeline")), None)
    address = Address.read(DEALS, request.path, said)
    is_mine = said.get("owner") == "me"
    more = {
        "parts": parts("deals", viewer),
        "pipelines": [
            (one, address.narrowed("pipeline", str(one.pk)), one == (here or there[0])) for one in there
        ] if len(there) > 1 else [],
        "mine": [
            ("Everybody’s", address.narrowed("owner", ""), not is_mine), ("Mine", address.narrowed("owner", "me"), is_mine)
        ],
        "may_edit": may(viewer, "deal.edit"),
        "new_in": here,
    }  # fmt: skip
    return show(request, DEALS, template="deals/page.html", more=more)


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
        "at_home": house.currency() if row.home is not None and row.home != row.amount else "",
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
        "custom": sections("deal", row.custom, viewer=viewer, zone=zone_of(viewer)),
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


def _last_words(viewer: User, row: Deal) -> list[timeline.Happening]:
    """What the person of a deal said last, as far as the viewer may read it."""
    if row.person is None or not visible_people(viewer).filter(pk=row.person.canonical_id).exists():
        return []
    profiles = people.profiles_of(row.person.canonical)
    stretch = timeline.stretch(viewer, profiles, timeline.Filter(direction="in"), after="")
    return [one for _, told in stretch.days for one in told][:WORDS]

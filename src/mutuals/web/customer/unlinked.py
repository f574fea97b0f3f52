"""Presences that are nobody's yet: worked and searched like anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mutuals.history.models import Interaction
from mutuals.identity import belongs, queries
from mutuals.identity.evidence import percent
from mutuals.people import nobodys
from mutuals.people.models import Organisation, Profile
from mutuals.people.visibility import Called, called, sees_contacts
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One presence as the list shows it; `sure` and `pair`: how likely it is the person it may be, and where that is asked."""

    row: Profile
    icon: str
    handle: str
    network: str
    heard_at: datetime | None
    may_be: Called | None
    sure: str
    probability: float | None
    pair: int | None
    firm: Organisation | None  # on whose domain it proved itself


@needs("person.link")
def page(request: HttpRequest) -> HttpResponse:
    """A page of them, newest first, all or by a part of their name or by where they are."""
    viewer = caller(request)
    text, before = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:100], request.GET.get("before", "")
    network = request.GET.get("network", "").replace("\0", "")[:30]
    is_place = before.isascii() and before.isdecimal() and len(before) < 19
    place = int(before) if is_place else None
    rows = nobodys.listed(viewer, text=text, network=network, before=place, limit=PAGE + 1)
    kept = {"q": text, "network": network}
    context: dict[str, Any] = {
        "rows": _lines(rows[:PAGE], full=sees_contacts(viewer)),
        "text": text,
        "network": network,
        "networks": sorted(
            ((one, talk.label_of(one)) for one in nobodys.networks()), key=lambda one: one[1].casefold()
        ),
        "first": urlencode(kept),
        "more": urlencode({**kept, "before": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "is_later": is_place,
    }
    return render(request, "customer/unlinked.html", context)


def _lines(rows: list[Profile], *, full: bool) -> list[Line]:
    """A handful of queries for any number of them: when each was heard last, and whose it may be."""
    ids = [row.pk for row in rows]
    newest = (
        Interaction.objects.filter(profile=OuterRef("pk")).order_by("-occurred_at", "-id").values("occurred_at")[:1]
    )
    heard = dict(Profile.objects.filter(pk__in=ids).values_list("pk", Subquery(newest)))
    likely: dict[int, Any] = {}
    for edge in queries.of_profiles(ids, limit=PAGE * 10) if ids else []:
        for number in {edge.a_id, edge.b_id}.intersection(ids):
            likely.setdefault(number, edge)
    firms = {number: ones[0].organisation for number, ones in belongs.suggested(ids).items()}
    labels = {network: talk.label_of(network) for network in {row.network for row in rows}}
    return [
        _line(row, labels[row.network], heard.get(row.pk), likely.get(row.pk), firms.get(row.pk), full=full)
        for row in rows
    ]


def _line(
    row: Profile, network: str, heard_at: datetime | None, edge: Any, firm: Organisation | None, *, full: bool
) -> Line:
    end = queries.other_end(edge, row.pk) if edge else None
    return Line(
        row,
        talk.icon_of(row.network),
        talk.handle_of(row, full=full),
        network,
        heard_at,
        called(end, full=full) if end else None,
        percent(edge.probability) if edge else "",
        edge.probability if edge else None,
        edge.pk if edge else None,
        firm,
    )

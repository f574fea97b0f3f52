"""Segments: the list, one of them with its people, how far it is, and why somebody is in it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from mutuals.base import clock
from mutuals.base.filters import Refused, Test, to_query
from mutuals.outreach import preview, queries
from mutuals.outreach.lists import SEGMENTS
from mutuals.outreach.models import Segment
from mutuals.people.visibility import called, row_of, sees_contacts
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.lists.shown import show
from mutuals.web.segments.forms import Picking

SHOWN = 50


@needs("segment.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list, by name where the address says nothing."""
    return show(
        request, SEGMENTS, template="segments/list.html", more={"may_edit": may(caller(request), "segment.edit")}
    )


@needs("segment.view")
def one(request: HttpRequest, segment_id: int) -> HttpResponse:
    """One segment, with a page of its people."""
    return shown_one(request, found(request, segment_id))


@needs("segment.view")
def progress(request: HttpRequest, segment_id: int) -> HttpResponse:
    """How far it is: a part of the page that renews itself while everybody is looked at, and a page."""
    return render(request, "segments/_progress.html", _far(found(request, segment_id), caller(request)))


@needs("segment.view")
def why(request: HttpRequest, segment_id: int, person_id: int) -> HttpResponse:
    """Whether somebody is in it, and what of them speaks for each part."""
    viewer, row = caller(request), found(request, segment_id)
    who = row_of(viewer, person_id)
    if who is None:
        raise Http404
    refused, reasons = "", []
    try:
        reasons = preview.why(row, who, viewer=viewer, now=clock.now())
    except Refused as error:
        refused = str(error)
    context = {
        "segment": row,
        "person": who.canonical,
        "name": str(called(who.canonical, full=sees_contacts(viewer))),
        "reasons": reasons,
        "refused": refused,
        "is_member": queries.is_member(row, who),
    }
    return render(request, "segments/why.html", context)


def found(request: HttpRequest, number: int) -> Segment:
    """The segment of a number, also one in the trash; 404 for who may not see it."""
    row = queries.with_gone(caller(request)).filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    return row


def shown_one(request: HttpRequest, row: Segment, *, picking: Picking | None = None) -> HttpResponse:
    """The page of a segment; 422 with a form that was refused."""
    viewer, told = caller(request), request.GET.get("after", "")
    after = int(told) if told.isascii() and told.isdecimal() and len(told) < 19 else 0
    rows = queries.page_of_members(viewer, row, after=after, limit=SHOWN + 1)
    asks = Test("segment", "any", Test("number", "is", row.pk))
    full = sees_contacts(viewer)
    context = {
        **_far(row, viewer),
        "sentence": preview.sentence_of(row, viewer),
        "people": [(who, str(called(who, full=full)), since) for who, since in rows[:SHOWN]],
        "more": rows[SHOWN - 1][0].pk if len(rows) > SHOWN else "",
        "is_first": not after,
        "as_list": "/customers/?" + urlencode([("f", part) for part in to_query(asks)]),
        "picking": picking or Picking(viewer=viewer),
        "uses": queries.of_numbers(viewer, row.uses).values(),
        "used_by": queries.building_on(viewer, row),
    }
    return render(request, "segments/segment.html", context, status=422 if picking else 200)


def _far(row: Segment, viewer: User) -> dict[str, Any]:
    return {
        "segment": row,
        "percent": 100 * row.done // row.total if row.total else 0,
        "is_building": row.state == "building",
        "may_edit": may(viewer, "segment.edit") and row.trashed_at is None,
        "may_restore": may(viewer, "segment.edit"),
        "seconds": f"{row.build_ms / 1000:.1f}",
    }

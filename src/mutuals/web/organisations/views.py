"""Organisations: the list, and one with its people and what was said for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from mutuals.base import clock
from mutuals.base.filters import Refused, days
from mutuals.base.lists import cursors, listing
from mutuals.history import spans
from mutuals.history.models import Interaction
from mutuals.people import directory, family, joining
from mutuals.people import organisations as acts
from mutuals.people.models import Affiliation, Organisation
from mutuals.people.visibility import organisations_visible_to, sees_contacts, visible_to
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.customform import asking, parted, sections
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed, zone_of
from mutuals.web.frame.meanwhile import joined, remember, status
from mutuals.web.lists.shown import show
from mutuals.web.organisations.forms import About, Joining

_TIMELINE = "timeline of an organisation"
_MOST_PRESENCES = 100


@needs("organisation.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list, by name."""
    more = {"may_edit": may(caller(request), "organisation.edit")}
    return show(request, listing("organisation"), template="organisations/page.html", more=more)


@needs("organisation.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """One more, by hand."""
    form = asking(About(typed(request), viewer=caller(request)), "organisation", {}, zone=zone_of(caller(request)))
    made = None
    if request.method == "POST":
        made = form.try_act(lambda said: acts.add(by=caller(request), now=clock.now(), **parted(form, said)))
    if made is not None:
        return redirect("organisation", made.pk)
    shown = {"form": form, "heading": "New organisation", "back": "/organisations/"}
    return render(request, "organisations/edit.html", shown, status=422 if form.is_bound else 200)


@needs("organisation.view")
def one(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Who it is, who is there, and what was said for it."""
    try:
        row = _found(request, organisation_id)
    except Http404:
        became = joining.became([organisation_id]).get(organisation_id, organisation_id)
        if became == organisation_id:
            raise
        return redirect("organisation", became)
    return _one(request, row, Joining(viewer=caller(request)))


@needs("organisation.edit", methods="GET POST")
def edit(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Change what is known."""
    row = _found(request, organisation_id)
    known = {name: getattr(row, name) for name in ("name", "domain", "phone", "city", "country", "stage")}
    known |= {"owner": row.owner_id, "team": row.team_id, "parent_id": row.parent_id}
    known |= {"tags": ", ".join(row.tags), "parent": row.parent.name if row.parent else ""}
    form = About(typed(request), viewer=caller(request), initial=known)
    remember(asking(form, "organisation", row.custom, zone=zone_of(caller(request))))

    def mine(said: dict[str, Any]) -> dict[str, Any]:
        return parted(form, joined(form, said, f"organisation:{row.pk}", caller(request)))

    done = None
    if request.method == "POST":
        done = form.try_act(lambda said: acts.edit(row, by=caller(request), changes=mine(said), now=clock.now()))
    if done is not None:
        messages.success(request, "Saved.")
        return redirect("organisation", row.pk)
    shown = {"form": form, "heading": row.name, "back": f"/organisations/{row.pk}/"}
    return render(request, "organisations/edit.html", shown, status=status(form))


@needs("person.edit", methods="POST")
def affiliate(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Give somebody a place there."""
    row = _found(request, organisation_id)
    form = Joining(request.POST, viewer=caller(request))
    if form.try_act(lambda said: acts.affiliate(said.pop("person"), row, by=caller(request), **said)) is None:
        return _one(request, row, form, status=422)
    messages.success(request, "Noted.")
    return redirect("organisation", row.pk)


@needs("person.edit", methods="POST")
def leave(request: HttpRequest, place_id: int) -> HttpResponse:
    """Somebody is not there any more, from today on."""
    people = visible_to(caller(request))
    place = get_object_or_404(Affiliation.objects.select_related("person"), pk=place_id, person__canonical__in=people)
    try:
        acts.leave(place, by=caller(request), on=timezone.localdate())
        messages.success(request, f"{place.person} left. The place stays on record.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("organisation", place.organisation_id)


def _one(request: HttpRequest, row: Organisation, form: Joining, status: int = 200) -> HttpResponse:
    viewer = caller(request)
    zone = zone_of(viewer)
    found = spans.timeline(_moments(directory.spans_of(row), zone), after=_moment(request.GET.get("after", "")))
    full = sees_contacts(viewer)
    shown = {
        "one": row,
        "presences": [
            (one, talk.icon_of(one.network), talk.handle_of(one, full=full), talk.label_of(one.network))
            for one in row.profiles.order_by("network", "pk")[:_MOST_PRESENCES]
        ],
        "places": directory.places_in(viewer, row),
        "days": _days(found.rows, full=full),
        "older": urlencode({"after": cursors.pack(found.after, of=_TIMELINE)}) if found.after else "",
        "is_later_page": "after" in request.GET,
        "form": form,
        "custom": sections("organisation", row.custom, viewer=viewer, zone=zone),
        "may_edit": may(viewer, "organisation.edit"),
        "may_place": may(viewer, "person.edit"),
        "may_link": may(viewer, "person.link"),
        **_family(viewer, row),
    }
    return render(request, "organisations/one.html", shown, status=status)


def _family(viewer: User, row: Organisation) -> dict[str, Any]:
    """What it is a part of; its parts, with marks of their level, and what the whole group has."""
    up = family.above(row.pk) if row.parent_id else []
    names = organisations_visible_to(viewer).in_bulk(up) if up else {}
    ids = family.below(row.pk)
    below = family.parts(viewer, row.pk)[1:] if len(ids) > 1 else []
    parts = [{"organisation": one.organisation, "marks": "– " * (one.level - 1)} for one in below]
    figures = family.figures(viewer, ids) if below else []
    return {"above": [names[pk] for pk in up if pk in names], "parts": parts, "figures": figures}


def _found(request: HttpRequest, number: int) -> Organisation:
    return get_object_or_404(
        organisations_visible_to(caller(request)).select_related("owner", "team", "parent"), pk=number
    )


def _moments(found: Iterable[directory.Span], zone: ZoneInfo) -> list[spans.Span]:
    return [
        (
            one.profile_id,
            days.start(one.since, zone) if one.since else None,
            days.start(one.until + timedelta(days=1), zone) if one.until else None,
        )
        for one in found
    ]


def _days(rows: list[Interaction], *, full: bool) -> list[tuple[datetime, list[dict[str, Any]]]]:
    """What was said, by day of the viewer, each with its words and marks."""
    parts = groupby(rows, key=lambda row: timezone.localdate(row.occurred_at))
    told = [(list(part)) for _, part in parts]
    return [(part[0].occurred_at, [_told(row, full=full) for row in part]) for part in told]


def _told(row: Interaction, *, full: bool) -> dict[str, Any]:
    person = row.profile.person.canonical if row.profile and row.profile.person else None
    from_us = str(row.by) if row.by else "We"
    who = str(person or talk.named(row.profile, full=full)) if talk.is_from_them(row) else from_us
    return {"row": row, "who": who, "person": person, "icon": talk.icon_for(row), "did": talk.did(row.kind)}


def _moment(text: str) -> tuple[datetime, int] | None:
    try:
        found = cursors.unpack(text, of=_TIMELINE)
    except Refused as error:
        raise Http404 from error
    return (found[0], int(found[1])) if found else None

"""Merges of organisations, and places that people have in them, as screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock
from mutuals.people import affiliations, joining, organisations
from mutuals.people.models import Affiliation, Organisation, OrganisationMerge
from mutuals.people.visibility import organisations_visible_to, visible_to
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, Asked, DayInput, typed
from mutuals.web.organisations import named


class Merging(Asked):
    """Which other one is the same."""

    other = forms.CharField(label="The same as", max_length=200, help_text="Name or number. It becomes this one.")

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer

    def clean_other(self) -> Organisation:
        """The one that fits."""
        return named.organisation(self.viewer, str(self.cleaned_data["other"]))


class Place(Asked):
    """What somebody is there, and from when to when."""

    role = forms.CharField(label="Role", max_length=120, required=False)
    since = forms.DateField(label="Since", required=False, widget=DayInput())
    until = forms.DateField(label="Until", required=False, widget=DayInput())
    is_main = forms.BooleanField(label="Their main place", required=False)


class NewPlace(Place):
    """One more place of a person."""

    organisation = forms.CharField(label="Organisation", max_length=200, help_text="Name or number.")
    field_order = ("organisation", "role", "since", "until", "is_main")

    def __init__(self, data: Any = None, *, viewer: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.viewer = viewer

    def clean_organisation(self) -> Organisation:
        """The one that fits."""
        return named.organisation(self.viewer, str(self.cleaned_data["organisation"]))


@needs("organisation.merge", methods="GET POST")
def merge(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Say which other organisation is this one; what was merged, and the way back."""
    by = caller(request)
    row = get_object_or_404(organisations_visible_to(by), pk=organisation_id)
    form = Merging(typed(request), viewer=by)
    if request.method == "POST":
        done = form.try_act(lambda said: joining.merge(row, said["other"], by=by, now=clock.now()))
        if done is not None:
            messages.success(request, f"{done.gone} is {row} now.", extra_tags=f"/organisations/merges/{done.pk}/undo/")
            return redirect("organisation", row.pk)
    shown = {"one": row, "form": form, "merges": joining.merges_of(row.pk)}
    return render(request, "organisations/merge.html", shown, status=422 if form.errors else 200)


@needs("organisation.merge", methods="POST")
def part(request: HttpRequest, joining_id: int) -> HttpResponse:
    """Part them again."""
    row = get_object_or_404(OrganisationMerge.objects.select_related("gone"), pk=joining_id)
    try:
        stays = joining.undo(row, by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("organisation", row.kept_id)
    kept = f" Changed since, and left: {', '.join(sorted(stays))}." if stays else ""
    messages.success(request, f"{row.gone} stands alone again.{kept}")
    return redirect("organisation", row.gone_id)


@needs("person.edit", methods="GET POST")
def place(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Change a place."""
    by, row = caller(request), _seen(request, affiliation_id)
    form = Place(typed(request), initial={name: getattr(row, name) for name in Place.base_fields})
    is_sent = request.method == "POST"
    if is_sent and form.try_act(lambda said: affiliations.change(row, by=by, changes=said)) is not None:
        messages.success(request, "Saved.")
        return redirect("customer_places", row.person.canonical_id)
    return render(request, "organisations/place.html", {"place": row, "form": form}, status=422 if form.errors else 200)


@needs("person.edit", methods="POST")
def unplace(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    """Take out a place that never was."""
    row = _seen(request, affiliation_id)
    affiliations.remove(row, by=caller(request))
    messages.success(request, f"{row.person.canonical} never was at {row.organisation}.")
    return redirect("customer_places", row.person.canonical_id)


@needs("organisation.view", methods="GET POST", post="person.edit")
def places(request: HttpRequest, person_id: int) -> HttpResponse:
    """Where somebody is and was, what their addresses suggest, and one more place."""
    by = caller(request)
    person = visible_to(by).filter(cluster=person_id).first()
    if person is None:
        raise Http404
    form = NewPlace(typed(request), viewer=by)
    if request.method == "POST":
        done = form.try_act(lambda said: organisations.affiliate(person, said.pop("organisation"), by=by, **said))
        if done is not None:
            messages.success(request, "Noted.")
            return redirect("customer_places", person.pk)
    shown = {
        "person": person,
        "places": affiliations.of_person(by, person),
        "suggested": affiliations.suggested(by, person),
        "form": form,
        "may_edit": may(by, "person.edit"),
    }
    return render(request, "organisations/places.html", shown, status=422 if form.errors else 200)


def _seen(request: HttpRequest, number: int) -> Affiliation:
    return get_object_or_404(affiliations.seen(caller(request)), pk=number)

"""What staff write on a customer's page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.fields import Misfit
from mutuals.base.ids import read_key
from mutuals.identity import remark as remarks
from mutuals.people import organisations, persons
from mutuals.people.models import Affiliation, Organisation
from mutuals.web.customer.views import person_of
from mutuals.web.frame.customform import asking, parted
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import Asked as Form
from mutuals.web.frame.forms import zone_of

FIELDS = ("name", "email", "phone", "city", "country", "language", "birthday", "stage", "owner")


@needs("person.edit", methods="POST")
def edit(request: HttpRequest, person_id: int) -> HttpResponse:
    """Change the fields that the form holds; tags are parted by commas."""
    person = person_of(caller(request), person_id)
    changes: dict[str, Any] = {name: request.POST[name] for name in FIELDS if name in request.POST}
    if "tags" in request.POST:
        changes["tags"] = [tag for tag in request.POST["tags"].split(",") if tag.strip()]
    form = asking(Form(request.POST), "person", person.custom, zone=zone_of(caller(request)))
    if "custom" in request.POST and not form.is_valid():
        told = [f"{form.fields[name].label}: {words[0]}" for name, words in form.errors.items()]
        messages.error(request, " ".join(told))
        return redirect(f"{reverse('customer', args=[person.pk])}?tab=edit")
    if "custom" in request.POST:
        changes |= parted(form, form.cleaned_data)
    try:
        persons.edit(person, by=caller(request), changes=changes, now=clock.now())
    except (persons.Unfit, persons.Taken, Misfit) as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('customer', args=[person.pk])}?tab=edit")
    messages.success(request, "Kept")
    return redirect("customer", person.pk)


@needs("interaction.add", methods="POST")
def remark(request: HttpRequest, person_id: int) -> HttpResponse:
    """Keep a note or a call."""
    person = person_of(caller(request), person_id)
    kind = "call" if request.POST.get("kind") == "call" else "note"
    text, key = request.POST.get("text", "")[:100_000], read_key(request.POST.get("key", ""))
    try:
        remarks.add(person, by=caller(request), text=text, kind=kind, key=key, now=clock.now())
        messages.success(request, "Call kept" if kind == "call" else "Note kept")
    except ValueError as error:
        messages.error(request, str(error))
    return redirect("customer", person.pk)


@needs("person.edit", methods="POST")
def place(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a person a place in an organisation."""
    person = person_of(caller(request), person_id)
    number = request.POST.get("organisation", "")
    found = Organisation.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    try:
        if found is None:
            raise persons.Unfit("Choose an organisation of the list.", field="organisation")
        organisations.affiliate(
            person,
            found,
            by=caller(request),
            role=request.POST.get("role", ""),
            since=_day(request.POST.get("since", "")),
            until=_day(request.POST.get("until", "")),
            is_main="is_main" in request.POST,
        )
        messages.success(request, f"{person} belongs to {found}")
    except persons.Unfit as error:
        messages.error(request, str(error))
    return redirect("customer", person.pk)


@needs("person.edit", methods="POST")
def leave(request: HttpRequest, person_id: int, affiliation_id: int) -> HttpResponse:
    """A person left an organisation today."""
    person = person_of(caller(request), person_id)
    row = get_object_or_404(
        Affiliation.objects.select_related("person"), pk=affiliation_id, person__canonical_id=person.pk
    )
    try:
        organisations.leave(row, by=caller(request), on=clock.now().date())
        messages.success(request, "Kept with today as the last day")
    except persons.Unfit as error:
        messages.error(request, str(error))
    return redirect("customer", person.pk)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise persons.Unfit("A day is written as year-month-day.", field="since") from error

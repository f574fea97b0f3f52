"""Leads: the list, somebody taken up, converted by a form, or let go with the reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.identity import newcomer
from mutuals.people.models import Organisation, Person
from mutuals.people.visibility import organisations_visible_to
from mutuals.sales import deals, leads
from mutuals.sales.listed_leads import LEADS
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import Asked, DayInput, typed
from mutuals.web.lists.cells import Quick
from mutuals.web.lists.shown import show
from mutuals.web.sales import forms as asked
from mutuals.web.sales.shown import parts


class TakingUp(asked.ForWhom):
    """Who may buy."""

    source = forms.CharField(label="Where from", max_length=120, required=False, help_text="A fair, the web site.")
    note = forms.CharField(label="Note", max_length=500, required=False)
    email = forms.EmailField(label="Email", required=False, help_text="Of somebody new.")
    is_new = forms.BooleanField(
        label="They are new here", required=False, help_text="A person of this name and address is added."
    )
    field_order = ("person", "is_new", "email", "organisation", "source", "note")

    def clean_person(self) -> Person | None:
        """Somebody you know, unless they are new: those are added when all the rest holds."""
        return None if "is_new" in self.data else super().clean_person()

    def newcomer(self) -> Person:
        """Add whom the form names. Refused: no name and no address, an address that somebody has."""
        name = str(self.data.get("person", "")).strip()
        return newcomer.add(by=self.viewer, name=name, email=self.cleaned_data["email"], now=clock.now())

    def clean(self) -> dict[str, Any]:
        """One of the two, or somebody new."""
        if self.data.get("is_new"):
            return self.cleaned_data
        said = super().clean()
        if not self.errors and said.get("person") and said.get("organisation"):
            raise forms.ValidationError("Say one of them: the person, or the organisation.")
        return said


class Converting(Asked):
    """What is made beside a customer."""

    organisation = forms.CharField(
        label="Organisation",
        max_length=200,
        required=False,
        help_text="Empty: none. One that is not known yet is made.",
    )
    role = forms.CharField(label="What they are there", max_length=120, required=False)
    title = forms.CharField(label="Deal", max_length=200, required=False, help_text="Empty: no deal is opened.")
    amount = forms.DecimalField(label="Amount", max_digits=14, decimal_places=2, min_value=0, required=False)
    currency = forms.CharField(label="Currency", max_length=3, min_length=3, initial="EUR")
    expected_on = forms.DateField(label="Expected on", required=False, widget=DayInput())


class Dropping(Asked):
    """Why they are let go."""

    because = forms.CharField(label="Why", max_length=500)


_QUICK = tuple(
    Quick(label, f"/sales/leads/{{}}/{way}/", lambda row: row.state == "running", "lead.edit", opens=True)
    for label, way in (("Convert", "convert"), ("Let go…", "drop"))
)


@needs("lead.view")
def page(request: HttpRequest) -> HttpResponse:
    """Leads, last begun first."""
    viewer = caller(request)
    more = {"columns_key": "shift+c", "may_edit": may(viewer, "lead.edit"), "parts": parts("leads", viewer)}
    return show(request, LEADS, template="leads/list.html", more=more, quick=_QUICK)


@needs("lead.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """Take somebody up."""
    viewer, said = caller(request), typed(request)
    start = {name: request.GET.get(name, "")[:200] for name in ("person", "organisation")}
    form = TakingUp(said, viewer=viewer, initial=start)

    @transaction.atomic
    def act(told: dict[str, Any]) -> bool:
        who = form.newcomer() if told["is_new"] else told["person"] or told["organisation"]
        return leads.take_up(who, by=viewer, now=clock.now(), source=told["source"], note=told["note"])[1]

    made = form.try_act(act) if said is not None else None
    if made is None:
        return _form(request, form, "New lead", "Take up", "/sales/leads/")
    messages.success(request, "Taken up." if made else "They are a lead already.")
    return redirect("leads")


@needs("lead.edit", methods="GET POST")
def convert(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Make a customer of a lead, with a place and a deal where they are wanted."""
    viewer, said, row = caller(request), typed(request), _found(request, lead_id)
    form = Converting(said)
    if isinstance(row.who, Organisation):
        for name in ("organisation", "role"):
            del form.fields[name]
    made = form.try_act(lambda told: _converted(row.who, told, viewer)) if said is not None else None
    if made is None:
        return _form(request, form, f"Convert {row.who}", "Convert", "/sales/leads/")
    messages.success(request, f"{row.who} is a customer now.")
    if made.deal is not None:
        return redirect("deal", made.deal.pk)
    return redirect("customer" if isinstance(row.who, Person) else "organisation", row.who.pk)


@needs("lead.edit", methods="GET POST")
def drop(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Let them go, with the reason."""
    viewer, said, row = caller(request), typed(request), _found(request, lead_id)
    form = Dropping(said)
    if said is not None and form.try_act(
        lambda told: leads.drop(row.who, by=viewer, now=clock.now(), because=told["because"]) is not None
    ):
        messages.success(request, f"{row.who} is no lead any more.")
        return redirect("leads")
    return _form(request, form, f"Let {row.who} go", "Let go", "/sales/leads/")


def _converted(who: leads.Who, told: dict[str, Any], viewer: User) -> leads.Converted:
    deal = None
    if told["title"].strip():
        deal = deals.DealIn(
            told["title"], told["currency"], amount=told["amount"] or Decimal(0), expected_on=told["expected_on"]
        )
    name = str(told.get("organisation", "")).strip()
    known = organisations_visible_to(viewer).filter(name__iexact=name).order_by("pk").first() if name else None
    return leads.convert(
        who,
        by=viewer,
        now=clock.now(),
        organisation=known,
        organisation_name=name,
        role=told.get("role", ""),
        deal=deal,
    )


def _found(request: HttpRequest, lead_id: int) -> leads.Lead:
    row = leads.lead(caller(request), lead_id)
    if row is None:
        raise Http404
    return row


def _form(request: HttpRequest, form: Asked, heading: str, words: str, back: str) -> HttpResponse:
    context = {"form": form, "heading": heading, "words": words, "back": back}
    return render(request, "leads/form.html", context, status=422 if form.is_bound else 200)

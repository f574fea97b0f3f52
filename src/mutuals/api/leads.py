"""Leads: people and organisations who may buy; taken up, converted into customers with a deal, or let go."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._lists import Sorted, Tests, Walked, Where, walked
from mutuals.api._paging import Limit
from mutuals.api._types import Day, Id, In, Line, Out, Page, PathId, Ref, Spendable
from mutuals.api.deals import Because
from mutuals.api.orders import Amount
from mutuals.api.people import person_named
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.people.models import Person
from mutuals.people.visibility import organisations_visible_to
from mutuals.sales import deals, leads

router = Resource("leads")


class LeadOut(Out):
    """A lead: its run by id, who it is, and what was said when they were taken up. `state`: running, won or lost."""

    id: int
    person: Ref | None
    organisation: Ref | None
    step: str
    state: str
    owner: Ref | None
    source: str
    note: str
    began_at: datetime
    due_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, told: leads.Lead) -> LeadOut:
        """A lead as the room tells it."""
        row, is_person = told.item, isinstance(told.who, Person)
        state = "running" if row.state == "running" else "won" if row.end in ("won", "done") else "lost"
        return cls(
            id=row.pk, person=Ref.of(told.who if is_person else None),
            organisation=Ref.of(None if is_person else told.who), step=row.step, state=state, owner=Ref.of(row.owner),
            source=told.source, note=told.note, began_at=row.began_at, due_at=row.due_at, ended_at=row.ended_at,
        )  # fmt: skip


class NewLead(In):
    """Who may buy: a person or an organisation."""

    person_id: Id | None = None
    organisation_id: Id | None = None
    source: Annotated[Line, Field(max_length=120)] = ""
    note: Annotated[Line, Field(max_length=500)] = ""


class LeadDeal(In):
    """The deal that is opened."""

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    currency: Spendable
    amount: Amount = Decimal(0)
    expected_on: Day | None = None


class LeadConversion(In):
    """What is made of a lead beside a customer: a place in an organisation, by id or by name (made where it is new), a deal."""

    organisation_id: Id | None = None
    organisation_name: Annotated[Line, Field(max_length=200)] = ""
    role: Annotated[Line, Field(max_length=120)] = ""
    deal: LeadDeal | None = None


class LeadDrop(In):
    """Why they are let go."""

    because: Because


class LeadConvertedOut(Out):
    """What a lead became; `is_new` false: it had been before."""

    lead: LeadOut
    organisation: Ref | None
    deal: Ref | None
    is_new: bool


@router.read("/leads", act="lead.view", out=Page[LeadOut])
def listed(
    request: HttpRequest,
    state: Annotated[Literal["running", "won", "lost", "all"], Query()] = "running",
    f: Tests = [],  # noqa: B006 - read, never written
    where: Where = "",
    sort: Sorted = "",
    cursor: Walked = "",
    limit: Limit = 50,
) -> Page[LeadOut]:
    """Leads, last begun first; `f` and `where` are conditions on their runs, such as `step:is:quote`."""
    rows = leads.rows(user_of(request), state).select_related(*leads.BESIDE)
    found, following = walked(request, leads.KIND, rows, tests=f, where=where, sort=sort, cursor=cursor, limit=limit)
    return Page[LeadOut](items=[LeadOut.of(row) for row in leads.told(user_of(request), found)], next=following)


@router.read("/leads/{int:lead_id}", act="lead.view", out=LeadOut)
def shown(request: HttpRequest, lead_id: PathId) -> LeadOut:
    """One lead."""
    return LeadOut.of(_lead(request, lead_id))


@router.write("POST", "/leads", act="lead.edit", out=LeadOut, status=201, refuses=(404,))
def taking(request: HttpRequest, body: NewLead) -> LeadOut:
    """Treat somebody as a lead; who is one already is told as they are."""
    by = user_of(request)
    if (body.person_id is None) is (body.organisation_id is None):
        raise Refusal("Say who it is: a person or an organisation.", fields={"person_id": "One of the two."})
    who: leads.Who
    if body.person_id is not None:
        who = person_named(request, body.person_id)
    else:
        who = one(organisations_visible_to(by), body.organisation_id or 0)
    item, _ = leads.take_up(who, by=by, now=clock.now(), source=body.source, note=body.note)
    return LeadOut.of(_lead(request, item.pk))


@router.write("POST", "/leads/{int:lead_id}/convert", act="lead.edit", out=LeadConvertedOut)
def converting(request: HttpRequest, lead_id: PathId, body: LeadConversion) -> LeadConvertedOut:
    """Make a customer of it; converted twice is converted once."""
    by, who = user_of(request), _lead(request, lead_id).who
    house = one(organisations_visible_to(by), body.organisation_id) if body.organisation_id else None
    deal = None
    if body.deal is not None:
        told = body.deal
        deal = deals.DealIn(told.title, told.currency, amount=told.amount, expected_on=told.expected_on)
    done = leads.convert(
        who, by=by, now=clock.now(), organisation=house, organisation_name=body.organisation_name, role=body.role,
        deal=deal,
    )  # fmt: skip
    return LeadConvertedOut(
        lead=LeadOut.of(_lead(request, lead_id)), organisation=Ref.of(done.organisation), deal=Ref.of(done.deal),
        is_new=done.is_new,
    )  # fmt: skip


@router.write("POST", "/leads/{int:lead_id}/drop", act="lead.edit", out=LeadOut)
def dropping(request: HttpRequest, lead_id: PathId, body: LeadDrop) -> LeadOut:
    """Let them go, with the reason."""
    leads.drop(_lead(request, lead_id).who, by=user_of(request), now=clock.now(), because=body.because)
    return LeadOut.of(_lead(request, lead_id))


def _lead(request: HttpRequest, number: int) -> leads.Lead:
    found = leads.lead(user_of(request), number)
    if found is None:
        raise Http404
    return found

"""What is done on the pages of campaigns: one act each, then the page again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.outreach import campaign_audience, campaigns
from mutuals.outreach.models import Campaign, Response, Settling
from mutuals.staff.models import User
from mutuals.web.campaigns import forms
from mutuals.web.campaigns.views import found, shown_one
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed


@needs("campaign.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """Plan one."""
    by = caller(request)
    form = forms.Planning(typed(request), viewer=by, initial={"segment": request.GET.get("segment", "")})
    made = form.try_act(lambda _: campaigns.add(form.told(), by=by, now=clock.now())) if form.is_bound else None
    if made is not None:
        messages.success(request, "Planned. Nobody is spoken to by this; settle first whom it is for.")
        return redirect("campaign", made.pk)
    return render(request, "campaigns/edit.html", {"form": form}, status=422 if form.is_bound else 200)


@needs("campaign.edit", methods="GET POST")
def edit(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Change what it says."""
    row, by = found(request, campaign_id), caller(request)
    form = forms.Planning(typed(request), viewer=by, row=row)
    if form.is_bound and form.try_act(lambda _: campaigns.edit(row, form.told(), by=by)) is not None:
        messages.success(request, "Saved. An audience that is settled stays until it is settled again.")
        return redirect("campaign", row.pk)
    return render(request, "campaigns/edit.html", {"form": form, "campaign": row}, status=422 if form.is_bound else 200)


@needs("campaign.edit", methods="POST")
def answer(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Somebody answered elsewhere."""
    row, by = found(request, campaign_id), caller(request)
    form = forms.Answering(request.POST, viewer=by)
    done = form.try_act(
        lambda told: campaigns.respond(
            row, told["person"], by=by, now=clock.now(), kind=told["kind"], words=told["words"]
        )
    )
    return redirect("campaign", row.pk) if done is not None else shown_one(request, row, answering=form)


@needs("campaign.edit", methods="POST")
def do(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Settle, touch, say how far it is, let it run, take an answer back, throw away: one of `_ACTS`, named by `do`."""
    row, by = found(request, campaign_id), caller(request)
    act = _ACTS.get(request.POST.get("do", ""))
    try:
        if act is not None:
            messages.success(request, act(row, by, request))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("campaign", row.pk)


def _settle(row: Campaign, by: User, _: HttpRequest) -> str:
    done = campaign_audience.settle(row, by=by, now=clock.now())
    if done.settling == Settling.RUNNING:
        return f"{done.total:,} people are looked at. This goes on by itself."
    return f"Settled: {done.settled:,} people were looked at."


def _touch(row: Campaign, by: User, request: HttpRequest) -> str:
    many = campaign_audience.touch(row, by=by, now=clock.now(), wave=request.POST.get("wave", ""))
    return f"{many:,} people are noted as spoken to."


def _state(row: Campaign, by: User, request: HttpRequest) -> str:
    campaigns.set_state(row, state=request.POST.get("state", ""), by=by)
    return "Saved."


def _start(row: Campaign, by: User, _: HttpRequest) -> str:
    item = campaigns.start(row, by=by, now=clock.now())
    return f"It runs in “{item.process}” now."


def _unanswer(row: Campaign, by: User, request: HttpRequest) -> str:
    told = request.POST.get("response", "")
    number = int(told) if told.isascii() and told.isdecimal() and len(told) < 19 else 0
    there = Response.objects.filter(pk=number, campaign=row).first()
    if there is not None:
        campaigns.take_back(there, by=by)
    return "It is not among the answers any more."


def _trash(row: Campaign, by: User, _: HttpRequest) -> str:
    campaigns.trash(row, by=by, now=clock.now())
    return "It is in the trash."


def _restore(row: Campaign, by: User, _: HttpRequest) -> str:
    campaigns.trash(row, by=by, now=clock.now(), back=True)
    return "It is back."


_ACTS = {
    "settle": _settle, "touch": _touch, "state": _state, "start": _start, "unanswer": _unanswer, "trash": _trash,
    "restore": _restore,
}  # fmt: skip

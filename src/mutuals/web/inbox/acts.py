"""Working on conversations from the screen: each view is one act of the room, then back to where one was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from mutuals.base import clock
from mutuals.inbox import queries, work
from mutuals.inbox.models import Turn
from mutuals.staff import queries as staff
from mutuals.web.frame.doors import caller, needs
from mutuals.web.inbox.forms import Closing, Given, Place, first_error, snoozed_until
from mutuals.web.inbox.views import turn_of

MANY = 200


def back(request: HttpRequest, conversation_id: int | None = None) -> HttpResponse:
    """To the page that a form names, if it is one of ours; else to the conversation beside the list that one came from."""
    wanted = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) and wanted.startswith("/"):
        return redirect(wanted)
    if conversation_id is None:
        return redirect("inbox")
    way = reverse("conversation", args=[conversation_id])
    return redirect(way + list_beside(request, way))


def list_beside(request: HttpRequest, way: str) -> str:
    """The list that stood beside the page at `way` when an act was asked for there, as the end of its address."""
    came = urlsplit(request.headers.get("Referer", ""))
    return Place.read(QueryDict(came.query)).address() if came.path == way else ""


@needs("conversation.reply", methods="POST")
def assign(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Give it to somebody, to a team, or back to the queue; the toast takes it back."""
    viewer, turn = caller(request), turn_of(caller(request), conversation_id)
    form = Given({"to": request.POST.get("to", request.GET.get("to")), "team": request.POST.get("team")})
    if not form.is_valid():
        messages.error(request, "Choose somebody of the list.")
        return back(request, conversation_id)
    before = turn.assignee_id
    to = staff.active().filter(pk=form.cleaned_data["to"]).first() if form.cleaned_data["to"] else None
    team = staff.teams_visible_to(viewer).filter(pk=form.cleaned_data["team"]).first()
    if form.cleaned_data["to"] and to is None:
        messages.error(request, "They do not work here any more. Choose somebody else.")
        return back(request, conversation_id)
    work.assign(turn, by=viewer, to=to, team=team, now=clock.now())
    undo = f"{reverse('conversation_assign', args=[turn.pk])}?to={before or ''}"
    words = "It is yours now" if to == viewer else f"Given to {to}" if to else f"Back in the queue of {team or 'all'}"
    messages.success(request, words, extra_tags=undo)
    if not queries.visible_to(viewer).filter(pk=turn.pk).exists():
        return redirect("inbox")
    return back(request, conversation_id)


@needs("conversation.close", methods="POST")
def close(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Close it with what they wanted and what came of it."""
    viewer, turn, form = caller(request), turn_of(caller(request), conversation_id), Closing(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return back(request, conversation_id)
    work.close(turn, by=viewer, now=clock.now(), **form.cleaned_data)
    words = f"Closed: {turn.get_purpose_display()}, {turn.get_outcome_display().lower()}"
    messages.success(request, words, extra_tags=reverse("conversation_reopen", args=[turn.pk]))
    return back(request, conversation_id)


@needs("conversation.close", methods="POST")
def reopen(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Take it up again: the undo of closing, waiting and snoozing."""
    turn = turn_of(caller(request), conversation_id)
    work.reopen(turn, by=caller(request), now=clock.now())
    messages.success(request, "Open again")
    return back(request, conversation_id)


@needs("conversation.reply", methods="POST")
def wait(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """It is their turn."""
    turn = turn_of(caller(request), conversation_id)
    work.wait(turn, by=caller(request), now=clock.now())
    messages.success(request, "Waits for them", extra_tags=reverse("conversation_reopen", args=[turn.pk]))
    return back(request, conversation_id)


@needs("conversation.reply", methods="POST")
def snooze(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Out of sight until a time to come."""
    turn, now = turn_of(caller(request), conversation_id), clock.now()
    until = snoozed_until(request.POST.get("until", ""), now)
    if until is None:
        messages.error(request, "Choose until when.")
        return back(request, conversation_id)
    work.snooze(turn, by=caller(request), until=until, now=now)
    messages.success(request, "Snoozed", extra_tags=reverse("conversation_reopen", args=[turn.pk]))
    return back(request, conversation_id)


@needs("conversation.close", methods="POST")
def many(request: HttpRequest) -> HttpResponse:
    """The same for every ticked conversation, all or none: `do` is close, snooze:<until> or assign:<whom>."""
    viewer = caller(request)
    ids = [int(number) for number in request.POST.getlist("id")[:MANY] if number.isdecimal() and len(number) < 19]
    turns = list(queries.visible_to(viewer).select_related("conversation").filter(pk__in=ids).order_by("pk"))
    act, refused = _act_for_many(request)
    if refused or act is None or not turns:
        messages.error(request, refused or "Tick at least one conversation.")
        return back(request)
    with transaction.atomic():
        for turn in turns:
            act(turn)
    messages.success(request, f"{len(turns)} {'conversation' if len(turns) == 1 else 'conversations'} done")
    return back(request)


def _act_for_many(request: HttpRequest) -> tuple[Callable[[Turn], Any] | None, str]:
    """What is to be done with each, or why it is not."""
    viewer, now = caller(request), clock.now()
    do, _, what = request.POST.get("do", "").partition(":")
    if do == "close":
        form = Closing(request.POST)
        if not form.is_valid():
            return None, first_error(form)
        return lambda turn: work.close(turn, by=viewer, now=now, **form.cleaned_data), ""
    if do == "snooze":
        until = snoozed_until(what, now)
        if until is None:
            return None, "Choose until when."
        return lambda turn: work.snooze(turn, by=viewer, until=until, now=now), ""
    given = Given({"to": what if do == "assign" else ""})
    to = staff.active().filter(pk=given.cleaned_data["to"]).first() if given.is_valid() else None
    if to is None:
        return None, "Choose who takes them."
    return lambda turn: work.assign(turn, by=viewer, to=to, now=now), ""

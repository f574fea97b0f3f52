"""What is done on the page of an idea: one act each, then the page again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mutuals.base import clock
from mutuals.communities import decide, ideas, merge, queries
from mutuals.communities.models import Asker, Idea
from mutuals.people.visibility import row_of
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.ideas import forms
from mutuals.web.ideas.views import found, shown_one


@needs("idea.edit", methods="POST")
def state(request: HttpRequest, idea_id: int) -> HttpResponse:
    """How far it has come."""
    said = request.POST

    def act(row: Idea, by: User) -> str:
        because = said.get("because", "").replace("\0", "")
        decide.set_state(row, state=said.get("state", ""), by=by, now=clock.now(), because=because)
        return "Saved."

    return _did(request, idea_id, act)


@needs("idea.edit", methods="POST")
def start(request: HttpRequest, idea_id: int) -> HttpResponse:
    """Let it run in the usual process for ideas."""

    def act(row: Idea, by: User) -> str:
        item = decide.start(row, by=by, now=clock.now())
        return f"It runs in “{item.process}” now."

    return _did(request, idea_id, act)


@needs("idea.edit", methods="POST")
def vote(request: HttpRequest, idea_id: int) -> HttpResponse:
    """Somebody wants it too, or (`gone` names them) does not."""
    row, viewer = found(request, idea_id), caller(request)
    if gone := _number(request.POST.get("gone", "")):
        person = row_of(viewer, gone)
        if person is not None:
            ideas.unvote(row, person=person, by=viewer)
        return redirect("idea", idea_id)
    form = forms.Whom(request.POST, viewer=viewer, prefix="vote")
    done = form.try_act(lambda told: _voted(row, told, viewer))
    return redirect("idea", idea_id) if done is not None else shown_one(request, row, voting=form)


@needs("idea.edit", methods="POST")
def ask(request: HttpRequest, idea_id: int) -> HttpResponse:
    """Somebody asked for it elsewhere."""
    row, viewer = found(request, idea_id), caller(request)
    form = forms.Telling(request.POST, viewer=viewer, prefix="ask")
    done = form.try_act(lambda told: _asked(row, told, viewer))
    return redirect("idea", idea_id) if done is not None else shown_one(request, row, asking=form)


@needs("idea.edit", methods="POST")
def unask(request: HttpRequest, idea_id: int) -> HttpResponse:
    """They did not ask for this."""

    def act(row: Idea, by: User) -> str:
        asker = Asker.objects.filter(pk=_number(request.POST.get("asker", "")), idea__in=queries.tree(row.pk)).first()
        if asker is not None:
            ideas.unask(asker, by=by)
        return "They are not among those who asked any more."

    return _did(request, idea_id, act)


@needs("idea.edit", methods="POST")
def told(request: HttpRequest, idea_id: int) -> HttpResponse:
    """These were answered."""
    chosen = [number for one in request.POST.getlist("asker")[:1_000] if (number := _number(one))]

    def act(row: Idea, by: User) -> str:
        done = decide.told(row, chosen, by=by, now=clock.now())
        return f"{done} noted as told." if done else "Nobody was chosen."

    return _did(request, idea_id, act)


@needs("idea.edit", methods="POST")
def merged(request: HttpRequest, idea_id: int) -> HttpResponse:
    """Let it go into another one, whose page is shown then."""
    row, viewer = found(request, idea_id), caller(request)
    into = found(request, _number(request.POST.get("into", "")))
    try:
        kept = merge.merge(row, into=into, by=viewer, now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("idea", idea_id)
    messages.success(request, f"“{row}” counts here now. Part them again below if that was wrong.")
    return redirect("idea", kept.pk)


@needs("idea.edit", methods="POST")
def part(request: HttpRequest, idea_id: int) -> HttpResponse:
    """Let it stand for itself again."""

    def act(row: Idea, by: User) -> str:
        merge.part(row, by=by)
        return "They are two again."

    return _did(request, idea_id, act)


@needs("idea.edit", methods="POST")
def trash(request: HttpRequest, idea_id: int) -> HttpResponse:
    """Into the trash, or (`back`) out of it."""
    is_back = bool(request.POST.get("back"))

    def act(row: Idea, by: User) -> str:
        if is_back:
            merge.restore(row, by=by)
            return "It is back."
        merge.trash(row, by=by, now=clock.now())
        return "It is in the trash."

    return _did(request, idea_id, act)


def _did(request: HttpRequest, idea_id: int, act: Callable[[Idea, User], str]) -> HttpResponse:
    try:
        messages.success(request, act(found(request, idea_id), caller(request)))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("idea", idea_id)


def _voted(row: Idea, told: dict[str, Any], by: User) -> bool:
    ideas.vote(row, person=told["person"], by=by, now=clock.now())
    return True


def _asked(row: Idea, told: dict[str, Any], by: User) -> Asker:
    return ideas.ask(row, person=told["person"], words=told["words"], by=by, now=clock.now())


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0

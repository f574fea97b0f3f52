"""Writing an idea down, by hand or from what somebody said; what is there already is shown first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.communities import ideas, queries
from mutuals.communities.models import Idea
from mutuals.history.models import Direction, Interaction
from mutuals.people.names import tidy
from mutuals.staff.models import User
from mutuals.web.frame.customform import asking, parted
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed, zone_of
from mutuals.web.ideas import forms
from mutuals.web.ideas.views import CSS, found

CHOICES = 20
"""Messages of a conversation that are offered, the newest first."""


@needs("idea.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new idea, or the one that the message is an idea of already, or one that was chosen among those that are like it."""
    viewer, said = caller(request), typed(request)
    told = request.GET if said is None else said
    rows = _messages(_number(told.get("conversation", "")))
    message = _message(_number(told.get("message", ""))) or (rows[0] if rows else None)
    form = asking(forms.About(said, initial={"title": _title(message)}), "idea", {}, zone=zone_of(viewer))
    if said is not None:
        if chosen := _number(said.get("idea", "")):
            return _join(request, viewer, chosen, message)
        made = form.try_act(lambda answers: _make(parted(form, answers), message, viewer))
        if made is not None:
            return _done(request, *made)
    here = queries.asked_in(viewer, [row.pk for row in rows] or ([message.pk] if message else []))
    context = {
        "form": form,
        "message": message,
        "said": rows,
        "conversation": _number(told.get("conversation", "")) or "",
        "here": list(dict.fromkeys(here.values())),
        **_alike(viewer, str(form["title"].value() or "")),
    }
    return render(request, "ideas/new.html", context, status=422 if form.is_bound else 200)


@needs("idea.edit")
def alike(request: HttpRequest) -> HttpResponse:
    """Ideas that are like a title that is being typed; a part of the page, and a page."""
    context = {"message": _message(_number(request.GET.get("message", "")))}
    return render(request, "ideas/_alike.html", {**context, **_alike(caller(request), request.GET.get("title", ""))})


@needs("idea.edit", methods="GET POST")
def edit(request: HttpRequest, idea_id: int) -> HttpResponse:
    """Title, text, product, and fields of the house's own making."""
    viewer, said = caller(request), typed(request)
    row = found(request, idea_id)
    start = {"title": row.title, "text": row.text, "product": row.product.sku if row.product else ""}
    form = asking(forms.About(said, initial=start), "idea", row.custom, zone=zone_of(viewer))
    if said is not None:
        done = form.try_act(lambda answers: ideas.edit(row, by=viewer, changes=parted(form, answers), now=clock.now()))
        if done is not None:
            messages.success(request, "Saved.")
            return redirect("idea", done.pk)
    context = {"form": form, "idea": row}
    return render(request, "ideas/edit.html", context, status=422 if form.is_bound else 200)


def _make(answers: dict[str, Any], message: Interaction | None, viewer: User) -> tuple[Idea, bool]:
    now = clock.now()
    if message is None:
        return ideas.add(by=viewer, now=now, **answers)
    own = answers["title"] == _title(message)  # nobody typed another one: it stays the customer's
    row, is_new = ideas.ask_from(message, by=viewer, now=now, title="" if own else answers["title"])
    more = {name: answers[name] for name in ("text", "product", "custom") if answers.get(name)}
    return (ideas.edit(row, by=viewer, changes=more, now=now) if is_new and more else row), is_new


def _join(request: HttpRequest, viewer: User, number: int, message: Interaction | None) -> HttpResponse:
    row = found(request, number)
    if message is None:
        return redirect("idea", row.pk)
    try:
        ideas.ask_from(message, by=viewer, now=clock.now(), idea=row)
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("idea", row.pk)
    messages.success(request, "They are among those who asked for it.")
    return redirect("idea", row.pk)


def _done(request: HttpRequest, row: Idea, is_new: bool) -> HttpResponse:
    messages.success(request, "Written down." if is_new else "This is one of the ideas already.")
    return redirect("idea", row.pk)


def _alike(viewer: User, words: str) -> dict[str, Any]:
    return {"alike": [(row, CSS[row.state]) for row in queries.alike(viewer, words.replace("\0", "")[:200])]}


def _title(message: Interaction | None) -> str:
    if message is None:
        return ""
    try:
        return ideas.line_of(message)
    except REFUSALS:
        return ""


def _messages(conversation: int) -> list[Interaction]:
    """What others than we said in a conversation. Who may edit ideas may read every conversation."""
    if not conversation:
        return []
    rows = Interaction.objects.filter(conversation=conversation, deleted_at=None).exclude(direction=Direction.OUT)
    return list(rows.select_related("profile__person__canonical").order_by("-occurred_at", "-pk")[:CHOICES])


def _message(number: int) -> Interaction | None:
    if not number:
        return None
    row = Interaction.objects.select_related("profile__person__canonical").filter(pk=number).first()
    if row is None or row.direction == Direction.OUT or row.deleted_at is not None:
        raise Http404
    return row


def _number(told: str) -> int:
    plain = tidy(told, at_most=19)
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 19 else 0

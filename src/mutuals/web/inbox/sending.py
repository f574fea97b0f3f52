"""Answering from the screen: writing, taking back, trying again, deciding about what is not confirmed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.ids import new_key
from mutuals.base.refusals import Refusal
from mutuals.capture import doubt, outbox
from mutuals.capture.models import Outgoing
from mutuals.channels.models import Channel
from mutuals.inbox import answer, work
from mutuals.inbox.models import Turn
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller, is_fragment, needs
from mutuals.web.inbox.acts import back as back_to
from mutuals.web.inbox.acts import list_beside
from mutuals.web.inbox.forms import Closing, Writing, first_error
from mutuals.web.inbox.views import conversation, message_of, newest_of, page, turn_of
from mutuals.web.promises.ticked import kept_track

SECONDS = int(answer.UNDO.total_seconds())
EMPTY = b'<div id="promised" class="promised s" role="status" data-not-for-note hx-swap-oob="true"></div>'
"""What the composer held of promises is sent."""


@needs("conversation.note", methods="POST")
def write(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Send an answer or keep a note; with purpose and outcome the conversation is closed at once."""
    viewer, turn, form = caller(request), turn_of(caller(request), conversation_id), Writing(request.POST)
    if not form.is_valid():
        return _refused(request, turn, first_error(form))
    try:
        told = _write(turn, viewer, form.cleaned_data, request)
    except (answer.CannotAnswer, Refusal, ValueError) as error:
        return _refused(request, turn, str(error), error=error)
    if not is_fragment(request):
        messages.success(request, told["text"], extra_tags=told.get("undo", ""))
        return back_to(request, turn.pk)
    fresh = newest_of(request, viewer, turn_of(viewer, turn.pk))
    shown = render(request, "inbox/_newest.html", {**fresh, "is_sent": True, "key": new_key(clock.now())})
    shown.content += EMPTY
    shown.headers["HX-Trigger"] = json.dumps({"toast": told})
    if fresh["window"].is_broken:
        shown.headers["HX-Refresh"] = "true"
    return shown


@needs("conversation.reply", methods="POST")
def drop_draft(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Throw away the answer that a rule laid ready."""
    viewer = caller(request)
    work.drop_draft(turn_of(viewer, conversation_id), by=viewer)
    messages.success(request, "The prepared answer is gone.")
    return back_to(request, conversation_id)


def _write(turn: Turn, viewer: User, words: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """Do it; returns the toast. The promises that were ticked are made with it, or neither."""
    now = clock.now()
    if words["mode"] == "note":
        work.note(turn, by=viewer, text=words["text"], key=words["key"], now=now)
        return {"text": "Note kept"}
    # The outcome is the button that closes; a purpose may be ticked from the time before.
    closing = Closing(words) if words["outcome"] else None
    if closing is not None and not closing.is_valid():
        raise Refusal(first_error(closing))
    channel = Channel.objects.filter(pk=words["channel"], source=turn.conversation.source).first()
    with transaction.atomic():
        row = answer.reply(
            turn, by=viewer, text=words["text"], channel=channel, answers=words["answers"], public=words["public"],
            key=words["key"], now=now,
        )  # fmt: skip
        promised = kept_track(turn, viewer, row, request.POST, now)
        if closing is not None:
            work.close(turn, by=viewer, now=now, **closing.cleaned_data)
    said = f"Leaves in {SECONDS} s, in public" if row.is_public else f"Leaves in {SECONDS} s"
    return {
        "text": f"{said}{promised}{'. Closed' if closing else ''}",
        "undo": reverse("message_back", args=[row.pk]),
        "seconds": SECONDS,
    }


def _refused(request: HttpRequest, turn: Turn, reason: str, *, error: Exception | None = None) -> HttpResponse:
    """Say why, and keep the words. What was shown and is so no more comes anew, with another key to send by."""
    viewer, is_told = caller(request), isinstance(error, answer.NobodyThere)
    if not is_fragment(request):
        messages.add_message(request, messages.INFO if is_told else messages.ERROR, reason)
        if request.POST.get("mode") != "reply":
            return back_to(request, turn.pk)
        shown_anew = {**conversation(request, viewer, turn.pk), "taken_back": request.POST.get("text", "")}
        return page(request, viewer, turn.pk, shown_anew, status=422)
    anew: dict[str, Any] = {}
    if isinstance(error, answer.NotAsShown):
        anew = {**newest_of(request, viewer, turn_of(viewer, turn.pk)), "is_beside": True, "key": new_key(clock.now())}
    shown = render(request, "inbox/_refused.html", {"reason": reason, "is_told": is_told, **anew}, status=422)
    shown.headers["HX-Retarget"] = "#composer-said"
    shown.headers["HX-Reswap"] = "innerHTML"
    return shown


@needs("conversation.reply", methods="POST")
def back(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Undo: take an answer back that has not left; its text stands in the composer again."""
    row = message_of(caller(request), interaction_id)
    if answer.take_back(row, by=caller(request), now=clock.now()):
        messages.success(request, "Taken back. It was not sent.")
        way = reverse("conversation", args=[row.conversation_id])
        where = list_beside(request, way)
        return redirect(f"{way}{where}{'&' if where else '?'}undone={row.pk}")
    messages.error(request, "Too late: it is on its way or out already.")
    return back_to(request, row.conversation_id)


@needs("conversation.reply", methods="POST")
def again(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Try one that failed once more."""
    row, outgoing = _outgoing(request, interaction_id)
    try:
        outbox.again(outgoing, by=caller(request), now=clock.now())
        messages.success(request, "It is tried again now")
    except Refusal as error:
        messages.error(request, str(error))
    return back_to(request, row.conversation_id)


@needs("conversation.reply", methods="POST")
def settle(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Say whether one that is not confirmed stands out there: `there` is yes or no."""
    row, outgoing = _outgoing(request, interaction_id)
    is_there = request.POST.get("there") == "yes"
    try:
        doubt.settle(outgoing, by=caller(request), sent=is_there, now=clock.now())
        messages.success(request, "Marked as sent" if is_there else "It is sent again now")
    except Refusal as error:
        messages.error(request, str(error))
    return back_to(request, row.conversation_id)


@needs("conversation.reply", methods="POST")
def like(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Like a message of theirs."""
    return _try(request, interaction_id, answer.like, "Liked")


@needs("interaction.delete", methods="POST")
def unsay(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Delete an answer of ours out there."""
    return _try(request, interaction_id, answer.unsay, "Deleted as soon as the network confirms")


def _try(request: HttpRequest, number: int, act: Any, words: str) -> HttpResponse:
    row = message_of(caller(request), number)
    try:
        act(row, by=caller(request), now=clock.now())
        messages.success(request, words)
    except (answer.CannotAnswer, Refusal) as error:
        messages.error(request, str(error))
    return back_to(request, row.conversation_id)


def _outgoing(request: HttpRequest, number: int) -> tuple[Any, Outgoing]:
    """A message of ours with what carries it out."""
    row = message_of(caller(request), number)
    rows = Outgoing.objects.select_related("source", "channel").filter(interaction_id=row.pk, do__in=["reply", "post"])
    outgoing = rows.order_by("-pk").first()
    if outgoing is None:
        raise Http404
    return row, outgoing

"""Saving a board under a name, opening with it, deleting it, and taking that back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from mutuals.base import clock
from mutuals.listening.board import boards
from mutuals.listening.models import Board
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.listening.readings import back_to
from mutuals.web.listening.views import way_of


@needs("listening.view", methods="POST")
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what is shown as a board."""
    by, told = caller(request), request.POST
    try:
        made = boards.keep(
            told.get("name", ""),
            topics=numbers(told.get("topics", "")),
            query=told.get("query", ""),
            roles=told.getlist("roles"),
            by=by,
            now=clock.now(),
        )
        if told.get("first"):
            boards.open_first(made, by=by)
    except REFUSALS as error:
        messages.error(request, str(error))
        return back_to(request, reverse("listening"))
    messages.success(request, f"Saved as {made.name}.", extra_tags=reverse("board_delete", args=[made.pk]))
    return redirect(way_of(made.pk, made.topics, made.query))


@needs("listening.view", methods="POST")
def delete(request: HttpRequest, board_id: int) -> HttpResponse:
    """Delete one's own board, with a way back."""
    board = board_of(request, board_id)
    try:
        boards.delete(board, by=caller(request), now=clock.now())
        way = reverse("board_restore", args=[board.pk])
        messages.success(request, f"The board {board.name} is deleted.", extra_tags=way)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("topic", board.topics[0]) if len(board.topics) == 1 else redirect("listening")


@needs("listening.view", methods="POST")
def restore(request: HttpRequest, board_id: int) -> HttpResponse:
    """Bring a board back."""
    try:
        board = boards.restore(board_id if board_id < 2**63 else 0, by=caller(request))
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("listening")
    return redirect(way_of(board.pk, board.topics, board.query))


@needs("listening.view", methods="POST")
def open_first(request: HttpRequest, board_id: int) -> HttpResponse:
    """Open listening with this board from now on; with `off`, with the first topic again."""
    board = board_of(request, board_id)
    boards.open_first(None if "off" in request.POST or "off" in request.GET else board, by=caller(request))
    if "off" in request.POST or "off" in request.GET:
        messages.success(request, "Listening opens with the first topic again.")
    else:
        way = f"{reverse('board_first', args=[board.pk])}?off=1"
        messages.success(request, f"Listening opens with {board.name} now.", extra_tags=way)
    return redirect(way_of(board.pk, board.topics, board.query))


def board_of(request: HttpRequest, number: int) -> Board:
    """A board that the viewer sees, or 404."""
    found = boards.visible_to(caller(request)).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return found


def numbers(text: str) -> list[int]:
    """Numbers parted by commas; what is none is left out."""
    found = [int(one) for one in text.split(",")[:50] if one.isascii() and one.isdecimal() and len(one) < 19]
    return list(dict.fromkeys(found))

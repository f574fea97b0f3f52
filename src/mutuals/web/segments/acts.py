"""What is done on the page of a segment: one act each, then the page again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mutuals.base import clock
from mutuals.outreach import segments
from mutuals.outreach.models import Segment
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.segments.forms import Picking
from mutuals.web.segments.views import found, shown_one

MOST = 200  # people who are ticked on a page


@needs("segment.edit", methods="POST")
def put(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Put somebody in by hand: who was typed, or those who were ticked on a list."""
    row, viewer = found(request, segment_id), caller(request)
    if ticked := _numbers(request):
        return _did(request, row, lambda: _told(segments.put_in(row, ticked, by=viewer, now=clock.now()), "put in"))
    form = Picking(request.POST, viewer=viewer)
    done = form.try_act(lambda told: _put(row, told, viewer))
    return redirect("segment", row.pk) if done is not None else shown_one(request, row, picking=form)


@needs("segment.edit", methods="POST")
def take(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Take somebody out again."""
    row, viewer = found(request, segment_id), caller(request)
    return _did(
        request, row, lambda: _told(segments.take_out(row, _numbers(request), by=viewer, now=clock.now()), "taken out")
    )


@needs("segment.edit", methods="POST")
def do(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Stop a look, go on with it, into the trash or out of it."""
    row, by, now = found(request, segment_id), caller(request), clock.now()
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "stop": (lambda: segments.stop(row, by=by), "The look at everybody is stopped. Those who change are followed."),
        "look": (lambda: segments.look_again(row, by=by, now=now), "Everybody is looked at."),
        "trash": (lambda: segments.trash(row, by=by, now=now), "It is in the trash."),
        "restore": (lambda: segments.restore(row, by=by, now=now), "It is back; everybody is looked at."),
    }
    act, words = acts.get(request.POST.get("do", ""), (lambda: None, "There is no such act."))

    def done() -> str:
        act()
        return words

    return _did(request, row, done)


def _did(request: HttpRequest, row: Segment, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("segment", row.pk)


def _put(row: Segment, told: dict[str, Any], by: User) -> int:
    return segments.put_in(row, [told["person"].pk], by=by, now=clock.now())


def _numbers(request: HttpRequest) -> list[int]:
    told = request.POST.getlist("id")[:MOST]
    return [int(one) for one in told if one.isascii() and one.isdecimal() and 0 < len(one) < 19]


def _told(many: int, words: str) -> str:
    return f"{many} {'person' if many == 1 else 'people'} {words}."

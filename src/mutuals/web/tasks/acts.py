"""What is done with tasks where they stand: one act each, then the page again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from mutuals.base import clock
from mutuals.inbox import tasks, tasks_asked
from mutuals.inbox.models import Task
from mutuals.staff.models import User
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.tasks import shown
from mutuals.web.tasks.making import found


@needs("task.edit", methods="POST")
def done(request: HttpRequest, task_id: int) -> HttpResponse:
    """It is done; the toast takes it back."""

    def act(row: Task, by: User) -> str:
        said = request.POST
        result = said.get("result", "").replace("\0", "")
        tasks.done(row, by=by, now=clock.now(), outcome=said.get("outcome", ""), result=result)
        return f"“{row}” is done."

    return _did(request, task_id, act, undo=reverse("task_reopen", args=[task_id]))


@needs("task.edit", methods="POST")
def reopen(request: HttpRequest, task_id: int) -> HttpResponse:
    """It is not done after all."""

    def act(row: Task, by: User) -> str:
        tasks.reopen(row, by=by, now=clock.now())
        return f"“{row}” is open again."

    return _did(request, task_id, act)


@needs("task.edit", methods="POST")
def move(request: HttpRequest, task_id: int) -> HttpResponse:
    """To another day."""

    def act(row: Task, by: User) -> str:
        try:
            to = date.fromisoformat(request.POST.get("to", "")[:10])
        except ValueError:
            return "It stays where it was: no day was said."
        tasks.move(row, by=by, now=clock.now(), to=to)
        return f"“{row}” is moved to {shown.day_words(to, shown.now_of(by).date())}."

    return _did(request, task_id, act)


@needs("task.edit", methods="POST")
def trash(request: HttpRequest, task_id: int) -> HttpResponse:
    """Into the trash, or (`out`) out of it."""
    is_out = bool(request.POST.get("out"))

    def act(row: Task, by: User) -> str:
        if is_out:
            tasks.restore(row, by=by, now=clock.now())
            return f"“{row}” is back."
        tasks.trash(row, by=by, now=clock.now())
        return f"“{row}” is in the trash."

    return _did(request, task_id, act)


@needs("task.edit", methods="POST")
def done_many(request: HttpRequest) -> HttpResponse:
    """Those ticked are done."""
    viewer = caller(request)
    numbers = [number for said in request.POST.getlist("task")[: tasks.MOST_AT_ONCE] if (number := shown.number(said))]
    rows = list(tasks_asked.visible_to(viewer).filter(pk__in=numbers).order_by("pk"))
    went = tasks.done_many(rows, by=viewer, now=clock.now())
    messages.success(request, f"{len(went)} done." if went else "Nothing was ticked.")
    return redirect(shown.back(request, reverse("tasks")))


def _did(request: HttpRequest, task_id: int, act: Callable[[Task, User], str], *, undo: str = "") -> HttpResponse:
    row = found(request, task_id)
    try:
        messages.success(request, act(row, caller(request)), extra_tags=undo)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect(shown.back(request, reverse("tasks")))

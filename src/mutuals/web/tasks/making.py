"""Writing a task down, in a line or in a form, and the page of one."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.inbox import tasks, tasks_asked, tasks_line, tasks_quick
from mutuals.inbox.models import Task
from mutuals.inbox.tasks_read import TaskIn
from mutuals.people.models import Person
from mutuals.people.visibility import called, row_of, sees_contacts
from mutuals.staff import named
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed
from mutuals.web.tasks import forms, shown

_DID = {
    "task.added": "wrote it down",
    "task.edited": "changed it",
    "task.done": "did it",
    "task.reopened": "opened it again",
    "task.trashed": "put it into the trash",
    "task.restored": "took it out of the trash",
}


@needs("task.add")
def read(request: HttpRequest) -> HttpResponse:
    """How a line that is being typed is read; a part of the page, and a page."""
    viewer, line = caller(request), request.GET.get("line", "").replace("\0", " ")[: tasks_line.LONGEST]
    if not line.strip():
        return render(request, "tasks/_read.html", {})
    found = tasks_quick.read(line, by=viewer, now=clock.now())
    full = sees_contacts(viewer)
    told, now = found.told, shown.now_of(viewer)
    drawn = Task(
        kind=told.kind, title=told.title, starts_at=told.starts_at, ends_at=told.ends_at, due_on=told.due_on,
        due_at=told.starts_at or told.due_at, repeat=told.repeat,
    )  # fmt: skip
    context = {
        "task": drawn,
        "icon": shown.ICONS[told.kind],
        "when": shown.when(drawn, now),
        "people": [str(called(one, full=full)) for one in found.people],
        "who": told.assignee if told.assignee and told.assignee.pk != viewer.pk else None,
        "unknown": found.unknown,
    }
    return render(request, "tasks/_read.html", context)


@needs("task.add", methods="POST")
def quick(request: HttpRequest) -> HttpResponse:
    """Keep a line. Where it is refused it stands in its field again, with why."""
    viewer, said = caller(request), request.POST
    line = said.get("line", "").replace("\0", " ")[: tasks_line.LONGEST]
    way = shown.back(request, reverse("tasks"))
    about, person = said.get("about", "").replace("\0", "")[:60], _person(viewer, said.get("person", ""))
    try:
        found = tasks_quick.read(line, by=viewer, now=clock.now())
        key = _key(said.get("key", ""), line)
        row, is_new = tasks_quick.add(found.told, by=viewer, now=clock.now(), about=about, person=person, key=key)
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('tasks')}?{urlencode({'line': line})}" if line else way)
    when = shown.when(row, shown.now_of(viewer))
    words = f"“{row}”{f', {when}' if when else ''}: noted." if is_new else f"“{row}” is noted already."
    messages.success(request, words, extra_tags=reverse("task_trash", args=[row.pk]))
    return redirect(way)


@needs("task.add", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new task, about the record and for the person that the address names."""
    viewer, said = caller(request), typed(request)
    told = request.GET if said is None else said
    about = _about(viewer, told.get("about", ""))
    person = _person(viewer, told.get("for", ""))
    kind = told.get("kind", "task") if told.get("kind", "task") in shown.ICONS else "task"
    start = {
        "kind": kind, "assignee": viewer.pk, "title": told.get("title", "")[:200],
        "person": f"{person} ({person.pk})" if person else "", "day": told.get("day", "")[:10],
    }  # fmt: skip
    form = forms.About(said, viewer=viewer, initial=start)
    if said is not None:
        made = form.try_act(lambda _: _make(form, about, viewer, said.get("key", "")))
        if made is not None:
            messages.success(request, f"“{made}” noted.", extra_tags=reverse("task_trash", args=[made.pk]))
            return redirect(shown.back(request, reverse("task", args=[made.pk])))
    context = {
        "form": form, "about": about, "for": told.get("for", "") if person else "", "key": told.get("key") or uuid.uuid4(),
        "back": request.GET.get("back", "") if said is None else said.get("back", ""),
    }  # fmt: skip
    return render(request, "tasks/new.html", context, status=422 if form.is_bound else 200)


@needs("task.view", methods="GET POST", post="task.edit")
def one(request: HttpRequest, task_id: int) -> HttpResponse:
    """The page of a task, on which it is changed."""
    viewer, said = caller(request), typed(request)
    row = found(request, task_id)
    form = forms.About(said, viewer=viewer, row=row, initial=forms.as_is(row, viewer))
    if said is not None:
        done = form.try_act(lambda _: tasks.edit(row, by=viewer, changes=form.told(), now=clock.now()))
        if done is not None:
            messages.success(request, "Saved.")
            return redirect("task", row.pk)
    now = shown.now_of(viewer)
    context = {
        "task": row,
        "one": shown.lines(viewer, [row], now)[0],
        "form": form,
        "outcomes": [(value.value, value.label) for value in tasks.OUTCOMES[row.kind]],
        "history": _history(row, viewer),
        "may_edit": row.trashed_at is None and may(viewer, "task.add"),
        "may_end": row.trashed_at is None and may(viewer, "task.edit"),
        "next": Task.objects.filter(follows=row).first(),
        "here": request.path,
    }
    return render(request, "tasks/task.html", context, status=422 if form.is_bound else 200)


def found(request: HttpRequest, number: int) -> Task:
    """The task of a number, also one in the trash; 404 for who may not see it."""
    rows = tasks_asked.with_trash(caller(request)).select_related("assignee", "team", "person__canonical")
    row = rows.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404
    return row


def _make(form: forms.About, about: named.Shown | None, viewer: User, key: str) -> Task:
    told = TaskIn(**form.told(), about=about.key if about else "")
    return tasks.add(told, by=viewer, now=clock.now(), key=_key(key, ""))[0]


def _key(said: str, line: str) -> uuid.UUID | None:
    """The key of a form, which is drawn when it is shown; another line is another task."""
    try:
        return uuid.uuid5(uuid.UUID(said), line)
    except ValueError:
        return None


def _about(viewer: User, key: str) -> named.Shown | None:
    return named.shown(viewer, [key[:60]]).get(key[:60]) if key else None


def _person(viewer: User, said: str) -> Person | None:
    row = row_of(viewer, shown.number(said)) if said else None
    return row.canonical if row else None


def _history(row: Task, viewer: User) -> list[dict[str, Any]]:
    entries = [one for one in tasks_asked.history_of(row, viewer) if one.kind in _DID]
    numbers = [int(one.by[6:]) for one in entries if one.by.startswith("staff:") and one.by[6:].isdecimal()]
    names = {f"staff:{user.pk}": str(user) for user in User.objects.filter(pk__in=numbers)}
    return [
        {
            "who": names.get(one.by, "Mutuals") + (", by a rule" if one.data.get("via") else ""),
            "what": _DID[one.kind],
            "at": one.at,
        }
        for one in entries
    ]

"""Playbooks: the short lists of steps that staff keep for cards."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.listening.card import playbooks
from mutuals.listening.models import CardKind, Playbook
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS


@needs("listening.view", methods="GET POST", post="topic.edit")
def page(request: HttpRequest) -> HttpResponse:
    """All of them; one to write or to change; the three to begin with."""
    viewer = caller(request)
    rows = playbooks.visible_to(viewer)
    asking = request.POST if request.method == "POST" else request.GET
    number = asking.get("edit", "")
    book = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    typed = _typed(book) if book else {}
    if request.method == "POST":
        try:
            _act(request, book)
            return redirect("playbooks")
        except REFUSALS as error:
            messages.error(request, str(error))
            typed = {name: request.POST.get(name, "") for name in ("name", "kind", "level", "steps", "seen")}
    context = {
        "books": rows, "book": book, "typed": typed, "kinds": CardKind.choices, "may_edit": may(viewer, "topic.edit"),
        "levels": [(1, "watch"), (2, "act"), (3, "crisis")],
    }  # fmt: skip
    return render(request, "listening/playbooks.html", context)


def _typed(book: Playbook) -> dict[str, object]:
    seen = book.changed_at.isoformat()
    return {"name": book.name, "kind": book.kind, "level": book.level, "steps": "\n".join(book.steps), "seen": seen}


def _act(request: HttpRequest, book: Playbook | None) -> None:
    viewer, asked = caller(request), request.POST
    if asked.get("do") == "begin":
        made = playbooks.begin(by=viewer, now=clock.now())
        messages.success(request, f"{len(made)} playbooks to begin with.")
    elif asked.get("do") == "remove" and book is not None:
        playbooks.remove(book, by=viewer)
        messages.success(request, f"{book.name} is gone; checklists that were made of it stay.")
    else:
        level = asked.get("level", "1")
        kept = playbooks.keep(
            asked.get("name", ""), asked.get("steps", "").splitlines(), by=viewer, now=clock.now(), book=book,
            kind=asked.get("kind", ""), level=int(level) if level in ("1", "2", "3") else 1,
            seen=clock.read(asked.get("seen", "")),
        )  # fmt: skip
        messages.success(request, f"{kept.name} is kept.")

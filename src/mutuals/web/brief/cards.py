"""The brief at the top of a customer's page: five sentences, the next step, and the rows that each of them rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from mutuals.base import clock
from mutuals.insights import briefed
from mutuals.insights.brief import Sentence
from mutuals.people.models import Person, Profile
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller
from mutuals.web.promises import panels as promises
from mutuals.web.tasks import panels as tasks

ICONS = {
    "person": "person", "organisation": "org", "order": "cart", "conversation": "inbox", "promise": "flag",
    "task": "check", "case": "case", "deal": "deal",
}  # fmt: skip


def card(request: HttpRequest, person: Person, profiles: Sequence[Profile], shown: Mapping[str, Any]) -> SafeString:
    """Made of what the page has read already; `shown` is its context."""
    viewer = caller(request)
    read = _read(request, viewer, person, [one.pk for one in profiles], shown)
    told = briefed.of_person(viewer, person, now=clock.now(), read=read)
    lines = [(one, _sources(one)) for one in told]
    return render_to_string("brief/_card.html", {"lines": lines[:-1], "next": lines[-1]}, request)


def _read(request: HttpRequest, viewer: User, person: Person, ids: list[int], shown: Mapping[str, Any]) -> briefed.Read:
    key = f"person:{person.pk}"
    return briefed.Read(
        profile_ids=ids,
        places=shown["places"],
        lines=shown["lines"] or None,
        promises=promises.beside(request, person, key)[0] if may(viewer, "promise.view") else (),
        tasks=tasks.beside(request, person, key) if may(viewer, "task.view") else (),
        cases=shown["cases"],
        deals=[one["deal"] for one in shown["deals"].get("rows", ())],
    )


def _sources(one: Sentence) -> list[tuple[str, str, str]]:
    """(icon, words, address) of each row."""
    return [(ICONS.get(row.key.partition(":")[0], "info"), row.words, briefed.address(row)) for row in one.sources]

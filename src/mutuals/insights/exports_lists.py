"""Which lists can be taken out of the house: those of the engine, and what has screens of another shape."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from django.db.models import QuerySet

from mutuals.base import clock, lists
from mutuals.base.filters import Kind
from mutuals.base.lists import Column, Listing, Narrow, Ref, Sort, Unseen
from mutuals.history.models import Interaction
from mutuals.inbox import cases, promises_listed, tasks_asked
from mutuals.inbox import queries as inbox
from mutuals.inbox.models import CaseState, Priority, PromiseState, Severity
from mutuals.people import queries as people
from mutuals.people.lists import exports
from mutuals.people.queries import cluster
from mutuals.people.visibility import row_of, sees_contacts, shown_name
from mutuals.records import book
from mutuals.rules.engine import zone_of
from mutuals.staff.permissions import Scope, may, scope

SCREEN = "screen"
"""The word under which a list of a screen of its own brings what its address says."""


def listing(record: str) -> Listing:
    """The list of a record as it is taken out. Unseen names what there is."""
    book.kinds()  # types that were made since are told to the lists
    found = _OTHERS.get(record)
    if found is not None:
        return found
    if not lists.is_listed(record):
        raise Unseen(f"There is no list of “{record[:40]}”. There are: {', '.join(_names())}.")
    if record == "person":
        return _people()
    told = lists.listing(record)
    screen = _SCREENS.get(record)
    return replace(told, narrows=(*told.narrows, Narrow(SCREEN, "As shown", screen))) if screen else told


def of(viewer: Any) -> list[Listing]:
    """All lists that a viewer may take out, by their names."""
    if not may(viewer, "list.export"):
        return []
    told = [listing(name) for name in _names()]
    return sorted((one for one in told if one.exports and may(viewer, one.right)), key=lambda one: one.words[1])


def _names() -> list[str]:
    book.kinds()
    return sorted({*_OTHERS, *(one.record for one in lists.listings())})


def _people() -> Listing:
    """People by the engine's own walk, with what their screen puts beside each of them."""
    told = lists.listing("person")
    role = Column("role", "Role", kind=Kind.TEXT, value=lambda row: row.listed.role, usual=False)
    return replace(
        told,
        page=None,
        counted=None,
        columns=(*told.columns[:1], role, *told.columns[1:]),
        beside=lambda rows: rows.select_related("owner"),
        dress=_with_places,
    )


def _with_places(rows: list[Any], viewer: Any) -> None:
    """Where each of a page of people is, and how they are reached as far as the viewer may read it; one statement."""
    places = people.main_places([row.pk for row in rows])
    for row in rows:
        row.listed = people.listed(row, places.get(row.pk), viewer)


def _words(value: str) -> dict[str, str]:
    """What the address of a screen says."""
    return {
        name: told[-1].replace("\0", " ").strip()[:200]
        for name, told in parse_qs(value[:2_000], keep_blank_values=True).items()
    }


def _one_of(told: dict[str, str], name: str, known: Collection[str], usual: str) -> str:
    return told[name] if told.get(name) in known else usual


def _of_cases(_: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    told = _words(value)
    usual = "" if "state" in told else CaseState.OPEN
    asked = cases.Asked(
        tab=_one_of(told, "tab", cases.TABS, "all"),
        state=_one_of(told, "state", CaseState.values, usual),
        priority=_one_of(told, "priority", Priority.values, ""),
        severity=_one_of(told, "severity", Severity.values, ""),
        text=told.get("q", ""),
        serial=told.get("serial", ""),
    )
    return cases.narrowed(viewer, asked)


def _of_promises(_: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    told = _words(value)
    usual = "" if told.get("state") == "any" else PromiseState.OPEN
    state = _one_of(told, "state", PromiseState.values, usual)
    tab = _one_of(told, "tab", promises_listed.TABS, "mine")
    return promises_listed.rows_of(viewer, promises_listed.Asked(tab, state), clock.now())


def _of_tasks(rows: QuerySet[Any], value: str, viewer: Any) -> QuerySet[Any]:
    told, zone = _words(value), zone_of(viewer)
    whom = None
    if number := told.get("person", ""):
        row = row_of(viewer, int(number)) if number.isascii() and number.isdecimal() and len(number) < 19 else None
        if row is None:
            raise Unseen("You see no such person.")
        whom = cluster(row)
    asked = tasks_asked.Asked(
        clock.now().astimezone(zone),
        whose=_one_of(told, "whose", tasks_asked.WHOSE, "mine"),
        span=_one_of(told, "span", tasks_asked.SPANS, "open"),
        about=told.get("about", "")[:60],
        person_ids=whom,
        kind=told.get("kind", ""),
        text=told.get("q", ""),
    )
    return tasks_asked.rows_of(viewer, asked)


def _said_to(viewer: Any) -> QuerySet[Interaction]:
    """What was said that a viewer may read."""
    rows, reach = Interaction.objects.filter(deleted_at=None), scope(viewer, "conversation.view")
    if reach is Scope.ALL:
        return rows
    return rows.filter(conversation__in=inbox.visible_to(viewer).values("pk")) if reach is Scope.OWN else rows.none()


def _with_authors(rows: list[Any], viewer: Any) -> None:
    """By which presence each was said; one that is called by its address is masked for who may not read it."""
    full = sees_contacts(viewer)
    for row in rows:
        row.presence = shown_name(row.profile, full=full) if row.profile else None


def _author(row: Any) -> Ref | None:
    one = row.profile.person.canonical if row.profile and row.profile.person else None
    return Ref(str(one), f"person:{one.pk}") if one else None


INTERACTIONS = Listing(
    record="interaction",
    words=("interaction", "interactions"),
    right="conversation.view",
    visible_to=_said_to,
    title=Column("subject", "Subject"),
    columns=(
        Column("occurred"),
        Column("network"),
        Column("kind"),
        Column("direction"),
        Column("status", "Status", value=lambda row: row.get_status_display()),
        Column("public"),
        Column("person", "Customer", kind=Kind.TEXT, value=_author),
        Column("presence", "By", value="presence"),
        Column("text", "Text"),
        Column("purpose", "What they wanted"),
        Column("outcome", "What came of it"),
        Column("conversation", "Conversation", kind=Kind.NUMBER, value="conversation_id"),
        Column("source", usual=False),
        Column("channel"),
        Column("language", usual=False),
        Column("url", "Address", usual=False),
        Column("about", "About", usual=False),
    ),
    sorts=(Sort("newest", "Newest", "occurred_at", descending=True), Sort("stored", "First stored", "pk")),
    beside=lambda rows: rows.select_related("profile__person__canonical", "source", "channel"),
    dress=_with_authors,
    exports=exports,
)
_OTHERS = {INTERACTIONS.record: INTERACTIONS}
_SCREENS: dict[str, Callable[[QuerySet[Any], str, Any], QuerySet[Any]]] = {
    "case": _of_cases,
    "task": _of_tasks,
    "promise": _of_promises,
}
"""Lists that have a screen of another shape besides, and how what its address says narrows them."""

"""Cases: opening one, saying how much it matters, ending it; and which ones a viewer may know of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from mutuals.base import gate, journal, wake
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.conversations.models import Conversation
from mutuals.inbox import case_close, case_edit, case_policy, stepped
from mutuals.inbox.models import Case, CasePart, CaseState, CaseTalk, Priority, Severity
from mutuals.inbox.queries import visible_to as visible_turns
from mutuals.people.models import Organisation, Person
from mutuals.processes.models import Process
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import Scope, require, scope

MOST_MINUTES = 525_600  # a year
RUNS = ("item__process", "item__version", "item__owner", "item__team", "owner", "team", "organisation")
"""What is read with cases of which is told where they stand."""
may_not_close = stepped.may_not_close
_REFERENCE = re.compile(r"(?:[cC]-?)?([0-9]{1,9})", re.ASCII)


def visible_to(viewer: User) -> QuerySet[Case]:
    """Cases this user may know of: all, or for a contractor those in conversations that are theirs; none in the trash."""
    return with_trash(viewer).filter(trashed_at=None)


def with_trash(viewer: User) -> QuerySet[Case]:
    """The same with those in the trash."""
    reach = scope(viewer, "case.view")
    if reach is Scope.ALL:
        return Case.objects.all()
    if reach is Scope.OWN:
        return Case.objects.filter(conversation__in=visible_turns(viewer).values("pk"))
    return Case.objects.none()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases a list shows; empty means all.

    `tab` is mine, team (of any of the viewer's teams), unassigned (nobody's) or all. `text` is a part of the title, or a
    reference: C-00012, c12 or 12. `serial` is the number on the plate of a part, whole, in any case of letters.
    """

    tab: str = "all"
    state: str = ""
    priority: str = ""
    severity: str = ""
    kind: str = ""
    text: str = ""
    serial: str = ""
    owner_id: int | None = None
    team_id: int | None = None
    conversation_id: int | None = None
    organisation_id: int | None = None
    parent_id: int | None = None
    person_ids: Sequence[int] | None = None


TABS = ("mine", "team", "unassigned", "all")


def listed(viewer: User, asked: Asked | None = None, *, limit: int = 50, **more: Any) -> list[Case]:
    """The newest of some cases. `more` are fields of `Asked`."""
    rows = narrowed(viewer, asked or Asked(**more)).select_related("person__canonical", "conversation", *RUNS)
    return list(rows.order_by("-opened_at", "-pk")[:limit])


def narrowed(viewer: User, asked: Asked) -> QuerySet[Case]:
    """The cases of a list, in no order."""
    rows = visible_to(viewer)
    if asked.tab == "mine":
        rows = rows.filter(owner=viewer)
    elif asked.tab == "team":
        rows = rows.filter(team__in=viewer.team_ids())
    elif asked.tab == "unassigned":
        rows = rows.filter(owner=None)
    for name in ("state", "priority", "severity", "kind", "owner_id", "team_id", "organisation_id", "parent_id"):
        if getattr(asked, name) not in ("", None):
            rows = rows.filter(**{name: getattr(asked, name)})
    if asked.conversation_id is not None:
        joined = CaseTalk.objects.filter(conversation=asked.conversation_id, is_suggested=False).values("case_id")
        rows = rows.filter(Q(conversation=asked.conversation_id) | Q(pk__in=joined))
    if asked.person_ids is not None:
        rows = rows.filter(person__in=asked.person_ids)
    rows = with_serial(rows, asked.serial) if asked.serial else rows
    return found_by(rows, asked.text) if asked.text else rows


def with_serial(rows: QuerySet[Case], serial: str) -> QuerySet[Case]:
    """Those with a part of that number on its plate."""
    found = CasePart.objects.exclude(serial="").filter(serial__iexact=serial.strip()[:100])
    return rows.filter(pk__in=found.values("case_id"))


def found_by(rows: QuerySet[Case], text: str) -> QuerySet[Case]:
    """The one of a reference, or those with words in their title."""
    told = _REFERENCE.fullmatch(text.strip())
    return rows.filter(Q(reference=f"C-{int(told[1]):05d}") if told else Q(title__icontains=text.strip()[:200]))


def is_reference(text: str) -> bool:
    """Whether this names one case: C-00012, c12 or 12."""
    return _REFERENCE.fullmatch(text.strip()) is not None


def history_of(case: Case, viewer: User) -> list[Entry]:
    """What was done with a case, newest first, for those who may read it."""
    if not visible_to(viewer).filter(pk=case.pk).exists():
        return []
    about = {stepped.about_of(case), *([f"person:{case.person_id}"] if case.person_id else [])}
    told = Q(about__in=about, kind__in=["case.opened", "case.changed"], data__case=case.reference)
    return list(Entry.objects.filter(told | Q(about=f"case:{case.pk}", kind__startswith="case.")).order_by("-id")[:100])


def open_case(
    *,
    by: User,
    now: datetime,
    title: str,
    conversation: Conversation | None = None,
    person: Person | None = None,
    organisation: Organisation | None = None,
    priority: str = Priority.NORMAL,
    severity: str = Severity.NORMAL,
    kind: str = "",
    pillar: str = "",
    minutes: int | None = None,
    parent: Case | None = None,
    owner: User | None = None,
    team: Team | None = None,
    via: str = "",
    process: Process | None = None,
    is_usual: bool = False,
) -> tuple[Case, bool]:
    """Open a case about a conversation, a person, an organisation or several of them; and whether it was opened now.

    One that is open in the same conversation is given back instead. `minutes` is its limit, by the calendar of cases; `via` the
    key of the rule that opens it in the name of `by`. It runs in `process`, or in the usual one where `is_usual`; without both
    it has no steps, and one that is given back keeps those that it has.
    Refused: a case about nothing, an empty title, an unknown priority, severity or sort, a process in which no case can start.
    """
    require(by, "case.open")
    values = case_edit.read(
        {"title": title, "priority": priority, "severity": severity, "kind": kind, "pillar": pillar}
    )
    values |= case_edit.read({"owner": owner, "team": team})
    if minutes is not None and not 0 < minutes <= MOST_MINUTES:
        raise Refusal(f"A limit is 1 to {MOST_MINUTES} minutes.")
    if conversation is None and person is None and organisation is None:
        raise Refusal("A case is about a conversation, a person or an organisation.")
    with transaction.atomic():
        gate.enter()
        if conversation is not None:
            Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk).first()
            there = stepped.in_conversations([conversation.pk]).first()
            if there is not None:
                if process or is_usual:
                    stepped.start(there, by=by, now=now, process=process)
                return there, False
        number = _next()
        made = Case.objects.create(
            **values, pk=number, reference=f"C-{number:05d}", conversation=conversation, person=person,
            organisation=organisation, due_at=case_policy.due(now, minutes) if minutes else None,
            opened_by=via or f"staff:{by.pk}", opened_at=now, changed_at=now,
        )  # fmt: skip
        if parent is not None:
            case_edit.put_under(made, parent)
        journal.note("case.opened", stepped.about_of(made), by=by, case=made.reference, priority=priority)
        wake.changed("inbox", [conversation.pk] if conversation else [])
        if process or is_usual:
            stepped.start(made, by=by, now=now, process=process)
            made.refresh_from_db()
    return made, True


@transaction.atomic
def change(
    case: Case,
    *,
    by: User,
    now: datetime,
    state: str | None = None,
    priority: str | None = None,
    purpose: str = "",
    outcome: str = "",
    result: str = "",
    children: case_close.Children = "",
) -> Case:
    """Say how much a case matters, or end it, or open it again; what runs about it ends and goes on with it.

    Refused: what there is not; a second open one; what `case_close.close` refuses.
    """
    require(by, "case.edit", case)
    if (state or CaseState.OPEN) not in CaseState.values or (priority or Priority.LOW) not in Priority.values:
        raise Refusal(f"A case is {', '.join(CaseState.values)}; its priority {', '.join(Priority.values)}.")
    row = case
    if priority:
        row = case_edit.edit(row, by=by, now=now, changes={"priority": priority})
    if state == CaseState.OPEN:
        return case_close.reopen(row, by=by, now=now)
    if state and (state != row.state or purpose or outcome):
        is_dropped = state == CaseState.DROPPED
        return case_close.close(
            row, by=by, now=now, purpose=purpose, outcome=outcome, result=result, is_dropped=is_dropped,
            children=children,
        )  # fmt: skip
    return row


def _next() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('inbox_case', 'id'))")
        return int(cursor.fetchone()[0])

"""Cases: opening one, saying how much it matters, ending it; and which ones a viewer may know of."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from mutuals.base import gate, journal, wake
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal, one_line
from mutuals.conversations.models import Conversation
from mutuals.inbox import stepped
from mutuals.inbox.models import Case, CaseState, Priority
from mutuals.inbox.queries import visible_to as visible_turns
from mutuals.people.models import Person
from mutuals.processes.models import ItemState, Process
from mutuals.staff.models import Pillar, User
from mutuals.staff.permissions import Scope, require, scope

MOST_MINUTES = 525_600  # a year
RUNS = ("item__process", "item__version", "item__owner", "item__team")
"""What is read with cases of which is told where they stand."""
_REFERENCE = re.compile(r"(?:[cC]-?)?([0-9]{1,9})", re.ASCII)


def visible_to(viewer: User) -> QuerySet[Case]:
    """Cases this user may know of: all, or for a contractor those in conversations that are theirs."""
    reach = scope(viewer, "case.view")
    if reach is Scope.ALL:
        return Case.objects.all()
    if reach is Scope.OWN:
        return Case.objects.filter(conversation__in=visible_turns(viewer).values("pk"))
    return Case.objects.none()


def listed(
    viewer: User,
    *,
    state: str = "",
    conversation_id: int | None = None,
    person_ids: list[int] | None = None,
    priority: str = "",
    text: str = "",
    by_limit: bool = False,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Case]:
    """Cases, newest first, walked by (opened_at, id); `by_limit` those with a limit, the soonest first, by (due_at, id).

    `text` is a part of the title, or a reference: C-00012, c12 or 12.
    """
    rows = visible_to(viewer).select_related("person__canonical", "conversation", *RUNS)
    if state:
        rows = rows.filter(state=state)
    if conversation_id is not None:
        rows = rows.filter(conversation=conversation_id)
    if person_ids is not None:
        rows = rows.filter(person__in=person_ids)
    if priority:
        rows = rows.filter(priority=priority)
    if text:
        told = _REFERENCE.fullmatch(text.strip())
        rows = (
            rows.filter(reference=f"C-{int(told[1]):05d}") if told else rows.filter(title__icontains=text.strip()[:200])
        )
    if by_limit:
        rows = rows.filter(due_at__isnull=False)
        if before:
            rows = rows.filter(Q(due_at__gt=before[0]) | Q(due_at=before[0], pk__gt=before[1]))
        return list(rows.order_by("due_at", "pk")[:limit])
    if before:
        rows = rows.filter(Q(opened_at__lt=before[0]) | Q(opened_at=before[0], pk__lt=before[1]))
    return list(rows.order_by("-opened_at", "-pk")[:limit])


def is_reference(text: str) -> bool:
    """Whether this names one case: C-00012, c12 or 12."""
    return _REFERENCE.fullmatch(text.strip()) is not None


def history_of(case: Case, viewer: User) -> list[Entry]:
    """What was done with a case, newest first, for those who may read it."""
    if not visible_to(viewer).filter(pk=case.pk).exists():
        return []
    abouts = [f"conversation:{case.conversation_id}"] if case.conversation_id else []
    abouts += [f"person:{case.person_id}"] if case.person_id else []
    rows = journal.of(*abouts).filter(kind__in=["case.opened", "case.changed"], data__case=case.reference)
    return list(rows[:50])


def open_case(
    *,
    by: User,
    now: datetime,
    title: str,
    conversation: Conversation | None = None,
    person: Person | None = None,
    priority: str = Priority.NORMAL,
    pillar: str = "",
    minutes: int | None = None,
    via: str = "",
    process: Process | None = None,
    is_usual: bool = False,
) -> tuple[Case, bool]:
    """Open a case about a conversation, a person or both; and whether it was opened now.

    One that is open in the same conversation is given back instead. `minutes` is its limit; `via` the key of the rule that
    opens it in the name of `by`. It runs in `process`, or in the usual one where `is_usual`; without both it has no steps, and
    one that is given back keeps those that it has.
    Refused: a case about nothing, an empty title, an unknown priority, a process in which no case can start.
    """
    require(by, "case.open")
    title = one_line(title, what="Title", longest=200)
    if priority not in Priority.values or (pillar and pillar not in Pillar.values):
        raise Refusal(f"The priority is one of: {', '.join(Priority.values)}.")
    if minutes is not None and not 0 < minutes <= MOST_MINUTES:
        raise Refusal(f"A limit is 1 to {MOST_MINUTES} minutes.")
    if conversation is None and person is None:
        raise Refusal("A case is about a conversation or a person.")
    with transaction.atomic():
        gate.enter()
        if conversation is not None:
            Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk).first()
            there = Case.objects.filter(conversation=conversation, state=CaseState.OPEN).first()
            if there is not None:
                if process or is_usual:
                    stepped.start(there, by=by, now=now, process=process)
                return there, False
        number = _next()
        made = Case.objects.create(
            pk=number, reference=f"C-{number:05d}", title=title, priority=priority, pillar=pillar,
            due_at=now + timedelta(minutes=minutes) if minutes else None, conversation=conversation, person=person,
            opened_by=via or f"staff:{by.pk}", opened_at=now,
        )  # fmt: skip
        about = f"conversation:{conversation.pk}" if conversation else f"person:{person.pk if person else 0}"
        journal.note("case.opened", about, by=by, case=made.reference, priority=priority)
        wake.changed("inbox", [conversation.pk] if conversation else [])
        if process or is_usual:
            stepped.start(made, by=by, now=now, process=process)
            made.refresh_from_db()
    return made, True


def change(case: Case, *, by: User, now: datetime, state: str | None = None, priority: str | None = None) -> Case:
    """Say how much a case matters, or end it, or open it again; what runs about it ends and goes on with it.

    Refused: what there is not; a second open one; what the step where it stands asks for before it goes on.
    """
    with transaction.atomic():
        require(by, "case.edit")
        if (state or CaseState.OPEN) not in CaseState.values or (priority or Priority.LOW) not in Priority.values:
            raise Refusal(f"A case is {', '.join(CaseState.values)}; its priority {', '.join(Priority.values)}.")
        if state:
            stepped.follow(case, state, by=by, now=now)  # first: what runs is locked before its record
        row = Case.objects.select_for_update(of=("self",)).select_related("item").filter(pk=case.pk).first()
        if row is None:
            raise Refusal("This case is not there any more.")
        if state and row.item and (row.item.state == ItemState.RUNNING) is not (state == CaseState.OPEN):
            raise Refusal("A colleague moved this case since you opened it. Look at it, then decide.")
        if state == CaseState.OPEN != row.state:
            stepped.alone(row)
        before = (row.state, row.priority)
        row.state, row.priority = state or row.state, priority or row.priority
        row.ended_at = None if row.state == CaseState.OPEN else row.ended_at or now
        row.save(update_fields=["state", "priority", "ended_at"])
        if before != (row.state, row.priority):
            about = stepped.about_of(row)
            journal.note(
                "case.changed", about, by=by, case=row.reference, state=row.state, priority=row.priority, before=before
            )
    return row


def _next() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('inbox_case', 'id'))")
        return int(cursor.fetchone()[0])

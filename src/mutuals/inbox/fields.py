"""What may be asked of a case, a task, a promise and a conversation, and how people are asked for theirs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from mutuals.base.filters import Field, Kind, Record, extend, register
from mutuals.conversations.models import Conversation
from mutuals.inbox.cases import visible_to
from mutuals.inbox.models import (
    Case,
    CaseState,
    Outcome,
    Priority,
    Promise,
    PromiseState,
    Purpose,
    Severity,
    Task,
    TaskKind,
    TaskOutcome,
)
from mutuals.people.fields import own_teams, own_user, sees_all
from mutuals.records.holders import Holder, hold
from mutuals.staff.models import Pillar

CASE = Record(
    "case",
    Case,
    (
        Field("title", "Title", Kind.TEXT, "title"),
        Field("state", "State", Kind.CHOICE, "state", choices=tuple(CaseState.choices)),
        Field("priority", "Priority", Kind.CHOICE, "priority", choices=tuple(Priority.choices)),
        Field("severity", "Severity", Kind.CHOICE, "severity", choices=tuple(Severity.choices)),
        Field("kind", "Sort", Kind.TEXT, "kind"),
        Field("purpose", "What they wanted", Kind.CHOICE, "purpose", choices=tuple(Purpose.choices)),
        Field("outcome", "What came of it", Kind.CHOICE, "outcome", choices=tuple(Outcome.choices)),
        Field("result", "Result", Kind.TEXT, "result"),
        Field("reopened", "Times opened again", Kind.NUMBER, "reopened"),
        Field("pillar", "Pillar", Kind.CHOICE, "pillar", choices=tuple(Pillar.choices)),
        Field("limit", "Limit", Kind.TIME, "due_at"),
        Field("opened", "Opened", Kind.TIME, "opened_at"),
        Field("customer", "Customer", Kind.NUMBER, "person_id"),
        Field("conversation", "Conversation", Kind.NUMBER, "conversation_id"),
        Field(
            "person", "Has a person", Kind.RELATION, "pk",
            related="person", own="person__canonical_id", may=sees_all("person.view"),
        ),
        Field(
            "organisation", "Has an organisation", Kind.RELATION, "pk",
            related="organisation", own="organisation_id", may=sees_all("organisation.view"),
        ),
        Field("owner", "Owner", Kind.NUMBER, "owner_id", me=own_user),
        Field("team", "Team", Kind.NUMBER, "team_id", me=own_teams),
        Field("ended", "Ended at", Kind.TIME, "ended_at"),
        Field("talk", "Has a conversation", Kind.RELATION, "pk", related="conversation", own="conversation_id"),
    ),
    where={"trashed_at": None},
)  # fmt: skip
_PERSON = Field(
    "person", "Has a person", Kind.RELATION, "pk",
    related="person", own="person__canonical_id", may=sees_all("person.view"),
)  # fmt: skip
TASK = Record(
    "task",
    Task,
    (
        Field("title", "Title", Kind.TEXT, "title"),
        Field("kind", "What it is", Kind.CHOICE, "kind", choices=tuple(TaskKind.choices)),
        Field("notes", "Notes", Kind.TEXT, "notes"),
        Field("due", "Due", Kind.TIME, "due_at"),
        Field("day", "Due on", Kind.DAY, "due_on"),
        Field("done", "Done at", Kind.TIME, "done_at"),
        Field("made", "Written down", Kind.TIME, "made_at"),
        Field("outcome", "What came of it", Kind.CHOICE, "outcome", choices=tuple(TaskOutcome.choices)),
        Field("result", "Result", Kind.TEXT, "result"),
        Field("owner", "Who does it", Kind.NUMBER, "assignee_id", me=own_user),
        Field("team", "Team", Kind.NUMBER, "team_id", me=own_teams),
        _PERSON,
    ),
    where={"trashed_at": None},
)
PROMISE = Record(
    "promise",
    Promise,
    (
        Field("words", "What was promised", Kind.TEXT, "words"),
        Field("state", "State", Kind.CHOICE, "state", choices=tuple(PromiseState.choices)),
        Field("reason", "Reason", Kind.TEXT, "reason"),
        Field("due", "Due", Kind.TIME, "due_at"),
        Field("made", "Made at", Kind.TIME, "made_at"),
        Field("kept", "Kept at", Kind.TIME, "kept_at"),
        Field("late", "Noted as late", Kind.TIME, "late_at"),
        Field("owner", "Who sees to it", Kind.NUMBER, "owner_id", me=own_user),
        _PERSON,
    ),
)
CONVERSATION = Record(
    "conversation",
    Conversation,
    (
        Field("subject", "Subject", Kind.TEXT, "subject"),
        Field("network", "Network", Kind.TEXT, "network"),
        Field("public", "Public", Kind.BOOL, "is_public"),
        Field("messages", "Messages", Kind.NUMBER, "message_count"),
        Field("started", "Began at", Kind.TIME, "started_at"),
        Field("last", "Last message", Kind.TIME, "last_at"),
        Field("heard", "Last heard", Kind.TIME, "last_in_at"),
        Field("answered", "Last answered", Kind.TIME, "last_out_at"),
    ),
)
CASES = Field("cases", "Has a case", Kind.RELATION, "person__canonical", related="case", may=sees_all("case.view"))


def register_fields() -> None:
    """Make the fields of cases known."""
    for one in (CONVERSATION, CASE, TASK, PROMISE):
        register(one)
    extend("person", (CASES,))
    extend("organisation", (replace(CASES, path="organisation"),))
    hold(Holder("case", "Cases", partial(Case.objects.filter, trashed_at=None), visible_to, "/cases/"))

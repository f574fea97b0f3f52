"""What the API says of cases and takes for them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from mutuals.api._process_shapes import ProcessItemOut
from mutuals.api._types import Flag, Id, In, Line, Moment, Out, Ref, Text
from mutuals.inbox import case_policy, case_talks, cases, queries
from mutuals.inbox.models import Case, CaseCheck, CasePart, CasePolicy
from mutuals.processes.models import Item
from mutuals.staff.models import User
from mutuals.staff.permissions import may

STATES = Literal["open", "solved", "dropped"]
PRIORITIES = Literal["low", "normal", "high", "urgent"]
SEVERITIES = Literal["slight", "normal", "severe", "critical"]
PURPOSES = Literal["help", "fix", "inform", "advise", "facilitate", "thank", "none"]
OUTCOMES = Literal["solved", "answered", "passed_on", "no_answer", "not_possible", "noise"]
Title = Annotated[Line, Field(min_length=1, max_length=200)]
Sort = Annotated[Line, Field(max_length=40)]
Result = Annotated[Text, Field(max_length=2_000)]
_REFS = ("id", "person", "organisation", "owner", "team", "item")


class CaseOut(Out):
    """One case. `opened_by` is a text key: staff:3, rule:5 in whose owner's name it was opened, or case:4, which it follows.

    `item` is what runs about it; null without steps, and for who sees no processes. Until `reopen_until` the customer's next
    word opens it again; after that a new case follows it.
    """

    id: int
    reference: str
    title: str
    state: STATES
    priority: PRIORITIES
    severity: SEVERITIES
    kind: str
    pillar: str
    due_at: datetime | None
    conversation_id: int | None
    person: Ref | None
    organisation: Ref | None
    owner: Ref | None
    team: Ref | None
    parent_id: int | None
    follows_id: int | None
    purpose: str
    outcome: str
    result: str
    reopened: int
    reopen_until: datetime | None
    opened_by: str
    opened_at: datetime
    ended_at: datetime | None
    changed_at: datetime
    item: ProcessItemOut | None

    @classmethod
    def told(cls, row: Case, viewer: User) -> dict[str, Any]:
        """A row as somebody may read it, by its fields."""
        plain = {name: getattr(row, name) for name in CaseOut.model_fields if name not in _REFS}
        return plain | {
            "id": row.pk,
            "person": Ref.of(row.person.canonical if row.person else None),
            "organisation": Ref.of(row.organisation),
            "owner": Ref.of(row.owner),
            "team": Ref.of(row.team),
            "item": _item(row.item, viewer),
        }

    @classmethod
    def of(cls, row: Case, viewer: User) -> CaseOut:
        """A row as somebody may read it."""
        return cls(**cls.told(row, viewer))


class CaseCheckOut(Out):
    """A line of a checklist."""

    id: int
    words: str
    done_at: datetime | None
    by: Ref | None

    @classmethod
    def of(cls, row: CaseCheck) -> CaseCheckOut:
        """A row."""
        return cls(id=row.pk, words=row.words, done_at=row.done_at, by=Ref.of(row.by))


class CasePartOut(Out):
    """A thing that a case is about."""

    name: str
    quantity: Decimal
    serial: str
    product: Ref | None

    @classmethod
    def of(cls, row: CasePart) -> CasePartOut:
        """A row."""
        return cls(name=row.name, quantity=row.quantity, serial=row.serial, product=Ref.of(row.product))


class WholeCase(CaseOut):
    """A case with its conversations, those that named it and are not let in, checklist, parts, and the cases under it."""

    conversation_ids: list[int]
    suggested_ids: list[int]
    checks: list[CaseCheckOut]
    parts: list[CasePartOut]
    children: list[Ref]

    @classmethod
    def of(cls, row: Case, viewer: User) -> WholeCase:
        """The same in six statements more at most."""
        talks, named = case_talks.numbers_of(row), [one.conversation_id for one in case_talks.suggested(row)]
        seen = set(queries.visible_to(viewer).filter(pk__in=[*talks, *named]).values_list("pk", flat=True))
        under = cases.visible_to(viewer).filter(parent=row.pk).order_by("pk")[:200]
        return cls(
            **cls.told(row, viewer),
            conversation_ids=[one for one in talks if one in seen],
            suggested_ids=[one for one in named if one in seen],
            checks=[CaseCheckOut.of(one) for one in row.checks.select_related("by").order_by("position")],
            parts=[CasePartOut.of(one) for one in row.parts.select_related("product").order_by("position")],
            children=[Ref(id=one.pk, name=str(one)) for one in under],
        )


class Opening(In):
    """A new case about a conversation, a person, an organisation or several of them. `minutes` is its limit, by the calendar of
    cases. It goes by the steps of a process that is named, or of the `usual_process`.
    """

    title: Title
    conversation_id: Id | None = None
    person_id: Id | None = None
    organisation_id: Id | None = None
    priority: PRIORITIES = "normal"
    severity: SEVERITIES = "normal"
    kind: Sort = ""
    minutes: Annotated[int, Field(ge=1, le=cases.MOST_MINUTES)] | None = None
    parent_id: Id | None = None
    owner_id: Id | None = None
    team_id: Id | None = None
    process_id: Id | None = None
    usual_process: Flag = False


class CaseChanging(In):
    """What is to change; what is not named stays. Null takes owner, team, parent, organisation and limit away.

    With a `state` that ends it, `purpose` and `outcome` are asked for.
    """

    title: Title | None = None
    state: STATES | None = None
    priority: PRIORITIES | None = None
    severity: SEVERITIES | None = None
    kind: Sort | None = None
    due_at: Moment | None = None
    owner_id: Id | None = None
    team_id: Id | None = None
    parent_id: Id | None = None
    organisation_id: Id | None = None
    purpose: PURPOSES | None = None
    outcome: OUTCOMES | None = None
    result: Result | None = None
    children: Literal["close", "leave"] | None = None


class CaseClosing(In):
    """What they wanted, what came of it, and in words how. `children`: what becomes of open cases under it."""

    purpose: PURPOSES
    outcome: OUTCOMES
    result: Result = ""
    dropped: Flag = False
    children: Literal["", "close", "leave"] = ""


class CaseReopening(In):
    """Why."""

    because: Annotated[Line, Field(max_length=500)] = ""


class CaseProcess(In):
    """By which steps it goes on."""

    process_id: Id


class CasePartIn(In):
    """A thing; with the number of a product that is known its name need not be told."""

    name: Annotated[Line, Field(max_length=200)] = ""
    quantity: Annotated[Decimal, Field(gt=0, lt=10**9, max_digits=12, decimal_places=3)] = Decimal(1)
    serial: Annotated[Line, Field(max_length=100)] = ""
    sku: Annotated[Line, Field(max_length=100)] = ""


class CasePartsIn(In):
    """All things."""

    parts: Annotated[list[CasePartIn], Field(max_length=200)]


class CaseCheckIn(In):
    """What is to be done."""

    words: Title


class CaseChecking(In):
    """Whether it is done."""

    done: Flag


class CaseTalking(In):
    """Which conversation."""

    conversation_id: Id


class CasePolicyOut(Out):
    """How this house keeps its cases. `reopen_days` 0 = none is opened again by itself; `calendar` "" = around the clock."""

    reopen_days: int
    kinds: list[str]
    calendar: str

    @classmethod
    def of(cls, row: CasePolicy) -> CasePolicyOut:
        """The row."""
        return cls(reopen_days=row.reopen_days, kinds=row.kinds, calendar=row.calendar)


class CasePolicyChange(In):
    """What is to change."""

    reopen_days: Annotated[int, Field(ge=0, le=case_policy.MOST_DAYS, strict=True)] | None = None
    kinds: Annotated[list[Sort], Field(max_length=case_policy.MOST_KINDS)] | None = None
    calendar: Annotated[Line, Field(max_length=60)] | None = None


def _item(row: Item | None, viewer: User) -> ProcessItemOut | None:
    return ProcessItemOut.of(row) if row and may(viewer, "process.view") else None

"""Rules: reading and writing them, trying them, and what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import MOST_ID, Done, Flag, Id, In, Line, Loose, Out, Page, PathId, Ref, Text
from mutuals.base import clock
from mutuals.rules import body as bodies
from mutuals.rules import keep, queries, registry, said, trial
from mutuals.rules import text as texts
from mutuals.rules.models import Firing, Rule, Run

router = Resource("rules")
Number = Annotated[int | None, Query(ge=1, le=MOST_ID)]


class RuleOut(Out):
    """One rule. `body` holds when, among, if, then, otherwise, stop, quiet and hourly; `held_at`: it fired too often."""

    id: int
    name: str
    place: int
    is_on: bool
    owner: Ref | None
    version: int
    held_at: datetime | None
    changed_at: datetime
    sentence: str
    body: dict[str, Any]

    @classmethod
    def of(cls, row: Rule) -> RuleOut:
        """A row."""
        names = ("name", "place", "is_on", "version", "held_at", "changed_at", "body")
        read = queries.body_of(row)
        told = {name: getattr(row, name) for name in names}
        return cls(id=row.pk, owner=Ref.of(row.owner), sentence=said.sentence(read) if read else "", **told)


class FiringOut(Out):
    """What a rule did about one event: what its tests saw, and every step with what came of it."""

    id: int
    rule: Ref | None
    version: int
    event: str
    at: datetime
    otherwise: bool
    interaction_id: int | None
    conversation_id: int | None
    person_id: int | None
    seen: dict[str, Any]
    steps: list[dict[str, Any]]
    outcome: str

    @classmethod
    def of(cls, row: Firing) -> FiringOut:
        """A row."""
        names = set(cls.model_fields) - {"id", "rule", "otherwise"}
        told = {name: getattr(row, name) for name in names}
        return cls(id=row.pk, rule=Ref.of(row.rule), otherwise=row.is_otherwise, **told)


class ActionOut(Out):
    """One thing that rules may do, with its answers: name, kind, choices, default, needed."""

    name: str
    sentence: str
    right: str
    parameters: list[dict[str, Any]]


class Writing(In):
    """A rule in plain values, or as text; `seen` is the version that was read before, so that nobody is written over."""

    name: Annotated[Line, Field(max_length=80)] = ""
    body: Loose | None = None
    text: Annotated[Text, Field(max_length=texts.LONGEST)] = ""
    seen: Id | None = None


class Ordering(In):
    """Rules in the order in which they shall run; the others come after."""

    ids: Annotated[list[Id], Field(max_length=keep.MOST)]


class Switching(In):
    """On or off; on lets go a rule that was held."""

    on: Flag


class Days(In):
    """How many days back."""

    days: Annotated[int, Field(ge=1, le=trial.MOST_DAYS)] = trial.DAYS


class DryOut(Out):
    """What would have fired: `ids` are the newest of what it would have fired on, of the record that is named."""

    fired: int
    otherwise: int
    of: int
    since: datetime
    record: str
    ids: list[int]


class TriedOut(Out):
    """A rule on one record: whether it looks at it, holds, what its tests saw, and what it would do."""

    looked: bool
    holds: bool
    tests: list[dict[str, Any]]
    would: list[str]


class RunOut(Out):
    """How far the applying of a rule to what is there has come."""

    id: int
    version: int
    since: datetime
    until: datetime
    found: int
    fired: int
    began_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Run) -> RunOut:
        """A row."""
        return cls(id=row.pk, **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


@router.read("/rules", act="rule.view", out=list[RuleOut])
def listed(request: HttpRequest) -> list[RuleOut]:
    """All rules, in the order in which they run."""
    return [RuleOut.of(row) for row in queries.visible_to(user_of(request))]


@router.read("/rules/actions", act="rule.view", out=list[ActionOut])
def actions(request: HttpRequest) -> list[ActionOut]:
    """What rules may do here."""
    return [
        ActionOut(
            name=act.name,
            sentence=act.sentence,
            right=act.right,
            parameters=[
                {
                    "name": p.name,
                    "kind": p.kind,
                    "choices": list(p.choices),
                    "default": p.default,
                    "needed": p.is_needed,
                }
                for p in act.parameters
            ],
        )
        for act in registry.actions().values()
    ]


@router.write("POST", "/rules", act="rule.edit", out=RuleOut, status=201)
def writing(request: HttpRequest, body: Writing) -> RuleOut:
    """A new rule; it is off at first."""
    return RuleOut.of(keep.write(_told(body), by=user_of(request), now=clock.now(), name=body.name))


@router.write("POST", "/rules/order", act="rule.edit", out=Done)
def ordering(request: HttpRequest, body: Ordering) -> Done:
    """Let them run in another order."""
    keep.order(body.ids, by=user_of(request))
    return Done()


@router.read("/rules/firings", act="rule.view", out=Page[FiringOut])
def firings(
    request: HttpRequest,
    rule_id: Number = None,
    conversation_id: Number = None,
    person_id: Number = None,
    interaction_id: Number = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[FiringOut]:
    """What rules did, newest first: of one rule, conversation, person or message, or all."""
    asked = {
        "rule_id": rule_id, "conversation_id": conversation_id, "person_id": person_id, "interaction_id": interaction_id
    }  # fmt: skip
    rows = queries.log(user_of(request), **asked, before=after_id(cursor), limit=limit + 1)
    rows, following = next_by_id(rows, limit)
    return Page[FiringOut](items=[FiringOut.of(row) for row in rows], next=following)


@router.read("/rules/{int:rule_id}", act="rule.view", out=RuleOut)
def shown(request: HttpRequest, rule_id: PathId) -> RuleOut:
    """One rule."""
    return RuleOut.of(_rule(request, rule_id))


@router.write("PUT", "/rules/{int:rule_id}", act="rule.edit", out=RuleOut)
def rewriting(request: HttpRequest, rule_id: PathId, body: Writing) -> RuleOut:
    """Its next version; refused where a colleague wrote one since `seen`."""
    row = keep.write(
        _told(body), by=user_of(request), now=clock.now(), rule=_rule(request, rule_id), name=body.name, seen=body.seen
    )
    return RuleOut.of(row)


@router.write("DELETE", "/rules/{int:rule_id}", act="rule.edit", out=Done)
def removing(request: HttpRequest, rule_id: PathId) -> Done:
    """Take it away with its log; refused while it is on."""
    keep.remove(_rule(request, rule_id), by=user_of(request))
    return Done()


@router.write("POST", "/rules/{int:rule_id}/switch", act="rule.edit", out=RuleOut)
def switching(request: HttpRequest, rule_id: PathId, body: Switching) -> RuleOut:
    """On or off."""
    return RuleOut.of(keep.switch(_rule(request, rule_id), is_on=body.on, by=user_of(request), now=clock.now()))


@router.write("POST", "/rules/{int:rule_id}/restore/{int:number}", act="rule.edit", out=RuleOut)
def restoring(request: HttpRequest, rule_id: PathId, number: PathId) -> RuleOut:
    """Write an earlier version again, as the newest one."""
    return RuleOut.of(keep.restore(_rule(request, rule_id), number, by=user_of(request), now=clock.now()))


@router.write("POST", "/rules/{int:rule_id}/dry-run", act="rule.edit", out=DryOut)
def trying(request: HttpRequest, rule_id: PathId, body: Days) -> DryOut:
    """What it would have fired on in the last days; nothing is done."""
    by = user_of(request)
    read = bodies.read(_rule(request, rule_id).body, viewer=by)
    found = trial.dry_run(read, by=by, now=clock.now(), days=body.days)
    told = {name: getattr(found, name) for name in DryOut.model_fields if name != "ids"}
    return DryOut(ids=list(found.ids), **told)


@router.write("POST", "/rules/{int:rule_id}/test/{int:number}", act="rule.edit", out=TriedOut)
def testing(request: HttpRequest, rule_id: PathId, number: PathId) -> TriedOut:
    """The rule on one message or person; nothing is done."""
    by = user_of(request)
    read = bodies.read(_rule(request, rule_id).body, viewer=by)
    found = trial.test(read, number, by=by, now=clock.now())
    return TriedOut(looked=found.looked, holds=found.holds, tests=found.tests, would=list(found.would))


@router.write("POST", "/rules/{int:rule_id}/apply", act="rule.edit", out=RunOut, status=202)
def applying(request: HttpRequest, rule_id: PathId, body: Days) -> RunOut:
    """Let it act on what is there already, in the background; what it met before is passed over."""
    return RunOut.of(trial.apply(_rule(request, rule_id), by=user_of(request), now=clock.now(), days=body.days))


def _rule(request: HttpRequest, number: int) -> Rule:
    return one(queries.visible_to(user_of(request)), number)


def _told(body: Writing) -> dict[str, Any]:
    return texts.read(body.text) if body.text else dict(body.body or {})

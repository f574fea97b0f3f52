"""Rules: reading and writing them, trying them, and what they did."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id, pack, unpack
from mutuals.api._rule_shapes import (
    ActionOut,
    Broken,
    Difference,
    DryOut,
    FiringOut,
    Hidden,
    HitsOut,
    Quarrelling,
    RuleOut,
    RuleReportOut,
    RunOut,
    SecretOut,
    TriedOut,
    VersionOut,
)
from mutuals.api._types import MOST_ID, Done, Flag, Id, In, Line, Loose, Page, PathId, Ref, Text
from mutuals.base import clock
from mutuals.rules import body as bodies
from mutuals.rules import hidden, keep, queries, registry, report, send, trial
from mutuals.rules import text as texts
from mutuals.rules.models import Rule

router = Resource("rules")
Number = Annotated[int | None, Query(ge=1, le=MOST_ID)]


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


@router.read("/rules", act="rule.view", out=Page[RuleOut])
def listed(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=80, pattern=r"^[^\u0000]*$")] = "",
    kind: Literal["", "on", "off", "held", "silent", "noisy"] = "",
    when: Annotated[str, Query(max_length=20, pattern=r"^[a-z]*$")] = "",
    owner_id: Number = None,
    cursor: Cursor = "",
) -> Page[RuleOut]:
    """Rules in the order in which they run, a hundred a page: by a part of the name, a state, a kind of event, an owner.

    `silent`: on, and fired on nothing in ninety days; `noisy`: more wrong than right.
    """
    place = unpack(cursor, int)
    asked = queries.Asked(q.strip(), kind, when, owner_id)
    rows, following, _ = queries.page(
        user_of(request), asked, now=clock.now(), after=min(max(place[0], 0), keep.MOST) if place else 0
    )
    return Page[RuleOut](
        items=[RuleOut.of(row, user_of(request)) for row in rows], next=pack((following,)) if following else None
    )


@router.read("/rules/report", act="rule.view", out=RuleReportOut)
def reported(request: HttpRequest) -> RuleReportOut:
    """What is wrong among the rules."""
    found = report.report(user_of(request), now=clock.now())
    return RuleReportOut(
        quarrels=[
            Quarrelling(first=_ref(one.first), second=_ref(one.second), about=one.lane, events=one.events)
            for one in found.quarrels
        ],
        hidden=[Hidden(rule=_ref(one.rule), behind=_ref(one.by)) for one in found.shadows],
        broken=[Broken(rule=_ref(rule), why=why) for rule, why in found.broken],
        held=[_ref(rule) for rule in found.held],
        silent=[_ref(rule) for rule in found.silent],
        noisy=[_ref(rule) for rule in found.noisy],
    )


@router.read("/rules/hook-secret", act="source.manage", out=SecretOut)
def secret(
    request: HttpRequest, address: Annotated[str, Query(min_length=1, max_length=500, pattern=r"^[^\u0000]*$")]
) -> SecretOut:
    """What the hooks to an address are signed with, for the program that receives them."""
    return SecretOut(address=address, secret=send.secret_of(address, by=user_of(request)))


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
    by = user_of(request)
    return RuleOut.of(keep.write(_told(body), by=by, now=clock.now(), name=body.name), by)


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
    about: str = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[FiringOut]:
    """What rules did, newest first: of one rule, conversation, person, message or other record ("deal:5"), or all."""
    asked = {
        "rule_id": rule_id, "conversation_id": conversation_id, "person_id": person_id, "interaction_id": interaction_id,
    }  # fmt: skip
    rows = queries.log(user_of(request), **asked, about=about[:60], before=after_id(cursor), limit=limit + 1)
    rows, following = next_by_id(rows, limit)
    return Page[FiringOut](items=[FiringOut.of(row) for row in rows], next=following)


@router.read("/rules/{int:rule_id}", act="rule.view", out=RuleOut)
def shown(request: HttpRequest, rule_id: PathId) -> RuleOut:
    """One rule."""
    return RuleOut.of(_rule(request, rule_id), user_of(request))


@router.read("/rules/{int:rule_id}/track", act="rule.view", out=HitsOut)
def tracked(request: HttpRequest, rule_id: PathId) -> HitsOut:
    """How often it was right, and which bounds would be better."""
    found = queries.track(_rule(request, rule_id))
    return HitsOut(good=found.good, noise=found.noise, share=found.share, advice=found.advice)


@router.read("/rules/{int:rule_id}/versions", act="rule.view", out=list[VersionOut])
def versions(request: HttpRequest, rule_id: PathId) -> list[VersionOut]:
    """How it was written, the newest fifty."""
    viewer = user_of(request)
    return [
        VersionOut(
            number=row.number,
            name=row.name,
            by=Ref.of(row.by),
            at=row.at,
            text=texts.write(row.name, hidden.body(row.body, viewer)),
        )
        for row in queries.versions(_rule(request, rule_id))
    ]


@router.read("/rules/{int:rule_id}/versions/{int:first}/{int:second}", act="rule.view", out=list[Difference])
def compared(request: HttpRequest, rule_id: PathId, first: PathId, second: PathId) -> list[Difference]:
    """Two versions as one text, word by word."""
    told = report.compared(_rule(request, rule_id), first, second, viewer=user_of(request))
    return [Difference(kind=kind, words=words) for kind, words in told]


@router.write("PUT", "/rules/{int:rule_id}", act="rule.edit", out=RuleOut)
def rewriting(request: HttpRequest, rule_id: PathId, body: Writing) -> RuleOut:
    """Its next version; refused where a colleague wrote one since `seen`."""
    by = user_of(request)
    rule = _rule(request, rule_id)
    row = keep.write(_told(body), by=by, now=clock.now(), rule=rule, name=body.name, seen=body.seen)
    return RuleOut.of(row, by)


@router.write("DELETE", "/rules/{int:rule_id}", act="rule.edit", out=Done)
def removing(request: HttpRequest, rule_id: PathId) -> Done:
    """Take it away with its log, and end its being applied; refused while it is on."""
    keep.remove(_rule(request, rule_id), by=user_of(request))
    return Done()


@router.write("POST", "/rules/{int:rule_id}/switch", act="rule.edit", out=RuleOut)
def switching(request: HttpRequest, rule_id: PathId, body: Switching) -> RuleOut:
    """On or off; off ends its being applied."""
    by = user_of(request)
    return RuleOut.of(keep.switch(_rule(request, rule_id), is_on=body.on, by=by, now=clock.now()), by)


@router.write("POST", "/rules/{int:rule_id}/restore/{int:number}", act="rule.edit", out=RuleOut)
def restoring(request: HttpRequest, rule_id: PathId, number: PathId) -> RuleOut:
    """Write an earlier version again, as the newest one."""
    by = user_of(request)
    return RuleOut.of(keep.restore(_rule(request, rule_id), number, by=by, now=clock.now()), by)


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
    """Let it act on what is there already, in the background.

    What this version did before is passed over, what it was held for or failed in is made up for. A rule of the journal makes
    up for that alone.
    """
    return RunOut.of(trial.apply(_rule(request, rule_id), by=user_of(request), now=clock.now(), days=body.days))


@router.write("POST", "/rules/{int:rule_id}/apply/stop", act="rule.edit", out=RunOut)
def stopping(request: HttpRequest, rule_id: PathId) -> RunOut:
    """Apply it no further; what it did stays."""
    return RunOut.of(trial.stop(_rule(request, rule_id), by=user_of(request), now=clock.now()))


@router.read("/rules/{int:rule_id}/runs", act="rule.view", out=list[RunOut])
def applied(request: HttpRequest, rule_id: PathId) -> list[RunOut]:
    """How often it was applied to what is there, and how far each came; the newest fifty."""
    return [RunOut.of(row) for row in trial.runs(_rule(request, rule_id))]


def _ref(rule: Rule) -> Ref:
    return Ref(id=rule.pk, name=rule.name)


def _rule(request: HttpRequest, number: int) -> Rule:
    return one(queries.visible_to(user_of(request)), number)


def _told(body: Writing) -> dict[str, Any]:
    return texts.read(body.text) if body.text else dict(body.body or {})

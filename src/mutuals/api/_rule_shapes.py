"""Shapes of rules: what they say, what they did, what is wrong with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from mutuals.api._types import Out, Ref
from mutuals.rules import hidden, queries, said
from mutuals.rules.models import Firing, Rule, Run
from mutuals.staff.models import User


class RuleOut(Out):
    """One rule. `body` holds when, among, if, then, otherwise, stop, quiet and hourly; `held_at`: it fired too often.

    Of addresses that it calls, whoever may not manage sources reads the host alone.
    """

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
    def of(cls, row: Rule, viewer: User) -> RuleOut:
        """A row, as a user may read it."""
        names = ("name", "place", "is_on", "version", "held_at", "changed_at")
        read = queries.body_of(row)
        told = {name: getattr(row, name) for name in names}
        words: dict[str, Any] = {"sentence": said.sentence(read) if read else "", "body": hidden.body(row.body, viewer)}
        return cls(id=row.pk, owner=Ref.of(row.owner), **words, **told)


class DeliveryOut(Out):
    """What left for a firing: a hook or a mail, and how far it came."""

    way: str
    to: str
    state: str
    attempts: int
    error: str
    changed_at: datetime


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
    about: str
    seen: dict[str, Any]
    steps: list[dict[str, Any]]
    outcome: str
    deliveries: list[DeliveryOut]

    @classmethod
    def of(cls, row: Firing) -> FiringOut:
        """A row."""
        names = set(cls.model_fields) - {"id", "rule", "otherwise", "deliveries"}
        told = {name: getattr(row, name) for name in names}
        sent = [{name: getattr(one, name) for name in DeliveryOut.model_fields} for one in row.deliveries.all()]
        told["deliveries"] = [DeliveryOut(**one) for one in sent]
        return cls(id=row.pk, rule=Ref.of(row.rule), otherwise=row.is_otherwise, **told)


class ActionOut(Out):
    """One thing that rules may do, with its answers: name, kind, choices, default, needed."""

    name: str
    sentence: str
    right: str
    parameters: list[dict[str, Any]]


class DryOut(Out):
    """What would have fired: `ids` are the newest of what it would have fired on, of the record that is named.

    `existing`: on how many of those that are there it would act when it is applied; null where it follows from conversations.
    """

    fired: int
    otherwise: int
    of: int
    since: datetime
    record: str
    ids: list[int]
    existing: int | None


class TriedOut(Out):
    """A rule on one record: whether it looks at it, holds, what its tests saw, and what it would do."""

    looked: bool
    holds: bool
    tests: list[dict[str, Any]]
    would: list[str]


class RunOut(Out):
    """How far the applying of a rule to what is there has come.

    Of what it looked at (`found`) and what fitted, it acted on `fired` and passed over `met`, because this version did it
    before or the clock met them already. `end`: empty while it goes on, done, stopped, off (the rule was turned off) or
    changed (it was written anew, or cannot run). `total`: how many fitted when it began, 0 where that was not counted. `batch`:
    what can be undone of it, under `/batches`.
    """

    id: int
    version: int
    since: datetime
    until: datetime
    found: int
    fired: int
    met: int
    total: int
    batch: int | None
    began_at: datetime
    ended_at: datetime | None
    end: Literal["", "done", "stopped", "off", "changed"]

    @classmethod
    def of(cls, row: Run) -> RunOut:
        """A row."""
        return cls(id=row.pk, **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


class Quarrelling(Out):
    """Two rules that decided the same matter about the same events, each otherwise."""

    first: Ref
    second: Ref
    about: str
    events: int


class Hidden(Out):
    """A rule that can never fire, and the earlier one that takes all it is for."""

    rule: Ref
    behind: Ref


class Broken(Out):
    """A rule that cannot run, and why."""

    rule: Ref
    why: str


class RuleReportOut(Out):
    """What to look at among the rules; `silent` fired on nothing in ninety days, `noisy` were more wrong than right."""

    quarrels: list[Quarrelling]
    hidden: list[Hidden]
    broken: list[Broken]
    held: list[Ref]
    silent: list[Ref]
    noisy: list[Ref]


class SecretOut(Out):
    """What hooks to an address are signed with."""

    address: str
    secret: str


class VersionOut(Out):
    """One wording of a rule."""

    number: int
    name: str
    by: Ref | None
    at: datetime
    text: str


class Difference(Out):
    """A stretch of words that stands in both versions, is gone, or is new."""

    kind: Literal["same", "gone", "new"]
    words: str


class HitsOut(Out):
    """How often a rule was right, by how the conversations were closed; `advice` from fifty on."""

    good: int
    noise: int
    share: float | None
    advice: list[str]

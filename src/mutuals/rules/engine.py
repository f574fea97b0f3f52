"""The rules as they are now, compiled once for each change, and which of them hold for which rows."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mutuals.base.filters import Record, Refused, predicate, record, rows
from mutuals.base.refusals import Refusal
from mutuals.rules import body
from mutuals.rules.body import Body
from mutuals.rules.events import EVENTS
from mutuals.rules.index import Entry, Index, build
from mutuals.rules.models import Rule, State
from mutuals.rules.registry import Event
from mutuals.staff.models import User

_SLOT = 900  # seconds: "in the last 30 days" is about today, so what is compiled is made anew where a day may begin
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A rule that can be judged."""

    pk: int
    name: str
    version: int
    owner_id: int
    body: Body
    zone: ZoneInfo

    def fits(self, row: Mapping[str, Any], of: Record, now: datetime) -> bool:
        """Whether what it looks at is what it is for."""
        return predicate(self.body.condition, of, zone=self.zone, now=now)(row)


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds for an event, or whose `otherwise` does; `row` is what its condition saw."""

    rule: Ready
    event: Event
    row: Mapping[str, Any]
    is_otherwise: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """All rules of one kind of event that are on, in their order."""

    of: Record
    rules: tuple[Ready, ...]
    index: Index

    def matches(self, events: Sequence[Event]) -> list[Match]:
        """What holds for each event, in the order of the rules. What it takes is read for all events at once."""
        if not self.rules or not events:
            return []
        found = rows.read(self.of, sorted({about(event, self.of) for event in events}), self.index.fields)
        return self.judged([event for event in events if about(event, self.of) in found], found)

    def judged(self, events: Sequence[Event], found: rows.Rows) -> list[Match]:
        """The same where the rows were read already: number -> row."""
        candidates = {event.key: self.index.candidates(found[about(event, self.of)]) for event in events}
        tests = dict.fromkeys(test for entries in candidates.values() for entry in entries for test in entry.tests)
        if tests:
            asking = {about(one, self.of) for one in events if any(entry.tests for entry in candidates[one.key])}
            rows.relate(self.of, {pk: found[pk] for pk in asking}, list(tests))
        return [
            match
            for event in events
            for match in self._in_order(event, candidates[event.key], found[about(event, self.of)])
        ]

    def _in_order(self, event: Event, entries: Sequence[Entry], row: dict[str, Any]) -> list[Match]:
        """The index knows what a rule looks at; where that is not all it asks, whether it fits is asked here."""
        made = []
        for entry in entries:
            rule = self.rules[entry.number]
            if rule.pk in event.via or not entry.holds(row):
                continue
            is_otherwise = bool(rule.body.otherwise) and not rule.fits(row, self.of, event.at)
            if rule.body.otherwise if is_otherwise else rule.body.then:
                made.append(Match(rule, event, row, is_otherwise))
            if rule.body.stop and not is_otherwise:
                break
        return made


def record_of(when: str) -> Record:
    """What the conditions of a kind of event are about."""
    return record(EVENTS[when].record)


def about(event: Event, of: Record) -> int:
    """The number of the row that an event is about; 0 = none."""
    if event.about:
        return int(event.about.partition(":")[2])
    return (event.interaction_id if of.name == "interaction" else event.person_id) or 0


_compiled: dict[str, tuple[tuple[int, int], Compiled]] = {}


def compiled(when: str, *, now: datetime) -> Compiled:
    """The rules of a kind of event. Read anew only where a rule changed since, or a day may have begun."""
    changes = State.objects.filter(pk=1).values_list("changes", flat=True).first() or 0
    stamp = (changes, int(now.timestamp()) // _SLOT)
    if (kept := _compiled.get(when)) and kept[0] == stamp:
        return kept[1]
    made = compile_rules(when, [one for one in map(ready, _running(when)) if one is not None], now=now)
    _compiled[when] = (stamp, made)
    return made


def compile_rules(when: str, rules: Sequence[Ready], *, now: datetime) -> Compiled:
    """Any rules of one kind, in their order."""
    of = record(EVENTS[when].record)
    told = [(one.body.among if one.body.otherwise else one.body.both, one.body.both, one.zone) for one in rules]
    return Compiled(of, tuple(rules), build(of, told, now=now))


def _running(when: str) -> list[Rule]:
    found = Rule.objects.filter(when=when, is_on=True, held_at=None, owner__is_active=True)
    return list(found.select_related("owner").order_by("place", "pk"))


def ready(rule: Rule) -> Ready | None:
    """A stored rule; None, with a warning, where its fields are not there any more or its owner may not see them."""
    try:
        read = body.read(rule.body, viewer=rule.owner, is_checked=False)
    except (Refusal, Refused) as error:
        _log.warning("The rule %s is left out: %s", rule.pk, error)
        return None
    return Ready(rule.pk, rule.name, rule.version, rule.owner_id, read, zone_of(rule.owner))


def zone_of(user: User) -> ZoneInfo:
    """The zone in which the days of somebody's rules are meant."""
    try:
        return ZoneInfo(user.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")

"""Questions about rules: the list with its figures, the log, quarrels, dead rules, how often they were right, and advice."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mutuals.base import bulk
from mutuals.base.filters import is_known, record
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.history.own import rule_of
from mutuals.people.models import Person
from mutuals.records.models import Own
from mutuals.rules import body, hidden, registry
from mutuals.rules.body import Body
from mutuals.rules.models import Firing, Rule, RuleVersion
from mutuals.rules.there import There
from mutuals.staff.models import User
from mutuals.staff.permissions import may, named_right

SHOWN = 100  # rules that a page of the list shows
KINDS = ("on", "off", "held", "silent", "noisy")
"""What the list may be narrowed to: held for firing too often; on, but silent for ninety days; more wrong than right."""
WEEK = timedelta(days=7)
DEAD = timedelta(days=90)
ENOUGH = 50
"""Conversations whose end is known, from which on a threshold is advised."""
COUNTED = 1_000
"""Firings of a rule that the list counts for seven days; what goes beyond is "1,000 and more", however many there are."""
_LOOKED = 5_000  # firings that advice looks through, newest first, and that quarrels share out among the rules
_LEAST, _MOST = 5, 500  # firings of one rule that quarrels look through, newest first
_WEEK = """
SELECT r.id, week.n, week.bad, (SELECT f.at FROM rules_firing f WHERE f.rule_id = r.id ORDER BY f.at DESC LIMIT 1)
FROM unnest(%s::bigint[]) r(id) CROSS JOIN LATERAL (
    SELECT count(*), count(*) FILTER (WHERE x.outcome IN ('failed', 'partly')) FROM (
        SELECT f.outcome FROM rules_firing f WHERE f.rule_id = r.id AND f.at > %s AND f.outcome <> 'held'
        ORDER BY f.at DESC LIMIT %s
    ) x
) week(n, bad)
"""
_SAME_EVENTS = """
WITH seed AS MATERIALIZED (
    SELECT f.* FROM unnest(%(rules)s::bigint[]) r(id) CROSS JOIN LATERAL (
        SELECT f.rule_id, f.event, f.steps, f.interaction_id, f.person_id, f.about FROM rules_firing f
        WHERE f.rule_id = r.id AND f.at > %(since)s AND f.outcome NOT IN ('failed', 'held')
        ORDER BY f.at DESC LIMIT %(each)s
    ) f
)
SELECT rule_id, event, steps FROM seed
UNION ALL
SELECT f.rule_id, f.event, f.steps FROM (SELECT DISTINCT interaction_id FROM seed) s
JOIN rules_firing f ON f.interaction_id = s.interaction_id
WHERE f.at > %(since)s AND f.outcome NOT IN ('failed', 'held')
UNION ALL
SELECT f.rule_id, f.event, f.steps FROM (SELECT DISTINCT person_id, event FROM seed WHERE interaction_id IS NULL) s
JOIN rules_firing f ON f.person_id = s.person_id AND f.event = s.event
WHERE f.at > %(since)s AND f.outcome NOT IN ('failed', 'held')
UNION ALL
SELECT f.rule_id, f.event, f.steps FROM (SELECT DISTINCT about, event FROM seed WHERE about <> '' AND person_id IS NULL) s
JOIN rules_firing f ON f.about = s.about AND f.about <> '' AND f.event = s.event
WHERE f.at > %(since)s AND f.outcome NOT IN ('failed', 'held')
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One rule as the list shows it, with its runs and errors of seven days (held is not run), and what is wrong with it."""

    rule: Rule
    runs: int = 0
    errors: int = 0
    last_at: datetime | None = None
    is_dead: bool = False  # on for ninety days, and fired on nothing
    broken: str = ""  # why it cannot be judged any more
    quarrels: int = 0
    is_many: bool = False  # there were more runs than are counted


@dataclass(frozen=True, slots=True)
class Quarrel:
    """Two rules that did different things about the same, on the same events."""

    first: Rule
    second: Rule
    lane: str
    events: int


@dataclass(frozen=True, slots=True)
class Record:
    """How often a rule was right, by how the conversations were closed; and what another threshold would have left out."""

    good: int = 0
    noise: int = 0
    advice: list[str] = field(default_factory=list)

    @property
    def share(self) -> float | None:
        """Of those whose end is known; None where nothing is."""
        return self.good / (self.good + self.noise) if self.good + self.noise else None


def visible_to(viewer: User) -> QuerySet[Rule]:
    """The rules that a user may read, in the order in which they run."""
    rows = Rule.objects.select_related("owner").order_by("place", "pk")
    return rows if may(viewer, "rule.view") else rows.none()


def readable(viewer: User) -> list[Rule]:
    """The same with their words as this user may read them, to be shown, not to be kept."""
    rows = list(visible_to(viewer))
    for row in rows:
        row.body = hidden.body(row.body, viewer)
    return rows


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rules a list shows: by a part of the name, one of `KINDS`, a kind of event, an owner. Empty means all."""

    text: str = ""
    kind: str = ""
    when: str = ""
    owner_id: int | None = None


def listed(viewer: User, asked: Asked, *, now: datetime) -> QuerySet[Rule]:
    """The rules that fit, in the order in which they run."""
    rows = visible_to(viewer)
    if asked.text:
        rows = rows.filter(name__icontains=asked.text[:80])
    if asked.when:
        rows = rows.filter(when=asked.when)
    if asked.owner_id is not None:
        rows = rows.filter(owner=asked.owner_id)
    if asked.kind in ("on", "off"):
        rows = rows.filter(is_on=asked.kind == "on")
    elif asked.kind == "held":
        rows = rows.filter(held_at__isnull=False)
    elif asked.kind == "silent":
        recent = Firing.objects.filter(rule=OuterRef("pk"), at__gt=now - DEAD)
        rows = rows.filter(~Exists(recent), is_on=True, changed_at__lt=now - DEAD)
    elif asked.kind == "noisy":
        rows = rows.filter(pk__in=[pk for pk, good, noise in _tracks() if noise > good and good + noise >= ENOUGH])
    return rows


def _tracks() -> list[tuple[int, int, int]]:
    """Rule, how often it was right, how often wrong."""
    rows = Firing.objects.filter(is_otherwise=False).exclude(came_of="").values("rule").order_by()
    told = rows.annotate(good=Count("pk", filter=Q(came_of="good")), noise=Count("pk", filter=Q(came_of="noise")))
    return list(told.values_list("rule", "good", "noise"))


def page(viewer: User, asked: Asked, *, now: datetime, after: int = 0) -> tuple[list[Rule], int | None, int]:
    """One page of the list, the number of the row that the next one begins at (None = the end), and how many fit."""
    rows = listed(viewer, asked, now=now)
    found = list(rows[after : after + SHOWN + 1])
    return found[:SHOWN], after + SHOWN if len(found) > SHOWN else None, rows.count()


def lines(
    rules: Sequence[Rule], *, now: datetime, quarrelling: Sequence[Quarrel] = (), also: Rule | None = None
) -> list[Line]:
    """Rules with their figures, and one more of which a page is open; one query however many there are, and however often
    they fired.
    """
    rules = list(rules)
    if also is not None and also.pk not in {rule.pk for rule in rules}:
        rules.append(also)
    numbers = [rule.pk for rule in rules]
    told = bulk.execute(_WEEK, [numbers, now - WEEK, COUNTED + 1]) if numbers else []
    week = {pk: (min(n, COUNTED), bad, at, n > COUNTED) for pk, n, bad, at in told}
    last = {pk: at for pk, _, _, at in told if at is not None}
    there = There()
    in_quarrels = Counter(pk for one in quarrelling for pk in (one.first.pk, one.second.pk))
    return [
        Line(
            rule,
            *week[rule.pk][:3],
            rule.is_on and rule.changed_at < now - DEAD and last.get(rule.pk, now - 2 * DEAD) < now - DEAD,
            broken(rule, there),
            in_quarrels[rule.pk],
            week[rule.pk][3],
        )
        for rule in rules
    ]


def broken(rule: Rule, there: There | None = None) -> str:
    """Why a rule cannot be judged or done any more; "" = it can. Give the same `there` for many rules."""
    if not rule.owner.is_active:
        return f"{rule.owner} has no access any more; write it again to own it."
    try:
        told = body.read(rule.body, viewer=rule.owner, there=there)
    except Refusal as error:
        return str(error)
    rights = (known.right for step in (*told.then, *told.otherwise) if (known := registry.find(step.act)))
    lacking = next((right for right in rights if not may(rule.owner, right)), "")
    return f"{rule.owner}’s role does not include “{named_right(lacking)}” any more." if lacking else ""


def quarrels(viewer: User, *, now: datetime) -> list[Quarrel]:
    """Pairs of rules that, in the last thirty days, both decided the same matter about the same event, each otherwise.

    Looked through are the newest firings of each rule that decides something, and what others did on the same events, so that
    one busy rule hides none of the others.
    """
    rules = {rule.pk: rule for rule in visible_to(viewer)}
    deciding = [pk for pk, rule in rules.items() if _decides(rule)]
    by_event: dict[str, list[tuple[int, Sequence[Mapping[str, Any]]]]] = defaultdict(list)
    if len(deciding) > 1:
        each = min(_MOST, max(_LEAST, _LOOKED // len(deciding)))
        with connection.cursor() as cursor:
            cursor.execute(_SAME_EVENTS, {"rules": deciding, "since": now - timedelta(days=30), "each": each})
            for rule, event, steps in cursor.fetchall():
                by_event[event].append((rule, json.loads(steps)))
    found: Counter[tuple[int, int, str]] = Counter()
    for told in by_event.values():
        lanes: dict[str, dict[int, str]] = defaultdict(dict)
        for rule, steps in sorted(told, key=lambda one: one[0]):
            for step in steps:
                known = registry.find(step["act"])
                if known is not None and known.lane and "did" in step:
                    lanes[known.lane][rule] = f"{step['act']} {sorted(step['with'].items())}"
        for lane, acts in lanes.items():
            numbers = list(acts)
            found.update(
                (one, other, lane)
                for place, one in enumerate(numbers)
                for other in numbers[place + 1 :]
                if acts[one] != acts[other]
            )
    return [
        Quarrel(rules[one], rules[other], lane, n)
        for (one, other, lane), n in found.most_common(50)
        if one in rules and other in rules
    ]


def _decides(rule: Rule) -> bool:
    """Whether a rule says an act that two may quarrel about."""
    steps = [one for part in ("then", "otherwise") for one in rule.body.get(part) or ()]
    acts = [registry.find(one if isinstance(one, str) else next(iter(one), "")) for one in steps]
    return any(known is not None and known.lane for known in acts)


def versions(rule: Rule) -> list[RuleVersion]:
    """How it was written, newest first."""
    return list(rule.versions.select_related("by").order_by("-number")[:50])


def log(
    viewer: User,
    *,
    rule_id: int | None = None,
    conversation_id: int | None = None,
    person_id: int | None = None,
    interaction_id: int | None = None,
    about: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Firing]:
    """What rules did, newest first, walked by number: of a rule, a conversation, a person, a message or
    another record by its text key.

    Of addresses that they called whoever may not manage sources reads the host alone.
    """
    if not may(viewer, "rule.view"):
        return []
    rows = Firing.objects.select_related("rule").prefetch_related("deliveries")
    if person_id is not None:  # whoever they were merged from or into
        one = Person.objects.filter(pk=person_id).values("canonical")
        rows = rows.filter(person_id__in=Person.objects.filter(canonical__in=one).values("pk"))
    for name, value in (
        ("rule", rule_id), ("conversation_id", conversation_id), ("interaction_id", interaction_id),
        ("about", about or None),
    ):  # fmt: skip
        rows = rows.filter(**{name: value}) if value is not None else rows
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.order_by("-pk")[:limit])
    for row in found:
        row.steps = hidden.steps(row.steps, viewer)
        for sent in row.sent if not may(viewer, "source.manage") else ():
            sent.to = hidden.words(sent.to)
    return found


def writers(rows: Sequence[Interaction], viewer: User) -> dict[int, str]:
    """Interaction -> who wrote it, for notes that a rule wrote: by its name for those who may read rules, else as a rule.

    One question where there are such notes, none else.
    """
    written = {row.pk: (number, row) for row in rows if (number := rule_of(row)) is not None}
    told = named([number for number, _ in written.values()], viewer)
    return {pk: f"{told[number]}, of {row.by or 'nobody any more'}" for pk, (number, row) in written.items()}


def named(numbers: Sequence[int], viewer: User) -> dict[int, str]:
    """Rules in words, by number: “the rule X”; "a rule" where it is gone, and for those who may not read rules."""
    names = {}
    if numbers and may(viewer, "rule.view"):
        names = dict(Rule.objects.filter(pk__in=numbers).values_list("pk", "name"))
    return {number: f"the rule “{names[number]}”" if number in names else "a rule" for number in numbers}


def what(firings: Sequence[Firing]) -> dict[int, str]:
    """Firing -> the beginning of what it was about: the words of the message, the name of the person or the record."""
    said = dict(Interaction.objects.filter(pk__in=[one.interaction_id for one in firings]).values_list("pk", "text"))
    named = dict(Person.objects.filter(pk__in=[one.person_id for one in firings]).values_list("pk", "name"))
    called = _called({one.about for one in firings if one.about})
    return {
        one.pk: (called.get(one.about) or said.get(one.interaction_id or 0) or named.get(one.person_id or 0) or "gone")[
            :200
        ]
        for one in firings
    }


def _called(abouts: set[str]) -> dict[str, str]:
    """Records of any kind by their names, one statement for each kind."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for about in abouts:
        kind, _, number = about.partition(":")
        by_kind[kind].append(int(number))
    models = {kind: Own if kind == "own" else record(kind).model for kind in by_kind if kind == "own" or is_known(kind)}
    return {
        f"{kind}:{pk}": str(row)
        for kind, model in models.items()
        for pk, row in model._default_manager.in_bulk(by_kind[kind]).items()
    }


def track(rule: Rule) -> Record:
    """How often this rule was right: closed as noise against solved. Thresholds are advised after fifty that are known."""
    rows = Firing.objects.filter(rule=rule, is_otherwise=False).exclude(came_of="").order_by("-at")
    told = list(rows.values_list("came_of", "seen")[:_LOOKED])
    good = sum(came == "good" for came, _ in told)
    made = Record(good, len(told) - good)
    if len(told) >= ENOUGH:
        made.advice.extend(_advice(told))
    return made


def _advice(told: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """For each number that is to be above something: the bound that keeps 95 of 100 good ones, and what noise it leaves out."""
    seen: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for came, saw in told:
        for test in saw.get("tests", ()):
            value = _number(test.get("saw"))
            if value is not None and " is above " in str(test.get("test")):
                seen[str(test["test"])].append((value, came == "good"))
    found = []
    for name, values in seen.items():
        goods = sorted(value for value, is_good in values if is_good)
        if not goods:
            continue
        bound = goods[int(len(goods) * 0.05)]
        out = sum(value < bound for value, is_good in values if not is_good)
        lost = sum(value < bound for value in goods)
        if out > lost:
            found.append(
                f"“{name}”: at {bound:g} it would have left out {out} that were noise and {lost} that were not."
            )
    return found


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) or value is None else float(value)
    except (TypeError, ValueError):
        return None


def body_of(rule: Rule) -> Body | None:
    """What a stored rule says; None where it cannot be read any more."""
    try:
        return body.read(rule.body, viewer=rule.owner, is_checked=False)
    except Refusal:
        return None

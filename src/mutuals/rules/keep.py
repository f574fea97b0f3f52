"""Writing rules: each wording is a version that can be brought back; on and off, order, and letting go what was held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from mutuals.base import journal
from mutuals.base.locks import Space, in_turn
from mutuals.base.refusals import Refusal, one_line
from mutuals.listening.card import cards
from mutuals.listening.models import CardKind
from mutuals.rules import body
from mutuals.rules.fire import changed
from mutuals.rules.models import End, Firing, Rule, RuleVersion, Run
from mutuals.rules.registry import find
from mutuals.rules.there import NotThere, There
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed, require

MOST = 10_000  # rules


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a file: the rules that were written, and in words those that were left out."""

    rules: list[Rule]
    left: list[str]


@transaction.atomic
def write(
    told: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    rule: Rule | None = None,
    name: str = "",
    seen: int | None = None,
) -> Rule:
    """Make a rule, which is off at first, or the next version of one; who writes it owns it from then on.

    `told` is a body as `body.read` takes it, whose name counts where `name` is empty; `seen` the version that the writer saw.
    Refused: an act that `by` may not do themselves, a name that another rule has, a version that is not the newest any more.
    """
    require(by, "rule.edit", rule)
    name = _named(name or told.get("name", ""))
    read = body.read(told, viewer=by)
    may_do(read, by)
    if Rule.objects.filter(name=name).exclude(pk=rule.pk if rule else 0).exists():
        raise Refusal(f"Another rule is called “{name}”.", fields={"name": "Choose another name."})
    if rule is None:
        if Rule.objects.count() >= MOST:
            raise Refusal(f"There are {MOST} rules; remove one first.")
        last = Rule.objects.aggregate(last=Max("place"))["last"] or 0
        row = _made(name=name, when=read.when, body=dict(read.plain), owner=by, place=last + 1, changed_at=now)
    else:
        row = locked(rule)
        if seen is not None and seen != row.version:
            raise Refusal(
                f"A colleague wrote version {row.version} since you opened this. Look at it, then write again."
            )
        if (row.name, row.body) == (name, dict(read.plain)):
            return row
        row.name, row.when, row.body, row.owner, row.changed_at = name, read.when, dict(read.plain), by, now
        end_run(row, End.CHANGED, now=now)
        row.version = (row.versions.aggregate(last=Max("number"))["last"] or row.version) + 1
        changed()  # before a new name locks the row for those who note that it fired
        row.save(update_fields=["name", "when", "body", "owner", "changed_at", "version"])
    RuleVersion.objects.create(rule=row, number=row.version, name=name, body=row.body, by=by, at=now)
    _note("rule.written", row, by=by, version=row.version)
    return row


def take(told: Sequence[Mapping[str, Any]], *, by: User, now: datetime) -> Brought:
    """Rules from a file: a name that is there already gets its next version, a new one is off at first. One that names a
    process, team or colleague that is not there is left out, and that is said; of the others all are written or none.

    All of them are read before the first is written, so that whoever turns a rule off meanwhile hardly waits. Refused, with
    its number and name: what `write` refuses, and a name that the file says twice.
    """
    require(by, "rule.edit")
    wanted: dict[str, body.Body] = {}
    left: list[str] = []
    there = There()
    for number, one in enumerate(told, 1):
        try:
            name = _named(one.get("name", ""))
            if name in wanted:
                raise Refusal("The file says this name twice.")
            wanted[name] = body.read(one, viewer=by, there=there)
            may_do(wanted[name], by)
        except NotThere as error:
            left.append(_which(number, one, error))
        except Refusal as error:
            raise Refusal(_which(number, one, error), fields=error.fields) from error
    return Brought(_taken(wanted, by=by, now=now) if wanted else [], left)


def _which(number: int, told: Mapping[str, Any], error: Refusal) -> str:
    name = str(told.get("name", ""))[:80]
    return f"Rule {number}{f', “{name}”' if name else ''}: {error}"


@transaction.atomic
def _taken(wanted: Mapping[str, body.Body], *, by: User, now: datetime) -> list[Rule]:
    """Write what was read, in a few statements; the mark of a change, for which all writers wait, comes last."""
    rows = Rule.objects.select_for_update(of=("self",), no_key=True).filter(name__in=wanted).order_by("pk")
    there = {row.name: row for row in rows}
    fresh = [name for name in wanted if name not in there]
    if Rule.objects.count() + len(fresh) > MOST:
        raise Refusal(f"There may be {MOST} rules; remove some first.")
    last = Rule.objects.aggregate(last=Max("place"))["last"] or 0
    new = [
        Rule(name=name, when=wanted[name].when, body=dict(wanted[name].plain), owner=by, place=place, changed_at=now)
        for place, name in enumerate(fresh, last + 1)
    ]
    try:
        with transaction.atomic():
            made = Rule.objects.bulk_create(new, batch_size=1000)
    except IntegrityError as error:
        raise Refusal("A rule of one of these names was written just now. Read the file again.") from error
    others = [row for row in there.values() if row.body != dict(wanted[row.name].plain)]
    newest = dict(RuleVersion.objects.filter(rule__in=others).values_list("rule").annotate(last=Max("number")))
    for row in others:
        read = wanted[row.name]
        row.when, row.body, row.owner, row.changed_at = read.when, dict(read.plain), by, now
        row.version = newest.get(row.pk, row.version) + 1
    Rule.objects.bulk_update(others, ["when", "body", "owner", "changed_at", "version"], batch_size=500)
    Run.objects.filter(rule__in=others, ended_at=None).update(ended_at=now, end=End.CHANGED)
    versions = [
        RuleVersion(rule=row, number=row.version, name=row.name, body=row.body, by=by, at=now)
        for row in (*made, *others)
    ]
    RuleVersion.objects.bulk_create(versions, batch_size=1000)
    by_version: dict[int, list[str]] = defaultdict(list)
    for row in (*made, *others):
        by_version[row.version].append(f"rule:{row.pk}")
    for version, abouts in by_version.items():
        journal.note_many("rule.written", abouts, by=by, version=version)
    changed()
    there |= {row.name: row for row in made}
    return [there[name] for name in wanted]


def _named(told: Any) -> str:
    if isinstance(told, list | dict):
        raise Refusal("The name of a rule is one line of text.", fields={"name": "One line of text."})
    return one_line(told, what="Name", longest=80)


def _made(**values: Any) -> Rule:
    try:
        with transaction.atomic():
            return Rule.objects.create(**values)
    except IntegrityError as error:
        raise Refusal(f"Another rule is called “{values['name']}”.", fields={"name": "Choose another name."}) from error


def may_do(read: body.Body, by: User) -> None:
    """Refuse (NotAllowed) whoever may not do themselves what a rule does: to write it, to switch it on, to apply it."""
    for step in (*read.then, *read.otherwise):
        known = find(step.act)
        if known is None:
            raise Refusal(f"Nobody offers “{step.act}”.")
        try:
            require(by, known.right)
        except NotAllowed as error:
            words = f"Who writes, turns on or applies a rule may do what it does, and “{step.act}” you may not."
            raise NotAllowed(f"{words} {error}") from error


@transaction.atomic
def switch(rule: Rule, *, is_on: bool, by: User, now: datetime) -> Rule:
    """Turn a rule on or off; turning it on also lets go one that was held, turning it off ends its being applied.

    Refused: turning on what names an act or a field that is not there any more, or an act that its owner, or `by`, may not
    do themselves. Whoever may edit rules may turn any of them off.
    """
    require(by, "rule.edit", rule)
    row = locked(rule)
    if is_on:
        read = body.read(row.body, viewer=row.owner)
        may_do(read, row.owner)
        may_do(read, by)
        if not row.is_on:
            row.struck_at = now  # the day that it is turned on in is not one that the clock missed
    if row.held_at is not None and is_on:
        cards.over(row, now=now, kind=CardKind.HELD)
    if not is_on:
        end_run(row, End.OFF, now=now)
    row.is_on, row.held_at = is_on, None if is_on else row.held_at
    row.changed_at = now
    row.save(update_fields=["is_on", "held_at", "changed_at", "struck_at"])
    _note("rule.on" if is_on else "rule.off", row, by=by)
    return row


@transaction.atomic
def order(numbers: Sequence[int], *, by: User) -> None:
    """Let rules run in this order; those that are not named come after, as they were."""
    require(by, "rule.edit")
    there = list(Rule.objects.select_for_update(no_key=True).order_by("place", "pk"))
    wanted = {number: place for place, number in enumerate(dict.fromkeys(numbers))}
    there.sort(key=lambda row: wanted.get(row.pk, len(wanted)))
    for place, row in enumerate(there, 1):
        row.place = place
    Rule.objects.bulk_update(there, ["place"], batch_size=1000)
    changed()
    journal.note("rule.ordered", by, by=by)


def move(rule: Rule, *, up: bool, by: User) -> None:
    """Let a rule run one place earlier or later."""
    numbers = list(Rule.objects.order_by("place", "pk").values_list("pk", flat=True))
    if rule.pk not in numbers:
        raise Refusal("This rule is not there any more.")
    place = numbers.index(rule.pk)
    other = max(0, place - 1) if up else min(len(numbers) - 1, place + 1)
    numbers[place], numbers[other] = numbers[other], numbers[place]
    order(numbers, by=by)


def restore(rule: Rule, number: int, *, by: User, now: datetime) -> Rule:
    """Write an earlier version again, as the newest one."""
    kept = RuleVersion.objects.filter(rule=rule, number=number).first()
    if kept is None:
        raise Refusal(f"There is no version {number} of this rule.")
    return write(kept.body, by=by, now=now, rule=rule, name=kept.name)


@transaction.atomic
def remove(rule: Rule, *, by: User) -> None:
    """Take a rule away, with its versions and its log; where it is being applied that ends. Refused: one that is on."""
    require(by, "rule.edit", rule)
    row = locked(rule)
    if row.is_on:
        raise Refusal("This rule is on; turn it off first.")
    _note("rule.removed", row, by=by, name=row.name)
    Rule.objects.select_for_update().get(pk=row.pk)  # whoever fired it is through now, and nobody can any more
    Firing.objects.filter(rule=row).delete()
    row.delete()


def end_run(row: Rule, why: End, *, now: datetime) -> bool:
    """End the applying of a rule that the caller has locked; False where it is not being applied.

    A batch of it locks the rule too, so whoever comes here waits for one, of about a second, and there is none after it.
    """
    return bool(Run.objects.filter(rule=row, ended_at=None).update(ended_at=now, end=why))


def locked(rule: Rule) -> Rule:
    """The rule, locked against others who write or apply it; firings that name it can be noted meanwhile.

    They come in turn: a row alone would go to the next batch of applying as often as to whoever waits for it.
    """
    in_turn(Space.RULE, rule.pk)
    row = Rule.objects.select_for_update(of=("self",), no_key=True).select_related("owner").filter(pk=rule.pk).first()
    if row is None:
        raise Refusal("This rule is not there any more.")
    return row


def _note(kind: str, row: Rule, *, by: User, **data: Any) -> None:
    changed()
    journal.note(kind, row, by=by, **data)


def hand_over(user: User, to: User) -> int:
    """Give somebody's rules to another: part of ending their access. What the other may not do, the rule no longer does."""
    moved = Rule.objects.filter(owner=user).update(owner=to)
    changed()
    return moved

"""Rules that are not woken by a message: the journal read on from where it was left, and the clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from mutuals.base import bulk, clock, gate
from mutuals.base.filters import to_q
from mutuals.base.reading import Place, Told, entries
from mutuals.base.refusals import Refusal
from mutuals.history.models import Direction, Interaction
from mutuals.people.models import Person, Profile
from mutuals.rules import body, engine
from mutuals.rules.body import Body
from mutuals.rules.engine import Ready
from mutuals.rules.events import EVENTS, Wakes, entries_of
from mutuals.rules.fire import finish, fire
from mutuals.rules.models import Firing, Outcome, Rule, State
from mutuals.rules.registry import Event
from mutuals.sales.models import Order

PLACE = 2  # the row that says how far the journal was read
MOST = 2_000  # entries of one reading
_GOOD, _NOISE = ("solved", "answered", "passed_on"), ("noise",)


@gate.giving_way
@transaction.atomic
def read_on(now: datetime | None = None) -> int:
    """Judge what the journal tells since the last reading; returns how many rules fired.

    It holds its place alone, which nobody else asks for, and gives way: who writes a rule or a conversation never waits for it.
    """
    now = now or clock.now()
    bulk.execute(f"SELECT {gate.GIVE_WAY}", [])
    state = _place()
    before = Place(state.horizon, state.entry)
    told, after = entries(before, heard())
    state.horizon, state.entry = after.horizon, after.entry
    state.save(update_fields=["horizon", "entry"])
    if before.is_first:  # what happened before anybody had rules wakes none
        return 0
    learn(told)
    return judge_all(told, now=now)


def _place() -> State:
    """How far the journal was read, locked. Until this release it stood in the row of the changes, and goes on from there."""
    rows = State.objects.select_for_update().filter(pk=PLACE)
    if (state := rows.first()) is not None:
        return state
    before = State.objects.filter(pk=1).first() or State()
    State.objects.bulk_create([State(pk=PLACE, horizon=before.horizon, entry=before.entry)], ignore_conflicts=True)
    return rows.get()


def heard() -> list[str]:
    """The kinds of entries that matter: those that wake a rule which is on, and how conversations were closed."""
    asked = Rule.objects.filter(is_on=True, held_at=None).values_list("when", flat=True).distinct()
    return sorted({"conversation.closed", *entries_of(asked)})


def judge_all(told: Sequence[Told], *, now: datetime) -> int:
    """Judge entries of the journal, whatever kinds they are of; returns how many rules fired."""
    asked = Rule.objects.filter(is_on=True, held_at=None).values_list("when", flat=True).distinct()
    return sum(_judge(kind, told, now=now) for kind in sorted(asked) if kind in EVENTS and EVENTS[kind].entries)


def learn(told: Sequence[Told]) -> None:
    """How a conversation was closed says whether the rules that fired on it were right."""
    for _, kind, about, _, data in told:
        outcome = data.get("outcome", "") if kind == "conversation.closed" else ""
        came = "good" if outcome in _GOOD else "noise" if outcome in _NOISE else ""
        if came and about.startswith("conversation:"):
            Firing.objects.filter(conversation_id=int(about.split(":")[1])).update(came_of=came)


def _judge(when: str, told: Sequence[Told], *, now: datetime) -> int:
    wakes = EVENTS[when]
    mine = [one for one in told if wakes.is_told_by(one[1], one[2], one[4])]
    rules = engine.compiled(when, now=now) if mine else None
    if rules is None or not rules.rules:
        return 0
    fired = 0
    for start in range(0, len(mine), MOST):
        found = events(when, mine[start : start + MOST])
        fired += fire(rules.matches(found), now=now)
    return fired


def events(when: str, told: Sequence[Told]) -> list[Event]:
    """What the entries are about, as events; those about something that is gone are left out."""
    if EVENTS[when].key:
        return _of_rows(when, EVENTS[when], told)
    if EVENTS[when].record == "interaction":
        newest = _newest({int(about.split(":")[1]) for _, _, about, _, _ in told if about.startswith("conversation:")})
        return [
            Event(f"entry:{number}", when, at, *newest[about], tuple(data.get("via", ())))
            for number, _, about, at, data in told
            if about in newest
        ]
    people = _people({about for _, _, about, _, _ in told})
    return [
        Event(f"entry:{number}", when, at, None, None, people[about], tuple(data.get("via", ())))
        for number, _, about, at, data in told
        if about in people
    ]


def _of_rows(when: str, wakes: Wakes, told: Sequence[Told]) -> list[Event]:
    """The same about rows of a record. What one act wrote down as several entries about a row is one event."""
    first: dict[tuple[int, tuple[int, ...]], Told] = {}
    for one in told:
        first.setdefault((wakes.row_of(one[2], one[4]), tuple(one[4].get("via", ()))), one)
    beside = beside_of(wakes, {number for number, _ in first})
    return [
        Event(f"entry:{one[0]}", when, one[3], None, *beside[number], via, about=f"{wakes.key}:{number}")
        for (number, via), one in first.items()
        if number in beside
    ]


def beside_of(wakes: Wakes, numbers: Collection[int]) -> dict[int, tuple[int | None, int | None]]:
    """Row -> its conversation and the person whom it is for, of those rows that are there."""
    rows = wakes.rows().filter(pk__in=list(numbers)).values("pk", *filter(None, (wakes.talk, wakes.person)))
    return {row["pk"]: (row.get(wakes.talk), row.get(wakes.person)) for row in rows}


def _newest(numbers: set[int]) -> dict[str, tuple[int, int, int | None]]:
    """Conversation -> its newest message from outside, itself, and who wrote that."""
    rows = Interaction.objects.filter(conversation__in=numbers, direction=Direction.IN, deleted_at=None)
    rows = rows.order_by("conversation", "-occurred_at", "-pk").distinct("conversation")
    found = rows.values_list("conversation_id", "pk", "profile__person__canonical_id")
    return {f"conversation:{number}": (pk, number, person) for number, pk, person in found}


def _people(abouts: set[str]) -> dict[str, int]:
    """Text key -> the person it is about today."""
    found: dict[str, int] = {}
    for kind, rows in (
        ("person", Person.objects.values_list("pk", "canonical_id")),
        ("profile", Profile.objects.filter(person__isnull=False).values_list("pk", "person__canonical_id")),
        (
            "order",
            Order.objects.filter(profile__person__isnull=False).values_list("pk", "profile__person__canonical_id"),
        ),
    ):
        numbers = [int(one.split(":")[1]) for one in abouts if one.startswith(f"{kind}:")]
        found.update({f"{kind}:{pk}": person for pk, person in rows.filter(pk__in=numbers)} if numbers else {})
    return found


def strike(now: datetime | None = None) -> int:
    """Judge the rules of the clock: those of every hour, and once a day in their zone those of every day.

    A day's rule is judged at the first strike of the day, whenever that comes: a worker that was away at midnight makes up for
    it in the hour it is back, and days that were missed whole are judged once, as things stand then.
    """
    now = now or clock.now()
    rules = engine.compiled("clock", now=now).rules
    before = dict(Rule.objects.filter(pk__in=[rule.pk for rule in rules]).values_list("pk", "struck_at"))
    return sum(_struck(rule, now=now) for rule in rules if _is_due(rule, before.get(rule.pk), now))


def _is_due(rule: Ready, before: datetime | None, now: datetime) -> bool:
    if rule.body.every == "hour" or before is None:
        return True
    return now.astimezone(rule.zone).date() > before.astimezone(rule.zone).date()


def _struck(rule: Ready, *, now: datetime) -> int:
    of = engine.record_of("clock")
    with transaction.atomic():
        Rule.objects.filter(pk=rule.pk).update(
            struck_at=now
        )  # with what follows from it, or not at all; alone with the rule
        people = Person.objects.filter(to_q(rule.body.both, of, zone=rule.zone, now=now), canonical=F("pk"))
        people = people.filter(~Exists(met(rule, now=now).filter(person_id=OuterRef("pk"))))
        numbers = people.order_by("pk").values_list("pk", flat=True)[: rule.body.hourly]
        events = [Event(f"clock:{now:%Y-%m-%dT%H}:{number}", "clock", now, None, None, number) for number in numbers]
        rules = engine.compile_rules("clock", [rule], now=now)
        return fire(rules.matches(events), now=now)


def met(rule: Ready, *, now: datetime) -> QuerySet[Firing]:
    """Whom a rule of the clock met within the days of its `again`, in any version; whom it was held for it did not meet."""
    rows = Firing.objects.filter(rule=rule.pk, at__gt=now - timedelta(days=rule.body.again))
    return rows.exclude(outcome=Outcome.HELD)


def finish_now(firing: int) -> None:
    """Do what was put off until quiet hours ended."""
    finish(firing, now=clock.now(), read=_read)


def _read(rule: Rule) -> Body | None:
    try:
        return body.read(rule.body, viewer=rule.owner, is_checked=False)
    except Refusal:
        return None

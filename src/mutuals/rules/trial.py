"""Trying a rule: on one record, on the last days without doing anything, and on what is there for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from mutuals.base import bulk, clock, gate, jobs, journal
from mutuals.base.filters import All, Condition, Kind, Record, predicate, rows, to_q
from mutuals.base.filters.grammar import Either, Test
from mutuals.base.models import Entry
from mutuals.base.patience import within
from mutuals.base.refusals import Refusal
from mutuals.history.models import Direction, Interaction
from mutuals.people.models import Person
from mutuals.rules import body as bodies
from mutuals.rules import engine, keep, undoing, watch
from mutuals.rules.body import Body
from mutuals.rules.events import EVENTS
from mutuals.rules.fire import UNDONE, event_of, fire
from mutuals.rules.models import End, Firing, Outcome, Rule, Run
from mutuals.rules.registry import Event
from mutuals.rules.said import step, trace
from mutuals.staff.models import User
from mutuals.staff.permissions import require

DAYS = 30
MOST_DAYS = 3_650
APPLY = "rules.apply"
"""The job that applies a rule to what is there."""
BATCH = 500
PIECE = 10  # firings, after which the time is looked at
SPELL = 1.0  # seconds that a batch acts for, so that an erasure or an end need not be waited for
SHOWN = 50
PATIENCE = 30.0  # seconds
_TOO_SLOW = "This takes too long to try on so many messages. Try fewer days, or narrow the rule."
_MOST_ENTRIES = 20_000  # entries of the journal that are looked through, newest first


@dataclass(frozen=True, slots=True)
class Dry:
    """What would have fired: how many of how many, and on what, newest first. Relations are judged as they are today.

    `existing` is on how many of those that are there it would act when it is applied; None where there is nothing like that.
    """

    fired: int
    otherwise: int
    of: int
    since: datetime
    ids: tuple[int, ...] = ()
    record: str = "interaction"
    existing: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule on one record: whether it holds, what its tests saw, and what it would do."""

    looked: bool
    holds: bool
    tests: list[dict[str, Any]] = field(default_factory=list)
    would: tuple[str, ...] = ()


def dry_run(body: Body, *, by: User, now: datetime, days: int = DAYS, limit: int = SHOWN) -> Dry:
    """What a rule would have fired on in the last days, through SQL; nothing is done. `now` also ends the days of "last".

    Refused (TooSlow): what cannot be counted in half a minute.
    """
    require(by, "rule.edit")
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(f"Try it on 1 to {MOST_DAYS} days.")
    since = now - timedelta(days=days)
    if EVENTS[body.when].entries:
        return _dry_entries(body, by, since, now, limit)
    with within(PATIENCE, _TOO_SLOW):
        all_rows = _all(body, since, now)
        looked, fits = (_at_once(all_rows, part, body, by, now=now) for part in (body.among, body.both))
        newest = ("-occurred_at", "-pk") if EVENTS[body.when].record == "interaction" else ("-pk",)
        found = tuple(fits.order_by(*newest)[:limit].values_list("pk", flat=True))
        fired = len(found) if len(found) < limit else fits.count()
        otherwise = looked.count() - fired if body.otherwise else 0
        return Dry(fired, otherwise, all_rows.count(), since, found, EVENTS[body.when].record)


def _all(body: Body, since: datetime, until: datetime) -> QuerySet[Any]:
    """What rules of this kind look at: messages of some days, or all people."""
    if EVENTS[body.when].record == "interaction":
        return received_in(since, until)
    return Person.objects.filter(canonical=F("pk"))


def _fitting(rows: QuerySet[Any], part: Condition, body: Body, by: User, *, now: datetime) -> QuerySet[Any]:
    return rows.filter(to_q(part, engine.record_of(body.when), zone=engine.zone_of(by), now=now))


def _at_once(rows: QuerySet[Any], part: Condition, body: Body, by: User, *, now: datetime) -> QuerySet[Any]:
    """The same rows as `_fitting`, where all of them are wanted: "A, or something about its author" is asked as two sets.

    As one condition with OR the author would be looked up row by row wherever too many fit to be held in memory.
    """
    of, zone = engine.record_of(body.when), engine.zone_of(by)
    parts = part.parts if isinstance(part, All) else (part,)
    found = rows
    for one in [each for some in parts for each in (some.parts if isinstance(some, All) else (some,))]:
        ways = [rows.filter(to_q(way, of, zone=zone, now=now)).values("pk") for way in _ways(one, of)]
        if len(ways) == 1:
            found = found.filter(to_q(one, of, zone=zone, now=now))
        else:
            found = found.filter(pk__in=ways[0].union(*ways[1:]))
    return found


def _ways(one: Condition, of: Record) -> list[Condition]:
    """Alternatives as what is asked of the row itself, and what is asked beside it; one way where there is only one kind."""
    if not isinstance(one, Either):
        return [one]
    relations = {field.name for field in of.fields if field.kind is Kind.RELATION}
    beside = tuple(each for each in one.parts if isinstance(each, Test) and each.field in relations)
    itself = tuple(each for each in one.parts if each not in beside)
    return [Either(itself), Either(beside)] if beside and itself else [one]


def _dry_entries(body: Body, by: User, since: datetime, now: datetime, limit: int) -> Dry:
    """What the journal told in these days, judged by the same engine that would have judged it then."""
    entries = Entry.objects.filter(kind__in=EVENTS[body.when].entries, at__gt=since, at__lte=now).order_by("-pk")
    told = list(entries.values_list("pk", "kind", "about", "at", "data")[:_MOST_ENTRIES])
    events = watch.events(body.when, told)
    matches = _alone(body, by, now).matches(events)
    fired = [one for one in matches if not one.is_otherwise]
    of = EVENTS[body.when].record
    ids = tuple(engine.about(one.event, engine.record_of(body.when)) for one in fired[:limit])
    there = count_existing(body, by=by, now=now) if is_for_existing(body) else None
    return Dry(len(fired), len(matches) - len(fired), len(events), since, ids, of, there)


def is_for_existing(body: Body) -> bool:
    """Whether a rule that follows from the journal can be applied to the rows that are there, as they are now."""
    wakes = EVENTS[body.when]
    return bool(wakes.entries) and wakes.record != "interaction"


def count_existing(body: Body, *, by: User, now: datetime) -> int:
    """On how many rows that are there a rule would act. Refused (TooSlow): what cannot be counted in half a minute."""
    with within(PATIENCE, _TOO_SLOW):
        return int(_existing(body, by, now=now).count())


def _existing(body: Body, by: User, *, now: datetime) -> QuerySet[Any]:
    """The rows that fit; with an `otherwise`, those that it looks at. In the trash and merged away they do not count."""
    wakes = EVENTS[body.when]
    rows = wakes.of() if wakes.of else wakes.rows()
    if wakes.record == "person":
        rows = rows.filter(canonical=F("pk"))
    return _fitting(rows, body.among if body.otherwise else body.both, body, by, now=now)


def _alone(body: Body, by: User, now: datetime) -> engine.Compiled:
    """A rule by itself, whether it is on or not."""
    rule = engine.Ready(0, "", 0, by.pk, body, engine.zone_of(by))
    return engine.compile_rules(body.when, [rule], now=now)


def test(body: Body, number: int, *, by: User, now: datetime) -> Tried:
    """A rule on one record, by its number: nothing is done. Refused: a number that nothing has.

    The tests tell what stood there; only the fields that the rule asks for are read.
    """
    require(by, "rule.edit")
    compiled = _alone(body, by, now)
    found = rows.read(compiled.of, [number], compiled.index.fields)
    if number not in found:
        raise Refusal(f"There is no {compiled.of.name} {number}.")
    rows.relate(compiled.of, found, list(compiled.index.entries[0].tests))
    zone, row = engine.zone_of(by), found[number]
    looked, fits = (predicate(part, compiled.of, zone=zone, now=now)(row) for part in (body.among, body.condition))
    steps = body.then if looked and fits else body.otherwise if looked else ()
    tests = trace(All((body.among, body.condition)), compiled.of, row, zone=zone, now=now)
    return Tried(looked, looked and fits, tests, tuple(map(step, steps)))


@transaction.atomic
def apply(rule: Rule, *, by: User, now: datetime, days: int = DAYS) -> Run:
    """Let a rule act on what was received in the last days, or on all people it is about: a job, in batches.

    What this version did before is passed over, so doing it twice is doing it once; what it was held for and what failed is
    made up for. One that follows from what happens to records or people is applied to all of them that fit now, each once; what
    its acts wrote into fields can be taken back as a batch (`Run.batch`). A rule of the clock passes over whom it met in the
    days of its `again`, and one of conversations does what it was held for or failed in, and nothing else.

    Refused: a rule that is being applied, one that does what `by` may not do themselves, and one of conversations that has
    nothing to make up for.
    """
    require(by, "rule.edit", rule)
    keep.may_do(bodies.read(rule.body, viewer=rule.owner), by)
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(f"Apply it to 1 to {MOST_DAYS} days.")
    row = keep.locked(rule)  # who asks at once comes after
    if Run.objects.filter(rule=row, ended_at=None).exists():
        raise Refusal("This rule is being applied already.")
    run = Run(rule=row, version=row.version, since=now - timedelta(days=days), until=now, by=by, began_at=now)
    read = bodies.read(row.body, viewer=row.owner)
    if is_for_existing(read):
        run.total = count_existing(read, by=row.owner, now=now)
    elif EVENTS[row.when].entries and not _undone(run).exists():
        raise Refusal(
            "This rule follows from what happens; what happened is over, and nothing of it was held or failed."
        )
    run.save()
    journal.note("rule.applied", rule, by=by, days=days, version=row.version)
    jobs.later(APPLY, lock=f"rule:{rule.pk}", run=run.pk)
    return run


@transaction.atomic
def stop(rule: Rule, *, by: User, now: datetime) -> Run:
    """Apply a rule no further; what it did stays. Refused: one that is not being applied."""
    require(by, "rule.edit", rule)
    row = keep.locked(rule)
    if not keep.end_run(row, End.STOPPED, now=now):
        raise Refusal("This rule is not being applied.")
    journal.note("rule.stopped", rule, by=by)
    return Run.objects.filter(rule=row).latest("pk")


def runs(rule: Rule) -> list[Run]:
    """How often a rule was applied to what is there, and how far each came; the newest fifty."""
    return list(Run.objects.filter(rule=rule).order_by("-pk")[:50])


def go_on(run: int, now: datetime | None = None) -> None:
    """Apply batch by batch until all is looked at; each batch is kept with its progress, so a crash repeats one at most."""
    while _batch(run, now=now or clock.now()):
        jobs.may_go_on()


@gate.giving_way
@transaction.atomic
def _batch(number: int, *, now: datetime) -> bool:
    """What fits among the next rows, for about a second; False where nothing is left or somebody ended it.

    It goes through the gate, and gives way: who erases, writes the rule or works on a conversation comes first.
    """
    bulk.execute(f"SELECT {gate.ENTER}, {gate.GIVE_WAY}", [])
    run = Run.objects.select_related("rule").filter(pk=number).first()
    if run is None:
        return False
    try:
        rule = keep.locked(run.rule)
    except Refusal:  # it was removed meanwhile
        return False
    run = Run.objects.filter(pk=number, ended_at=None).first()
    if run is None:
        return False
    ready = engine.ready(rule) if rule.version == run.version else None
    if ready is None:
        keep.end_run(rule, End.CHANGED, now=now)
        return False
    if undoing.is_undone(run):
        keep.end_run(rule, End.STOPPED, now=now)
        return False
    there = _there(run, ready, rule.owner, now=now)
    last = _done(run, ready, [event for _, event in there], now=now)
    if last is None:
        run.after = there[-1][0] if there else run.after
        run.found += len(there)
        run.ended_at, run.end = (None, "") if len(there) == BATCH else (now, End.DONE)
    else:
        place = next(place for place, (_, event) in enumerate(there) if event.key == last)
        run.after, run.found = there[place][0], run.found + place + 1
    run.save(update_fields=["fired", "met", "found", "after", "ended_at", "end", "batch"])
    return run.ended_at is None


def _done(run: Run, ready: engine.Ready, events: Sequence[Event], *, now: datetime) -> str | None:
    """Fire a few at a time and count it; the key of the last event where its time was over before all was done."""
    matches = engine.compile_rules(ready.body.when, [ready], now=now).matches(events)
    known = set[int | None]()
    if ready.body.when == "clock":
        asked = watch.met(ready, now=now).filter(person_id__in=[one.event.person_id for one in matches])
        known.update(asked.exclude(outcome=Outcome.FAILED).values_list("person_id", flat=True))
    done = _known(run, matches) if is_for_existing(ready.body) else set[str]()
    began = monotonic()
    for start in range(0, len(matches), PIECE):
        piece = matches[start : start + PIECE]
        left = [one for one in piece if one.event.person_id not in known and one.event.key not in done]
        with undoing.kept_for(run):
            fired = fire(left, now=now, is_limited=False)
        run.fired, run.met = run.fired + fired, run.met + len(piece) - fired
        if start + PIECE < len(matches) and monotonic() - began >= SPELL:
            return piece[-1].event.key
    return None


def _known(run: Run, matches: Sequence[engine.Match]) -> set[str]:
    """The events about rows that this version met already, by whatever happened to them, and did all of it."""
    firings = Firing.objects.filter(rule=run.rule_id, version=run.version, outcome__in=(Outcome.DONE, Outcome.PUT_OFF))
    if any(one.event.about for one in matches):
        met = firings.filter(about__in=[one.event.about for one in matches]).values_list("about", flat=True)
        found = set[Any](met)
        return {one.event.key for one in matches if one.event.about in found}
    asked = [one.event.person_id for one in matches]
    people = set(firings.filter(person_id__in=asked).values_list("person_id", flat=True))
    return {one.event.key for one in matches if one.event.person_id in people}


def _rows_there(run: Run, body: Body, owner: User, *, now: datetime) -> list[tuple[int, Event]]:
    """The next rows of a record that fit, as events of their own; the same row is the same event whenever it is asked."""
    wakes = EVENTS[body.when]
    rows = _existing(body, owner, now=now).filter(pk__gt=run.after).order_by("pk")
    numbers = list(rows.values_list("pk", flat=True)[:BATCH])
    if not wakes.key:
        return [(pk, Event(f"existing:{pk}", body.when, now, None, None, pk)) for pk in numbers]
    beside = watch.beside_of(wakes, numbers)
    return [
        (pk, Event(f"existing:{pk}", body.when, now, None, *beside[pk], about=f"{wakes.key}:{pk}"))
        for pk in numbers
        if pk in beside
    ]


def _there(run: Run, ready: engine.Ready, owner: User, *, now: datetime) -> list[tuple[int, Event]]:
    """The next rows that a run looks at, each with its number and as the event that it would have been."""
    body = ready.body
    if is_for_existing(body):
        return _rows_there(run, body, owner, now=now)
    if EVENTS[body.when].entries:
        found = _undone(run).filter(pk__gt=run.after).order_by("pk")[:BATCH]
        return [(row.pk, event_of(row, body.when)) for row in found]
    wanted = _fitting(_all(body, run.since, run.until), body.among, body, owner, now=now)
    numbers = list(wanted.filter(pk__gt=run.after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if EVENTS[body.when].record != "interaction":
        return [(pk, Event(f"applied:{run.pk}:{pk}", body.when, now, None, None, pk)) for pk in numbers]
    rows = Interaction.objects.filter(pk__in=numbers).order_by("pk")
    told = rows.values_list("pk", "conversation_id", "profile__person__canonical_id")
    return [(pk, Event(f"interaction:{pk}", "received", now, pk, thread, person)) for pk, thread, person in told]


def _undone(run: Run) -> QuerySet[Firing]:
    """What this version was held for or failed in, in the days of a run."""
    rows = Firing.objects.filter(rule=run.rule_id, version=run.version, outcome__in=UNDONE)
    return rows.filter(at__gt=run.since, at__lte=run.until)


def received_in(since: datetime, until: datetime) -> QuerySet[Interaction]:
    """What others said in a span of time and that stands: what rules of messages look at."""
    rows = Interaction.objects.filter(direction=Direction.IN, deleted_at=None)
    return rows.filter(occurred_at__gt=since, occurred_at__lte=until)

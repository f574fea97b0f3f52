"""Rules act: once for each event, in their owners' names, never in circles, in floods, or at night where it disturbs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction
from django.db.models import Count
from pydantic_core import to_json

from mutuals.base import bulk, jobs, journal, wake
from mutuals.base.bulk import insert
from mutuals.base.filters import All, record
from mutuals.base.refusals import Refusal
from mutuals.listening.card import cards
from mutuals.listening.models import CardKind
from mutuals.rules import registry
from mutuals.rules.body import Body, Quiet, Step
from mutuals.rules.engine import Match
from mutuals.rules.events import EVENTS
from mutuals.rules.models import Firing, Outcome, Rule
from mutuals.rules.registry import Event
from mutuals.rules.said import trace
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed, require

LONGEST_CHAIN = 3
"""Rules that may follow from one another; what the third did wakes nobody."""
FINISH = "rules.finish"
"""The job that does after quiet hours what was put off."""
_SAID = 300  # letters of what a step said that are kept
_COLUMNS = (
    "rule_id", "version", "event", "at", "is_otherwise", "interaction_id", "conversation_id", "person_id", "seen", "steps",
    "outcome", "is_applied", "about",
)  # fmt: skip
_AGAIN = """
UPDATE rules_firing f
SET at = g.at, is_otherwise = g.is_otherwise, seen = g.seen, person_id = g.person_id, is_applied = true
FROM {g} WHERE f.rule_id = g.rule_id AND f.version = g.version AND f.event = g.event
    AND (f.outcome IN ('held', 'failed') OR f.outcome = 'partly' AND f.is_otherwise = g.is_otherwise)
RETURNING f.rule_id, f.version, f.event, f.id, CASE WHEN f.outcome = 'partly' THEN f.steps ELSE '[]' END
"""
_KEY = {"rule_id": "bigint", "version": "integer", "event": "text"}
Taken = tuple[Match, int, list[dict[str, Any]]]
"""What is to be done, the number of its firing, and the steps of an earlier try."""
UNDONE = (Outcome.HELD, Outcome.FAILED, Outcome.PARTLY)
"""What somebody who applies a rule makes up for: all that was held, and the steps that failed."""


def fire(matches: Sequence[Match], *, now: datetime, is_limited: bool = True) -> int:
    """Do what the rules say; returns how many fired. An event that a rule met before in this version is passed over.

    In the transaction of the event. An act that fails is noted and undone, the others go on. A rule beyond its limit an hour
    is held: it notes what it left undone, and does nothing more until somebody lets it go on. `is_limited` False is for what
    somebody asked for knowingly: it makes up for what was held before and for steps that failed, and counts against no limit.
    """
    wanted = [one for one in matches if len(one.event.via) < LONGEST_CHAIN]
    if not wanted:
        return 0
    room = _room(wanted, now=now) if is_limited else {}
    taken = _take(wanted, now=now, is_limited=is_limited)
    owners = {user.pk: user for user in User.objects.filter(pk__in={one.rule.owner_id for one, _, _ in taken})}
    done: list[tuple[int, str, str]] = []
    held: dict[int, Match] = {}
    for match, number, before in taken:
        if is_limited and room.get(match.rule.pk, 1) <= 0:
            held[match.rule.pk] = match
            done.append((number, "[]", Outcome.HELD.value))
            continue
        room[match.rule.pk] = room.get(match.rule.pk, 1) - 1
        steps = _run(match, number, owners.get(match.rule.owner_id), now=now, before=before)
        done.append((number, to_json(steps).decode(), _outcome(steps).value))
    sql = "UPDATE rules_firing f SET steps = g.steps, outcome = g.outcome FROM {g} WHERE f.id = g.id"
    bulk.run(sql, {"id": "bigint", "steps": "jsonb", "outcome": "text"}, done)
    _hold(held, now=now)
    return len(taken)


def _room(matches: Sequence[Match], *, now: datetime) -> dict[int, int]:
    """How often each rule may still fire within this hour. What somebody applied it to is no flood."""
    asked = {one.rule.pk: one.rule.body.hourly for one in matches}
    since = Firing.objects.filter(rule__in=asked, at__gt=now - timedelta(hours=1), is_applied=False)
    since = since.exclude(outcome=Outcome.HELD)
    fired = dict(since.values_list("rule").annotate(n=Count("pk")).order_by())
    return {pk: hourly - fired.get(pk, 0) for pk, hourly in asked.items()}


def _take(matches: Sequence[Match], *, now: datetime, is_limited: bool) -> list[Taken]:
    """The matches that nobody took before, and where there is no limit what is to be made up for; kept from this moment."""
    by_key = {(one.rule.pk, one.rule.version, one.event.key): one for one in matches}
    seen = {key: to_json(_seen(one, now=now)).decode() for key, one in by_key.items()}
    rows = [
        (
            *key, now, one.is_otherwise, one.event.interaction_id, one.event.conversation_id, one.event.person_id,
            seen[key], "[]", "done", not is_limited, one.event.about,
        )
        for key, one in by_key.items()
    ]  # fmt: skip
    made = insert(
        Firing, _COLUMNS, rows, conflict="(rule_id, version, event) DO NOTHING", returning="rule_id, version, event, id"
    )
    taken: dict[tuple[Any, ...], tuple[int, str]] = {(*key,): (number, "[]") for *key, number in made}
    if not is_limited:
        more = {"at": "timestamptz", "is_otherwise": "boolean", "seen": "jsonb", "person_id": "bigint"}
        left = [
            (*key, now, one.is_otherwise, seen[key], one.event.person_id)
            for key, one in by_key.items()
            if key not in taken
        ]
        taken |= {(*key,): (number, steps) for *key, number, steps in bulk.run(_AGAIN, _KEY | more, left)}
    return [(one, taken[key][0], json.loads(taken[key][1])) for key, one in by_key.items() if key in taken]


def _seen(match: Match, *, now: datetime) -> dict[str, Any]:
    of = record(EVENTS[match.rule.body.when].record)
    both = All((match.rule.body.among, match.rule.body.condition))
    tests = trace(both, of, match.row, zone=match.rule.zone, now=now)
    return {"tests": tests, **({"via": list(match.event.via)} if match.event.via else {})}


def _run(
    match: Match, number: int, owner: User | None, *, now: datetime, before: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Do the steps; of those tried before only what failed."""
    body = match.rule.body
    steps = body.otherwise if match.is_otherwise else body.then
    until = quiet_until(body.quiet, now)
    done, waits = [], False
    with journal.by_way_of((*match.event.via, match.rule.pk)):
        for place, step in enumerate(steps):
            known = registry.find(step.act)
            if place < len(before) and "failed" not in before[place]:
                done.append(before[place])
            elif until and known is not None and known.disturbs:
                done.append({"act": step.act, "with": dict(step.told), "waits": until.isoformat()})
                waits = True
            else:
                done.append(act(step, replace(match.event, firing=number), owner, now=now))
    if waits:
        jobs.later(FINISH, at=until, firing=number)
    return done


def act(step: Step, event: Event, owner: User | None, *, now: datetime) -> dict[str, Any]:
    """Do one step and say what came of it: {"act", "with", "did"} or {.., "failed"}."""
    told: dict[str, Any] = {"act": step.act, "with": dict(step.told)}
    known = registry.find(step.act)
    if known is None:
        return told | {"failed": "Nobody offers this act any more."}
    if owner is None or not owner.is_active:
        return told | {"failed": "The owner of this rule has no access any more."}
    try:
        with transaction.atomic():
            require(owner, known.right)
            return told | {"did": str(known.run(event, by=owner, now=now, **known.read(step.told)))[:_SAID]}
    except OperationalError:
        raise  # the database, not the act: the whole event comes again
    except NotAllowed as error:
        return told | {"failed": f"{owner}, in whose name this runs: {error}"[:_SAID]}
    except (Refusal, ValueError) as error:
        return told | {"failed": str(error)[:_SAID]}
    except Exception as error:  # an act may come from a stranger; whatever it raises must not stop the message
        return told | {"failed": f"{type(error).__name__}: {error}"[:_SAID]}


def _outcome(steps: Sequence[Mapping[str, Any]]) -> Outcome:
    failed = sum("failed" in one for one in steps)
    if any("waits" in one for one in steps):
        return Outcome.PUT_OFF
    if not failed:
        return Outcome.DONE
    return Outcome.FAILED if failed == len(steps) else Outcome.PARTLY


def quiet_until(quiet: Quiet | None, now: datetime) -> datetime | None:
    """When the quiet hours end that hold now; None where none do. An hour that comes twice is the one that it is now."""
    if quiet is None:
        return None
    here = now.astimezone(ZoneInfo(quiet.zone))
    at, day = here.time(), here.date()
    is_over_midnight = quiet.start > quiet.end
    is_quiet = (at >= quiet.start or at < quiet.end) if is_over_midnight else quiet.start <= at < quiet.end
    if not is_quiet:
        return None
    if is_over_midnight and at >= quiet.start:
        day += timedelta(days=1)
    return datetime.combine(day, quiet.end, here.tzinfo).replace(fold=here.fold)


def event_of(row: Firing, when: str) -> Event:
    """The event that a firing stands for, as it was."""
    return Event(
        row.event, when, row.at, row.interaction_id, row.conversation_id, row.person_id,
        tuple(row.seen.get("via", ())), row.pk, row.about,
    )  # fmt: skip


def finish(firing: int, *, now: datetime, read: Callable[[Rule], Body | None]) -> None:
    """Do what was put off. A rule that was switched off or held since does it no more, and says so."""
    with transaction.atomic():
        row = Firing.objects.select_for_update().filter(pk=firing, outcome=Outcome.PUT_OFF).first()
        if row is None:
            return
        rule = Rule.objects.select_related("owner").get(pk=row.rule_id)
        event = event_of(row, rule.when)
        is_alive = rule.is_on and rule.held_at is None and read(rule) is not None
        with journal.by_way_of((*event.via, rule.pk)):
            row.steps = [_finished(one, event, rule, now=now, is_alive=is_alive) for one in row.steps]
        row.outcome = _outcome(row.steps)
        row.save(update_fields=["steps", "outcome"])


def _finished(one: dict[str, Any], event: Event, rule: Rule, *, now: datetime, is_alive: bool) -> dict[str, Any]:
    if "waits" not in one:
        return one
    if not is_alive:
        return {"act": one["act"], "with": one["with"], "failed": "The rule was switched off in the meantime."}
    return act(Step(one["act"], one["with"]), event, rule.owner, now=now)


def _hold(held: Mapping[int, Match], *, now: datetime) -> None:
    """Stop rules that flood; their owners read why. Rules are locked before the mark, as by all who write them."""
    if not held:
        return
    rows = Rule.objects.select_for_update(no_key=True).filter(pk__in=held, held_at=None).order_by("pk")
    numbers = list(rows.values_list("pk", flat=True))
    Rule.objects.filter(pk__in=numbers).update(held_at=now)
    changed()
    for match in held.values():
        _tell(match, now=now)
    wake.changed("rules", sorted(held))


def _tell(match: Match, *, now: datetime) -> None:
    hourly = match.rule.body.hourly
    journal.note("rule.held", f"rule:{match.rule.pk}", by="machine:rules", hourly=hourly)
    words = f"Your rule “{match.rule.name}” is held: it wanted to act more than {hourly} times within an hour."
    journal.note(
        "staff.told", f"staff:{match.rule.owner_id}", by="machine:rules", text=words, thing=f"rule:{match.rule.pk}"
    )
    cards.raise_(
        CardKind.HELD, f"held:{now:%Y-%m-%dT%H}", f"rule:{match.rule.pk}", now=now, level=2,
        words=f"The rule “{match.rule.name}” is held: it wanted to act more than {hourly} times within an hour.",
    )  # fmt: skip


def changed() -> None:
    """Tell all workers that the rules are others now; they read them anew with their next batch.

    A mark is never given twice, not even by a database that was brought back from a copy.
    """
    bulk.execute(
        "INSERT INTO rules_state AS s (id, changes, horizon, entry)"
        " VALUES (1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0, 0)"
        " ON CONFLICT (id) DO UPDATE SET changes = greatest(s.changes + 1, EXCLUDED.changes)",
        [],
    )

"""The live path: whoever was touched is read, compared, decided and written down, in batches of one transaction each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any

from django.db import transaction

from mutuals.base import bulk, gate, wake
from mutuals.base.locks import Space
from mutuals.base.prepared import Statement
from mutuals.identity import cards, conclude, known, ours, renamed, standing, weights
from mutuals.identity.cards import Whom
from mutuals.identity.conclude import Conclusion, Outcome, Weighed
from mutuals.identity.known import Asker, Found, Held
from mutuals.identity.model.card import Row
from mutuals.identity.model.conflicts import conflicts_of
from mutuals.identity.model.decide import DOUBLES, PRESENT, Candidate, decide, posterior
from mutuals.identity.model.score import Score
from mutuals.identity.model.social import RULE
from mutuals.identity.proofs import claims
from mutuals.identity.standing import Standing
from mutuals.identity.weights import Ready

JOB = "identity.drain"
BATCH = 100
LEAST = 0.05  # probability from which on a pair is thought of at all
_ALONE = (
    f"SELECT {gate.ENTER}, pg_advisory_xact_lock(%s), set_config('plan_cache_mode', 'force_generic_plan', true),"  # noqa: S608
    f" {gate.GIVE_WAY},"
    " set_config('synchronous_commit', 'off', true),"  # what a crash takes is done again: the notes of it come back as well
    " coalesce((SELECT version FROM identity_model WHERE is_in_use), '')"
)
_TOUCHED = f"""
SELECT t.profile_id, t.at, p.canonical_id, CASE WHEN p.canonical_id <> p.id THEN p.id END,
    NOT (f.is_ours OR f.organisation_id IS NOT NULL)
    AND (p.id IS NOT NULL OR NOT (f.is_bot OR f.network = 'mutuals' OR f.label = 'shared')), {cards.READ}
FROM (SELECT profile_id, at FROM identity_touched ORDER BY profile_id DESC LIMIT %s) t
JOIN people_profile f ON f.id = t.profile_id LEFT JOIN people_person p ON p.id = f.person_id
"""  # noqa: S608
_DONE = """
DELETE FROM identity_touched WHERE profile_id IN (
    SELECT t.profile_id FROM unnest(%s::bigint[], %s::timestamptz[]) AS g(profile_id, at)
    JOIN identity_touched t ON t.profile_id = g.profile_id AND t.at = g.at FOR UPDATE OF t SKIP LOCKED
)
"""
_LINKED = """
SELECT f.id, p.canonical_id FROM people_profile f JOIN people_person p ON p.id = f.person_id WHERE f.id = ANY(%s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Touch:
    """A profile that waits, since when, whose it is, through whom that was merged away; whether it counts; what it says."""

    profile: int
    at: datetime
    person: int | None
    merged: int | None
    counts: bool
    read: tuple[Any, ...]


def waits() -> bool:
    """Whether anybody was touched."""
    return bool(bulk.execute("SELECT 1 FROM identity_touched LIMIT 1", []))


def drain(*, now: datetime, batches: int = 100_000, size: int = BATCH) -> int:
    """Work through who was touched, until nobody waits or after so many batches; returns how many profiles it was."""
    total = 0
    if waits():
        ours.mark(now=now)
    for _ in range(batches):
        renamed.look(now=now, most=size)
        claims.look_at_touched(now=now, most=size)
        done, found = batch(now=now, size=size)
        total += done
        if found.link or found.review:
            wake.changed("sweep", [])
        if not done:
            break
    return total


@gate.giving_way
def batch(*, now: datetime, size: int = BATCH) -> tuple[int, Outcome]:
    """One transaction of it. Notes go as they were read: who is touched meanwhile, or is being touched now, waits anew."""
    with _alone([(_TOUCHED, [size])]) as (ready, (rows,)):
        touched = _touched(rows)
        found = _look(_read(touched), ready, now, last=_done(touched))[0] if touched else Outcome()
    return len(touched), found


@gate.giving_way
def read(*, size: int = BATCH) -> int:
    """The same without comparing: whoever was touched is known as they are now, for a search to find; returns how many."""
    with _alone([(_TOUCHED, [size])]) as (ready, (rows,)):
        touched = _touched(rows)
        if touched:
            known.keep(_read(touched), ready)
            bulk.together(_done(touched))
    return len(touched)


@contextmanager
def alone() -> Iterator[Ready]:
    """A transaction in which nobody else compares and nobody is erased, with the model in use; the others wait their turn."""
    with _alone([]) as (ready, _):
        yield ready


@contextmanager
def _alone(first: Sequence[Statement]) -> Iterator[tuple[Ready, list[list[tuple[Any, ...]]]]]:
    """And what is asked first, with its rows."""
    with bulk.again(), transaction.atomic():
        begun, *rows = bulk.together([(_ALONE, [Space.LIVE.key()]), *first])
        yield weights.of(begun[0][-1]), rows


def _touched(rows: Sequence[Sequence[Any]]) -> list[Touch]:
    """The newest who wait."""
    return [
        Touch(profile, at, person, merged, counts, tuple(read)) for profile, at, person, merged, counts, *read in rows
    ]


def _read(touched: Sequence[Touch]) -> list[Whom]:
    people = sorted({one.person for one in touched if one.person is not None})
    nobodys = [one.read for one in touched if one.counts and one.person is None]
    over = [one.profile for one in touched if not one.counts or one.person is not None]
    known.forget(over, [one.merged for one in touched if one.merged is not None])
    return cards.of(people, [], nobodys)


def _done(touched: Sequence[Touch]) -> list[Statement]:
    """The last statement of a batch: nobody who writes waits for it."""
    at = bulk.array(one.at.isoformat() for one in touched)
    return [(_DONE, [bulk.numbers(one.profile for one in touched), at])]


def look(people: Sequence[int], profiles: Sequence[int], ready: Ready, *, now: datetime) -> Outcome:
    """Compare canonical persons and profiles that are nobody's with everybody; what follows is written down.

    What a link brings a person counts for whoever comes after, and those whose decision waits for it are looked at until
    none waits: everybody is in one of the three piles.
    """
    outcome, waiting = _look(cards.of(people, profiles), ready, now)
    while profiles:
        if linked := bulk.execute(_LINKED, [bulk.numbers(profiles)]):
            known.forget([profile for profile, _ in linked])
            known.keep(cards.of(sorted({person for _, person in linked}), []), ready)
        profiles = waiting
        found, waiting = _look(cards.of([], waiting), ready, now)
        outcome += found
    return outcome


def _look(
    whoms: Sequence[Whom], ready: Ready, now: datetime, last: Sequence[Statement] = ()
) -> tuple[Outcome, list[int]]:
    """Find who may be the same as each, weigh, and write down what follows, and what comes `last`.

    Also returns the profiles whose decision waits for what another one brings.
    """
    read = known.read(whoms, ready)
    *stored, thought, seen = bulk.together(
        [*known.storing(read, ready), standing.thinking(read), known.finding(read, ready)]
    )
    askers = known.askers(read, [row for rows in stored for row in rows])
    held = standing.of(askers, thought)
    found, pool = known.find(askers, seen, ready, {asker: one.edges.keys() for asker, one in held.items()})
    told, again, waiting = _compare(askers, held, found, pool, ready)
    if again or waiting:
        last = [(known.TOUCH, [bulk.numbers(sorted({*again, *waiting}))]), *last]
    return conclude.write(told, ready, now=now, last=last), waiting


def _compare(
    askers: Sequence[Asker], held: Mapping[int, Standing], found: Mapping[int, Found], pool: int, ready: Ready
) -> tuple[list[Conclusion], set[int], list[int]]:
    """What is thought of each, the profiles that are nobody's and may be a person's among the askers (what follows for them is
    decided from their side, with all who may hold them), and those whose decision waits for another one of the askers."""
    again, waiting, joined = set[int](), list[int](), set[int]()
    told = list[Conclusion]()
    scores = _scores(askers, found, ready)
    for asker in askers:
        mine, standing_of = found[asker.held.id], held[asker.held.id]
        known_people = sum([one.person is not None for one in mine.candidates])
        weighed = weigh(asker, scores[asker.held.id], standing_of, ready, max(pool, known_people))
        if asker.held.person is not None:
            again |= {one.other.profile for one in weighed if one.other.profile is not None}
            again |= standing_of.presences()
        gained = {one.other.person for one in weighed if one.is_beyond_doubt and one.other.person is not None}
        gained = gained if asker.held.profile is not None else set()
        if gained & joined:  # what the other one brought counts first: it may speak against this one
            waiting.append(asker.held.profile or 0)
            continue
        joined |= gained
        told.append(Conclusion(asker, weighed, standing_of, pool, mine.common))
    return told, again, waiting


Scored = list[tuple[Held, Score]]


def _scores(askers: Sequence[Asker], found: Mapping[int, Found], ready: Ready) -> dict[int, Scored]:
    """By number of the asker. The frequency of what both have stands on the asker's row; that of what only the other one has
    is asked for where it weighs, and those are scored again."""
    scores = dict[int, Scored]()
    lacking = dict[tuple[int, str], tuple[Held, str]]()
    for asker in askers:
        own, score = asker.held.row, ready.scorer.against(asker.held.row)
        scores[asker.held.id] = scored = [(other, score(other.row)) for other in found[asker.held.id].candidates]
        for other, one in scored:
            for name in _lacks(own, other.row, one, ready):
                lacking[other.id, name] = other, name
    if lacking:
        known.count(lacking.values())
        for asker in askers:
            own = asker.held.row
            scores[asker.held.id] = [
                (other, _again(own, other, one, lacking, ready)) for other, one in scores[asker.held.id]
            ]
    return scores


def _again(
    own: Row, other: Held, score: Score, lacking: Mapping[tuple[int, str], tuple[Held, str]], ready: Ready
) -> Score:
    if (other.id, "picture") in lacking:  # it may have been taken out
        return ready.scorer.score(own, other.row)
    return ready.scorer.again(score, own, other.row)


def _lacks(own: Row, other: Row, score: Score, ready: Ready) -> Iterator[str]:
    """The columns of the other one whose frequency weighs in this score, or tells that a picture is everybody's."""
    rare = ready.scorer.rare
    for one in score.evidence:
        found = rare.get((one.comparison, one.level))
        name = found[-1] if found is not None else "picture" if one.comparison == "picture" else None
        if name is not None and (value := other.get(name)) is not None and value != own.get(name):
            yield name


def weigh(asker: Asker, others: Scored, held: Standing, ready: Ready, pool: int) -> list[Weighed]:
    """What is thought of each candidate who may be the same, the likeliest first.

    Only one person can hold a profile, so persons exclude each other there. Profiles, and records of persons, do not.
    """
    own = asker.held
    pairs = list[tuple[Held, Candidate]]()
    for other, score in others:
        if (other.person, other.profile) in held.never or (other.person is not None and other.person == own.person):
            continue
        both = own.person is not None and other.person is not None
        one = ready.candidate(other.id, score, of_persons=both)
        if ready.probability(one, pool, of_persons=both) >= LEAST:  # of others nobody is told
            one = one._replace(conflicts=conflicts_of(own.row, other.row))
        pairs.append((other, one))
    rivals = [(other, one) for other, one in pairs if own.profile is not None and other.person is not None]
    decision = decide([one for _, one in rivals], pool=pool, rule=RULE, calibrated=ready.calibration)
    kin = max((one.kin for _, one in rivals), default=-inf)
    shares = posterior([one.bits for _, one in rivals], pool=pool, kin=kin)
    weighed = [
        Weighed(other, one, probability, decision if one is decision.best else None)
        for (other, one), share in zip(rivals, shares, strict=True)
        if (probability := ready.calibration(share)) >= LEAST
    ]
    for other, one in pairs:
        both = own.person is not None and other.person is not None
        if (both or other.person is None) and ready.probability(one, pool, of_persons=both) >= LEAST:
            present = DOUBLES if both else PRESENT
            alone = decide([one], pool=pool, present=present, rule=RULE, calibrated=ready.calibration)
            weighed.append(Weighed(other, one, alone.probability, alone))
    likely = [one for one in weighed if one.probability >= LEAST]
    return sorted(likely, key=lambda one: (-one.probability, -one.candidate.bits, one.other.id))

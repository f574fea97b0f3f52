"""What is known of each person and each unlinked profile: stored, found again by its keys, and how frequent it is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic_core import from_json

from mutuals.base import bulk
from mutuals.base.prepared import Statement
from mutuals.identity.cards import Voice, Whom
from mutuals.identity.keys import hashed, keys_of
from mutuals.identity.model.card import Value
from mutuals.identity.models import Known
from mutuals.identity.weights import Ready

BLOCK = 200  # rows under one key; under one that holds more nobody is looked for
MOST = 25  # candidates of one
LOOKED_UNDER = 16  # keys, the most telling
RARE = {"given": (0.5, 125), "family": (0.3, 1_200), "place": (0.5, 50), "number": (0.5, 100), "domain": (0.3, 100)}
"""How often a value is met that nobody else of the pool has: so many of so many, counted with the pool's own. A given name is
one in some hundreds, a family name one in some thousands (census of the United States, 1990, weighted by those who bear it);
without it everybody's name were common among fifty people, and rare."""
_RARE = (0.2, 4_000)  # hosts and pictures
OF_PERSONS = frozenset(
    ("given", "family", "place", "number", "domain")
)  # counted among persons alone: their accounts say it again
MOST_OF_A_PICTURE = 5  # who have the same one; what more have came with the network, or is everybody's
POOL = hashed("persons")
_CHANGED = """WHERE (identity_known.row, identity_known.keys, identity_known."values", identity_known.reading)
IS DISTINCT FROM (excluded.row, excluded.keys, excluded."values", excluded.reading)"""
_COLUMNS = ("row", "keys", "values", "reading")
_ANEW = 'row = excluded.row, keys = excluded.keys, "values" = excluded."values", reading = excluded.reading'
_FIND = """
SELECT g.asker, g.hash, c.found, 0 FROM unnest(%s::bigint[], %s::bigint[]) AS g(asker, hash) CROSS JOIN LATERAL (
    SELECT array_agg(k.known_id) AS found FROM (SELECT known_id FROM identity_key WHERE hash = g.hash LIMIT %s) k
) c
UNION ALL
SELECT NULL, hash, NULL, count FROM identity_frequency WHERE hash = ANY(%s::bigint[])
"""
_ROWS = "SELECT id, person_id, profile_id, row FROM identity_known WHERE id = ANY(%s::bigint[]) AND reading = %s"
_ROWS_OF = """
SELECT id, person_id, profile_id, row FROM identity_known
WHERE (person_id = ANY(%s::bigint[]) OR profile_id = ANY(%s::bigint[])) AND reading = %s
"""
TOUCH = """
INSERT INTO identity_touched (profile_id) SELECT unnest(%s::bigint[]) AS id ORDER BY id
ON CONFLICT (profile_id) DO UPDATE SET at = clock_timestamp()
"""
"""Profiles wait to be compared anew, as triggers let those wait that changed; in one order, so that none waits for another."""
_COUNTS = "SELECT hash, count FROM identity_frequency WHERE hash = ANY(%s::bigint[])"
_FORGET = "DELETE FROM identity_known WHERE profile_id = ANY(%s::bigint[]) OR person_id = ANY(%s::bigint[])"


Holder = tuple[int | None, int | None]
"""(canonical person, None) or (None, profile that is nobody's)."""


class Held(NamedTuple):
    """One row of Known: its number, whose it is, and the columns of the model."""

    id: int
    person: int | None
    profile: int | None
    row: dict[str, Value]


class Read(NamedTuple):
    """Somebody as they are compared, before it is stored: who, the columns of the model, the keys."""

    whom: Whom
    row: dict[str, Value]
    keys: Sequence[int]


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody for whom the same are sought: by their keys, and with all their profiles."""

    held: Held
    profiles: tuple[int, ...]
    keys: Sequence[int]
    voices: Sequence[Voice] = ()


@dataclass(slots=True)
class Found:
    """Who may be the same as one: candidates, the likeliest first, and how many keys were too common to look under."""

    candidates: list[Held] = field(default_factory=list)
    common: int = 0


def keep(whoms: Sequence[Whom], ready: Ready) -> None:
    """Store what is known of them."""
    bulk.together(storing(read(whoms, ready), ready))


def read(whoms: Sequence[Whom], ready: Ready) -> list[Read]:
    """Persons first; each once."""
    held = {(whom.person, whom.profile): whom for whom in sorted(whoms, key=lambda whom: whom.person is None)}
    return [Read(whom, ready.read(whom.card), keys_of(whom.card)) for whom in held.values()]


def storing(told: Sequence[Read], ready: Ready) -> list[Statement]:
    """A statement for persons, one for profiles. They return the number of what was written and whose it is."""
    made = list[Statement]()
    for column, place in (("person_id", 0), ("profile_id", 1)):
        rows = [
            (holder, json.dumps(row), keys, values(row, ready, whom.person), ready.reading)
            for whom, row, keys in told
            if (holder := (whom.person, whom.profile)[place]) is not None
        ]
        conflict = f"({column}) DO UPDATE SET {_ANEW} {_CHANGED}"
        returning = f"identity_known.id, identity_known.{column}, {place}"
        if rows:
            made.append(bulk.inserting(Known, (column, *_COLUMNS), rows, conflict=conflict, returning=returning))
    return made


def askers(told: Sequence[Read], stored: Iterable[Sequence[Any]]) -> list[Asker]:
    """They as they ask, of what `storing` returned. What did not change was not written, and is asked for here."""
    numbers = {(place, holder): number for number, holder, place in stored}
    holders = [(0, one.whom.person) if one.whom.person is not None else (1, one.whom.profile) for one in told]
    if len(numbers) < len(told):
        for place, column in enumerate(("person_id", "profile_id")):
            stands = f"SELECT id, {column} FROM identity_known WHERE {column} = ANY(%s::bigint[])"  # noqa: S608
            wanted = [holder for kind, holder in holders if kind == place and (place, holder) not in numbers]
            numbers |= {(place, holder): number for number, holder in bulk.execute(stands, [bulk.numbers(wanted)])}
    return [
        Asker(Held(numbers[holder], whom.person, whom.profile, row), whom.profiles, keys, whom.voices)
        for holder, (whom, row, keys) in zip(holders, told, strict=True)
    ]


def touch(profiles: Iterable[int]) -> None:
    """They are compared anew."""
    bulk.execute(TOUCH, [bulk.numbers(sorted(set(profiles)))])


def forget(profiles: Sequence[int], people: Sequence[int] = ()) -> None:
    """Nobody is to be found under these any more."""
    if profiles or people:
        bulk.execute(_FORGET, [bulk.numbers(profiles), bulk.numbers(people)])


def finding(told: Sequence[Read], ready: Ready) -> Statement:
    """What seeks the same under their keys (by the place of each who asks), and counts what they hold."""
    asked = [(place, key) for place, one in enumerate(told) for key in one.keys[:LOOKED_UNDER]]
    places, keys = bulk.numbers(place for place, _ in asked), bulk.numbers(key for _, key in asked)
    return _FIND, [places, keys, BLOCK + 1, bulk.numbers(_counted([one.row for one in told], ready))]


def find(
    askers: Sequence[Asker],
    rows: Sequence[Sequence[Any]],
    ready: Ready,
    thought: Mapping[int, Collection[Holder]] | None = None,
) -> tuple[dict[int, Found], int]:
    """Candidates by the number of who asks, of what `finding` found, and how many persons there are; two statements at most.

    Of whom something is `thought` (by number of the asker) is a candidate however many share more keys: what is thought
    does not depend on who asks. Frequencies are written onto the rows of the askers; `count` writes those of candidates.
    """
    under = {(place, key): block or [] for place, key, block, _ in rows if place is not None}
    counts = {key: count for place, key, _, count in rows if place is None}
    pool = frequent([asker.held.row for asker in askers], ready, counts, unknown=0)
    found = {asker.held.id: Found() for asker in askers}
    best = {asker.held.id: _likeliest(asker, place, under, found[asker.held.id]) for place, asker in enumerate(askers)}
    held = _read(best, thought or {}, ready)
    of = {(one.person, one.profile): one.id for one in held.values()}
    for number, numbers in best.items():
        more = [of[holder] for holder in (thought or {}).get(number, ()) if holder in of]
        every = dict.fromkeys([*numbers, *sorted(more)])
        found[number].candidates = [held[one] for one in every if one in held and one != number]
    return found, pool


def _read(
    best: Mapping[int, Sequence[int]], thought: Mapping[int, Collection[Holder]], ready: Ready
) -> dict[int, Held]:
    """The rows of the candidates, by number."""
    wanted = {number for numbers in best.values() for number in numbers}
    holders = {holder for asked in thought.values() for holder in asked}
    told = list[Statement]()
    if wanted:
        told.append((_ROWS, [bulk.numbers(sorted(wanted)), ready.reading]))
    if holders:
        people, profiles = (
            bulk.numbers(one for one, _ in holders if one),
            bulk.numbers(one for _, one in holders if one),
        )
        told.append((_ROWS_OF, [people, profiles, ready.reading]))
    rows = {row[0]: row for found in bulk.together(told) for row in found}
    return {number: Held(number, person, profile, from_json(row)) for number, person, profile, row in rows.values()}


def count(lacking: Collection[tuple[Held, str]]) -> None:
    """Write onto the rows of candidates how frequent it is what each holds in such a column.

    What stands on presences is not counted there itself, but may be among persons: what none of them has is had by none.
    """
    sought = {(one.id, name): hashed(f"{name}={one.row[name]}") for one, name in lacking}
    names = {hashed(name) for _, name in lacking}
    counts = dict(bulk.execute(_COUNTS, [bulk.numbers({*sought.values(), *names})]))
    for one, name in lacking:
        unknown = 0 if one.profile is not None and name in OF_PERSONS else None
        if (found := counts.get(sought[one.id, name], unknown)) is not None:
            _write(one.row, name, found, counts.get(hashed(name), 1))


def _likeliest(asker: Asker, place: int, under: Mapping[tuple[int, int], list[int]], found: Found) -> list[int]:
    """Those who share the rarest keys with the asker."""
    weights = defaultdict[int, float](float)
    for key in asker.keys[:LOOKED_UNDER]:
        block = under.get((place, key), [])
        if len(block) > BLOCK:
            found.common += 1
            continue
        for number in block:
            weights[number] += 1 / len(block)
    weights.pop(asker.held.id, None)
    return sorted(weights, key=lambda number: (-weights[number], number))[:MOST]


def _counted(rows: Sequence[Mapping[str, Value]], ready: Ready) -> list[int]:
    wanted = {hashed(f"{name}={row[name]}") for row in rows for name in ready.frequent if row.get(name) is not None}
    return sorted(wanted | {hashed(name) for name in ready.frequent} | {POOL})


def frequent(
    rows: Sequence[dict[str, Value]], ready: Ready, counts: Mapping[int, int], *, unknown: int | None = None
) -> int:
    """Write `tf_<column>` onto the rows: the share of the others that hold the same, drawn towards what is usual where few are
    known. Pictures that many have are taken out. Returns the number of persons.

    What is not among the counts has none, unless `unknown` says how many hold it.
    """
    for name in ready.frequent:
        total = counts.get(hashed(name), 1)
        for row in rows:
            value = row.get(name)
            count = counts.get(hashed(f"{name}={value}"), unknown) if value is not None else None
            if count is not None:
                _write(row, name, count, total)
    return max(1, int(counts.get(POOL, 1)))


def _write(row: dict[str, Value], name: str, count: int, total: int) -> None:
    seen, among = RARE.get(name, _RARE)
    row[f"tf_{name}"] = (max(count - 1, 0) + seen) / (max(total, 1) + among)
    if name == "picture" and count > MOST_OF_A_PICTURE:
        row.pop("bands", None)


def values(row: Mapping[str, Any], ready: Ready, person: int | None) -> list[int]:
    """What is counted of a row: hashes of the columns whose rarity counts, and of what they hold."""
    found = [POOL] if person is not None else []
    for name in ready.frequent:
        if row.get(name) is not None and (person is not None or name not in OF_PERSONS):
            found += [hashed(name), hashed(f"{name}={row[name]}")]
    return found

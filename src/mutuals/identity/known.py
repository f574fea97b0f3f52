"""What is known of each person and each unlinked profile: stored, found again by its keys, and how frequent it is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

from mutuals.base import bulk
from mutuals.identity.cards import Voice, Whom
from mutuals.identity.keys import hashed, keys_of
from mutuals.identity.model.card import Value
from mutuals.identity.models import Known
from mutuals.identity.weights import Ready

BLOCK = 200  # rows under one key; under one that holds more nobody is looked for
MOST = 25  # candidates of one
LOOKED_UNDER = 16  # keys, the most telling
RARE = {"given": (0.5, 125), "family": (0.3, 1_200), "place": (0.5, 50), "number": (0.5, 100)}
"""How often a value is met that nobody else of the pool has: so many of so many, counted with the pool's own. A given name is
one in some hundreds, a family name one in some thousands (census of the United States, 1990, weighted by those who bear it);
without it everybody's name were common among fifty people, and rare."""
_RARE = (0.2, 4_000)  # hosts and pictures
OF_PERSONS = frozenset(
    ("given", "family", "place", "number")
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
_ROWS = """
WITH found AS MATERIALIZED (
    SELECT id, person_id, profile_id, row, "values" FROM identity_known
    WHERE (id = ANY(%s::bigint[]) OR person_id = ANY(%s::bigint[]) OR profile_id = ANY(%s::bigint[])) AND reading = %s
)
SELECT id, person_id, profile_id, row, NULL FROM found
UNION ALL
SELECT v.hash, NULL, NULL, NULL, f.count FROM (SELECT DISTINCT unnest("values") AS hash FROM found) v
JOIN identity_frequency f ON f.hash = v.hash
"""
_COUNTS = "SELECT hash, count FROM identity_frequency WHERE hash = ANY(%s::bigint[])"
_FORGET = "DELETE FROM identity_known WHERE profile_id = ANY(%s::bigint[]) OR person_id = ANY(%s::bigint[])"


Holder = tuple[int | None, int | None]
"""(canonical person, None) or (None, profile that is nobody's)."""


@dataclass(frozen=True, slots=True)
class Held:
    """One row of Known: its number, whose it is, and the columns of the model."""

    id: int
    person: int | None
    profile: int | None
    row: dict[str, Value]


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


def keep(whoms: Sequence[Whom], ready: Ready) -> list[Asker]:
    """Store what is known of them and return it, in one statement for persons and one for profiles."""
    read = {(whom.person, whom.profile): (whom, ready.read(whom.card), keys_of(whom.card)) for whom in whoms}
    kept = list[Asker]()
    for column, place in (("person_id", 0), ("profile_id", 1)):
        rows = [
            (whom[place], json.dumps(row), keys, values(row, ready, whom[0]), ready.reading)
            for whom, (_, row, keys) in read.items()
            if whom[place] is not None
        ]
        conflict = f"({column}) DO UPDATE SET {_ANEW} {_CHANGED}"
        numbers = bulk.insert(
            Known, (column, *_COLUMNS), rows, conflict=conflict, returning=f"identity_known.id, {column}"
        )
        if len(numbers) < len(rows):  # what did not change is not written, and so not returned
            stands = f"SELECT id, {column} FROM identity_known WHERE {column} = ANY(%s::bigint[])"  # noqa: S608
            numbers = bulk.execute(stands, [bulk.numbers(row[0] for row in rows)])
        for number, holder in numbers:
            whom, row, keys = read[(holder, None) if place == 0 else (None, holder)]
            kept.append(Asker(Held(number, whom.person, whom.profile, row), whom.profiles, keys, whom.voices))
    return kept


def forget(profiles: Sequence[int], people: Sequence[int] = ()) -> None:
    """Nobody is to be found under these any more."""
    if profiles or people:
        bulk.execute(_FORGET, [bulk.numbers(profiles), bulk.numbers(people)])


def find(
    askers: Sequence[Asker], ready: Ready, thought: Mapping[int, Collection[Holder]] | None = None
) -> tuple[dict[int, Found], int]:
    """Candidates by the number of who asks, and how many persons there are; three statements at most for any number of askers.

    Of whom something is `thought` (by number of the asker) is a candidate however many share more keys: what is thought
    does not depend on who asks. So frequencies are written onto the rows of both sides.
    """
    asked = [(asker.held.id, key) for asker in askers for key in asker.keys[:LOOKED_UNDER]]
    wanted = _counted(askers, ready)
    told = [
        bulk.numbers(asker for asker, _ in asked),
        bulk.numbers(key for _, key in asked),
        BLOCK + 1,
        bulk.numbers(wanted),
    ]
    rows = bulk.execute(_FIND, told)
    under = {(asker, key): block or [] for asker, key, block, _ in rows if asker is not None}
    counts = {key: count for asker, key, _, count in rows if asker is None}
    pool = frequent([asker.held.row for asker in askers], ready, counts, unknown=0)
    found = {asker.held.id: Found() for asker in askers}
    best = {asker.held.id: _likeliest(asker, under, found[asker.held.id]) for asker in askers}
    held, told = _read(best, thought or {}, ready)
    counts |= told
    if any(asker.held.profile is not None for asker in askers):
        counts |= _uncounted(held.values(), ready, counts)
    frequent([one.row for one in held.values()], ready, counts)
    of = {(one.person, one.profile): one.id for one in held.values()}
    for asker, numbers in best.items():
        more = [of[holder] for holder in (thought or {}).get(asker, ()) if holder in of]
        every = dict.fromkeys([*numbers, *sorted(more)])
        found[asker].candidates = [held[number] for number in every if number in held and number != asker]
    return found, pool


def _read(
    best: Mapping[int, Sequence[int]], thought: Mapping[int, Collection[Holder]], ready: Ready
) -> tuple[dict[int, Held], dict[int, int]]:
    """The rows of the candidates, by number, and how many hold what is counted of them."""
    wanted = {number for numbers in best.values() for number in numbers}
    holders = {holder for asked in thought.values() for holder in asked}
    people = {person for person, _ in holders if person is not None}
    profiles = {profile for _, profile in holders if profile is not None}
    if not wanted and not holders:
        return {}, {}
    told = [bulk.numbers(sorted(numbers)) for numbers in (wanted, people, profiles)]
    rows = bulk.execute(_ROWS, [*told, ready.reading])
    held = {number: Held(number, person, profile, from_json(row)) for number, person, profile, row, _ in rows if row}
    return held, {key: count for key, _, _, row, count in rows if row is None}


def _uncounted(held: Iterable[Held], ready: Ready, counts: Mapping[int, int]) -> dict[int, int]:
    """How many persons hold what stands on presences: they are not counted there themselves, so their rows do not tell."""
    names = OF_PERSONS.intersection(ready.frequent)
    rows = [one.row for one in held if one.profile is not None]
    said = {hashed(f"{name}={row[name]}") for row in rows for name in names if row.get(name) is not None}
    unknown = sorted(said - counts.keys())
    return dict.fromkeys(unknown, 0) | dict(bulk.execute(_COUNTS, [bulk.numbers(unknown)])) if unknown else {}


def _likeliest(asker: Asker, under: Mapping[tuple[int, int], list[int]], found: Found) -> list[int]:
    """Those who share the rarest keys with the asker."""
    weights = defaultdict[int, float](float)
    for key in asker.keys[:LOOKED_UNDER]:
        block = under.get((asker.held.id, key), [])
        if len(block) > BLOCK:
            found.common += 1
            continue
        for number in block:
            weights[number] += 1 / len(block)
    weights.pop(asker.held.id, None)
    return sorted(weights, key=lambda number: (-weights[number], number))[:MOST]


def _counted(askers: Sequence[Asker], ready: Ready) -> list[int]:
    rows = [asker.held.row for asker in askers]
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
        total = max(counts.get(hashed(name), 1), 1)
        seen, among = RARE.get(name, _RARE)
        for row in rows:
            value = row.get(name)
            count = counts.get(hashed(f"{name}={value}"), unknown) if value is not None else None
            if count is not None:
                row[f"tf_{name}"] = (max(count - 1, 0) + seen) / (total + among)
                if name == "picture" and count > MOST_OF_A_PICTURE:
                    row.pop("bands", None)
    return max(1, int(counts.get(POOL, 1)))


def values(row: Mapping[str, Any], ready: Ready, person: int | None) -> list[int]:
    """What is counted of a row: hashes of the columns whose rarity counts, and of what they hold."""
    found = [POOL] if person is not None else []
    for name in ready.frequent:
        if row.get(name) is not None and (person is not None or name not in OF_PERSONS):
            found += [hashed(name), hashed(f"{name}={row[name]}")]
    return found

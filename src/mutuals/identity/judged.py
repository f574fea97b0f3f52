"""Judgements: pairs that staff or a proof said to be one person or two, each read anew from what its two sides say today.

A link's sides are the profile and all other profiles of the person. An edge's are its two profiles; an own record there stands
for all profiles that are linked to its person, without those of the other side. What was written when a machine
weighed the pair is not used, but among how many persons it did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from mutuals.base import bulk
from mutuals.identity import cards, known
from mutuals.identity.cards import Voice
from mutuals.identity.edges import MACHINE
from mutuals.identity.model.card import Row, Value
from mutuals.identity.model.conflicts import conflicts_of
from mutuals.identity.weights import Ready
from mutuals.people.profiles import OWN

MOST = 20_000  # newest judgements of each kind that are read
_EDGES = """
SELECT s.verdict = 'same', m.pool, a.id, CASE WHEN a.network = %s THEN a.person_id END,
    b.id, CASE WHEN b.network = %s THEN b.person_id END, false
FROM identity_edge s JOIN people_profile a ON a.id = s.a_id JOIN people_profile b ON b.id = s.b_id LEFT JOIN LATERAL (
    SELECT pool FROM identity_edge m WHERE m.a_id = s.a_id AND m.b_id = s.b_id AND m.by = %s AND m.pool IS NOT NULL
    ORDER BY m.id DESC LIMIT 1
) m ON true
WHERE s.until IS NULL AND s.by LIKE 'staff:%%' AND s.verdict IN ('same', 'different') ORDER BY s.id DESC LIMIT %s
"""
_LINKS = """
SELECT s.state <> 'rejected', m.pool, f.id, NULL, NULL, s.person_id, true
FROM identity_link s JOIN people_profile f ON f.id = s.profile_id LEFT JOIN LATERAL (
    SELECT pool FROM identity_link m WHERE m.profile_id = s.profile_id AND m.person_id = s.person_id AND m.by = %s
    AND m.pool IS NOT NULL ORDER BY m.id DESC LIMIT 1
) m ON true
WHERE s.until IS NULL AND f.network NOT IN (%s, 'email', 'phone')
    AND (s.state = 'proven' OR (s.state IN ('confirmed', 'rejected') AND s.by LIKE 'staff:%%')) ORDER BY s.id DESC LIMIT %s
"""
_HELD = """
SELECT p.id, p.canonical_id, f.id FROM people_person p CROSS JOIN LATERAL (
    SELECT id FROM people_profile WHERE person_id = p.id ORDER BY id LIMIT %s
) f WHERE p.id = ANY(%s::bigint[]) OR p.canonical_id IN (SELECT canonical_id FROM people_person WHERE id = ANY(%s::bigint[]))
"""
_CLUSTER = "SELECT id, canonical_id FROM people_person WHERE id = ANY(%s::bigint[])"
_VOICES = f"SELECT {cards.READ} FROM people_profile f WHERE f.id = ANY(%s::bigint[])"  # noqa: S608 - names of ours
_COUNTS = "SELECT hash, count FROM identity_frequency WHERE hash = ANY(%s::bigint[])"
_AT_ONCE = 2_000  # judgements whose profiles are read in one statement


@dataclass(frozen=True, slots=True)
class Judgement:
    """Both sides in the columns of the model; `pool` is None where no machine weighed the pair. `group` is the smallest
    profile of both: what is learned from some groups is tried on others.
    """

    left: Row
    right: Row
    same: bool
    pool: int | None
    group: int
    conflicts: tuple[str, ...]
    of_persons: bool  # by the own records of both


@dataclass(frozen=True, slots=True)
class _Pair:
    same: bool
    pool: int | None
    one: int | None
    one_person: int | None
    other: int | None
    other_person: int | None
    is_link: bool

    @property
    def of_persons(self) -> bool:
        return self.one_person is not None and self.other_person is not None


def judgements(ready: Ready) -> list[Judgement]:
    """All of them, by profile; left out is whose side holds nothing any more."""
    told = bulk.execute(_EDGES, [OWN, OWN, MACHINE, MOST]) + bulk.execute(_LINKS, [MACHINE, OWN, MOST])
    pairs = [_Pair(*row) for row in told]
    found = dict[tuple[tuple[int, ...], ...], Judgement]()
    for start in range(0, len(pairs), _AT_ONCE):
        for sides, one in _read(pairs[start : start + _AT_ONCE], ready):
            found.setdefault(sides, one)  # an edge and a link that say it of the same two are one judgement
    return [found[sides] for sides in sorted(found)]


def _read(pairs: Sequence[_Pair], ready: Ready) -> list[tuple[tuple[tuple[int, ...], ...], Judgement]]:
    sides = _sides(pairs)
    wanted = sorted({number for pair in sides for side in pair for number in side})
    voices = {int(row[0]): _voice(row) for row in bulk.execute(_VOICES, [bulk.numbers(wanted)])}
    rows = list[dict[str, Value]]()
    kept = list[tuple[_Pair, tuple[tuple[int, ...], ...]]]()
    for pair, (left, right) in zip(pairs, sides, strict=True):
        heard = [[voices[number] for number in side if number in voices] for side in (left, right)]
        if all(heard):
            rows += [ready.read(cards.card(one)) for one in heard]
            kept.append((pair, tuple(sorted(tuple(sorted(side)) for side in (left, right)))))
    _count(rows, ready)
    return [
        (both, Judgement(left, right, pair.same, pair.pool, both[0][0], conflicts_of(left, right), pair.of_persons))
        for (pair, both), left, right in zip(kept, rows[::2], rows[1::2], strict=True)
    ]


def _sides(pairs: Sequence[_Pair]) -> list[tuple[list[int], list[int]]]:
    people = bulk.numbers({one for pair in pairs for one in (pair.one_person, pair.other_person) if one is not None})
    own, cluster = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for person, canonical, profile in bulk.execute(_HELD, [cards.MOST, people, people]):
        own[person].append(profile)
        cluster[canonical].append(profile)
    canonical_of: dict[int, int] = dict(bulk.execute(_CLUSTER, [people]))
    found = []
    for pair in pairs:
        if pair.is_link:
            left = [pair.one] if pair.one else []
            right = cluster[canonical_of.get(pair.other_person or 0, 0)]
        else:
            left = own[pair.one_person] if pair.one_person else [pair.one or 0]
            right = own[pair.other_person] if pair.other_person else [pair.other or 0]
        alone = (pair.one, pair.other)
        found.append(
            (
                [number for number in left if number == pair.one or number not in alone],
                [number for number in right if number == pair.other or (number not in alone and number not in left)],
            )
        )
    return found


def _voice(row: Sequence[Any]) -> Voice:
    told = {field: one.get("value") for field, one in from_json(row[7]).items()}
    number, network, key, name, shown, url, label = row[:7]
    return Voice(number, network, key, name, shown, url, label, told, cited=row[8])


def _count(rows: Sequence[dict[str, Value]], ready: Ready) -> None:
    """Write onto the rows how frequent their values are."""
    hashes = {number for row in rows for number in known.values(row, ready, 0)}
    wanted: Iterable[int] = sorted(hashes)
    known.frequent(rows, ready, dict(bulk.execute(_COUNTS, [bulk.numbers(wanted)])), unknown=0)

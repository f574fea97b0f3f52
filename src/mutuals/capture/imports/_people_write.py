"""Writing a planned batch of people: about sixteen statements, whatever its size, one of which tells what was written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mutuals.base import bulk
from mutuals.capture.imports._people_world import World
from mutuals.capture.imports.decisions import Pair, Ref
from mutuals.capture.imports.written import Wrote, keep
from mutuals.capture.models import Import
from mutuals.identity import link
from mutuals.identity.models import LinkState
from mutuals.people import organisations, persons
from mutuals.people.models import Affiliation, Profile
from mutuals.people.names import fold, tidy
from mutuals.sales import rollups

_NUMBERS = "SELECT nextval(pg_get_serial_sequence('people_profile', 'id')) FROM generate_series(1, %s)"
_COLUMNS = ("id", "network", "key", "name", "shown", "url", "label", "is_bot", "is_ours", "fields", "changed_at")
_CONFLICT = """(network, key) DO UPDATE SET fields = people_profile.fields || excluded.fields,
changed_at = excluded.changed_at"""

_TAG = """
UPDATE people_person p SET tags = g.tags FROM {g} WHERE p.id = g.id
"""


def write(world: World, *, of: Import, by: str, now: datetime) -> None:
    """New persons, their profiles with links, their places and tags; then what stands on the page is chosen."""
    new = [ref for ref, human in world.people.items() if human.is_new]
    made = persons.make(
        [world.people[ref].name for ref in new],
        now=now,
        since=[world.people[ref].since for ref in new],
        tags=[world.people[ref].tags for ref in new],
    )
    ids: dict[Ref, int] = {ref: ref for ref in world.people if isinstance(ref, int)}
    ids |= dict(zip(new, made, strict=True))
    profiles = _profiles(world, now)
    changed = world.changed_profiles()
    given = [(profiles[pair], state) for pair, state in changed.items() if state.attach]
    clue = {"clue": "in the same row of a file", "detail": of.file_name, "for": True}
    pairs = [(pk, ids[state.person]) for pk, state in given if state.person is not None]
    link.attach(pairs, state=LinkState.CONFIRMED, because=[clue], by=by, now=now)
    rollups.recount(ids[state.person] for _, state in given if state.person is not None and state.id is not None)
    places = _places(world, ids, now)
    _tags(world, ids)
    persons.choose([ids[state.person] for state in changed.values() if state.person is not None], now=now)
    keep(of, [*places.firms, *_people(world, ids), *_told(world, profiles, ids), *places.rows])


def _people(world: World, ids: dict[Ref, int]) -> Iterator[Wrote]:
    """Persons that were made, that got tags, or of whom the file speaks."""
    for ref, human in world.people.items():
        about = f"person:{ids[ref]}"
        tags = {f"tag:{tag}": True for tag in human.tags if human.is_new or tag not in human.old_tags}
        yield Wrote(about, {} if human.is_new else dict.fromkeys(tags, False), tags, made=human.is_new)


def _told(world: World, profiles: dict[Pair, int], ids: dict[Ref, int]) -> Iterator[Wrote]:
    """Profiles that were made or given to somebody, and what the file tells by them, new or not."""
    for pair, state in world.named_profiles().items():
        number = profiles.get(pair, state.id)
        if number is None:
            continue
        names = sorted(state.named or ())
        before = {f"f:{name}": state.was.get(name) for name in names}
        after = {f"f:{name}": state.fields[name] for name in names}
        if state.attach and state.person is not None:
            before["person"], after["person"] = None, ids[state.person]
        yield Wrote(f"profile:{number}", {} if state.id is None else before, after, made=state.id is None)


def _profiles(world: World, now: datetime) -> dict[Pair, int]:
    """Profiles by their pair. They are numbered in the order in which rows gave them, as the first of several addresses
    is the main one, and written in the order of their pairs, as everybody writes them, against deadlocks.
    """
    changed = world.changed_profiles()
    given = [pair for human in world.people.values() for pair in human.pairs if pair in changed]
    fresh = (row[0] for row in bulk.execute(_NUMBERS, [len(changed)]))
    numbers = dict(zip(dict.fromkeys([*given, *changed]), fresh, strict=True))
    rows = [
        (numbers[pair], *pair, tidy(pair[1], at_most=200), "", "", "", False, False, json.dumps(state.fresh), now)
        for pair, state in sorted(changed.items())
    ]
    done = bulk.insert(Profile, _COLUMNS, rows, conflict=_CONFLICT, returning="network, key, people_profile.id")
    return {(network, key): pk for network, key, pk in done}


@dataclass(frozen=True, slots=True)
class _Places:
    """What was written of organisations and places in them."""

    firms: list[Wrote]
    rows: list[Wrote]


def _places(world: World, ids: dict[Ref, int], now: datetime) -> _Places:
    told = [(ref, human) for ref, human in world.people.items() if human.new_ties]
    names = [name for _, human in told for name, _ in human.new_ties]
    known = organisations.by_names(names) if names else {}
    found = organisations.make(names, now=now, known=known) if names else {}
    rows = []
    for ref, human in told:
        first = len(human.ties) == len(human.new_ties)
        for place, (name, role) in enumerate(human.new_ties):
            rows.append((ids[ref], found[fold(name)[:200]], role, first and place == 0))
    made = bulk.insert(
        Affiliation,
        ("person_id", "organisation_id", "role", "is_main"),
        rows,
        conflict="DO NOTHING",
        returning="people_affiliation.id, role",
    )
    return _Places(
        [Wrote(f"organisation:{pk}", made=True) for key, pk in found.items() if key not in known],
        [Wrote(f"affiliation:{pk}", after={"role": role}, made=True) for pk, role in made],
    )


def _tags(world: World, ids: dict[Ref, int]) -> None:
    told = [(ids[ref], human.tags) for ref, human in world.people.items() if human.new_tags and not human.is_new]
    bulk.run(_TAG, {"id": "bigint", "tags": "varchar[]"}, told)

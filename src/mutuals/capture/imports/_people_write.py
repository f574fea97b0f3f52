"""Writing a planned batch of people: about fifteen statements, whatever its size."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import connection

from mutuals.base import bulk
from mutuals.capture.imports._people_world import World
from mutuals.capture.imports.decisions import Pair, Ref
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
UPDATE people_person p SET tags = ARRAY(SELECT jsonb_array_elements_text(n.tags::jsonb))
FROM unnest(%s::bigint[], %s::text[]) AS n(id, tags) WHERE p.id = n.id
"""


def write(world: World, *, of: Import, by: str, now: datetime) -> None:
    """New persons, their profiles with links, their places and tags; then what stands on the page is chosen."""
    new = [ref for ref, human in world.people.items() if human.is_new]
    made = persons.make(
        [world.people[ref].name for ref in new], now=now, since=[world.people[ref].since for ref in new]
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
    _places(world, ids, now)
    _tags(world, ids)
    persons.choose([ids[state.person] for state in changed.values() if state.person is not None], now=now)


def _profiles(world: World, now: datetime) -> dict[Pair, int]:
    """Profiles by their pair. They are numbered in the order in which rows gave them, as the first of several addresses
    is the main one, and written in the order of their pairs, as everybody writes them, against deadlocks.
    """
    changed = world.changed_profiles()
    given = [pair for human in world.people.values() for pair in human.pairs if pair in changed]
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [len(changed)])
        numbers = dict(zip(dict.fromkeys([*given, *changed]), (row[0] for row in cursor.fetchall()), strict=True))
    rows = [
        (numbers[pair], *pair, tidy(pair[1], at_most=200), "", "", "", False, False, json.dumps(state.fresh), now)
        for pair, state in sorted(changed.items())
    ]
    done = bulk.insert(Profile, _COLUMNS, rows, conflict=_CONFLICT, returning="network, key, people_profile.id")
    return {(network, key): pk for network, key, pk in done}


def _places(world: World, ids: dict[Ref, int], now: datetime) -> None:
    told = [(ref, human) for ref, human in world.people.items() if human.new_ties]
    found = organisations.make([name for _, human in told for name, _ in human.new_ties], now=now)
    rows = []
    for ref, human in told:
        first = len(human.ties) == len(human.new_ties)
        for place, (name, role) in enumerate(human.new_ties):
            rows.append((ids[ref], found[fold(name)[:200]], role, first and place == 0))
    bulk.insert(Affiliation, ("person_id", "organisation_id", "role", "is_main"), rows, conflict="DO NOTHING")


def _tags(world: World, ids: dict[Ref, int]) -> None:
    told = [(ids[ref], json.dumps(human.tags)) for ref, human in world.people.items() if human.new_tags]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_TAG, [[pk for pk, _ in told], [tags for _, tags in told]])

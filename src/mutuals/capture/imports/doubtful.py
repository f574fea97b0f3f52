"""Doubtful rows of people for the review of identity: each a profile of the source that is nobody's yet, with suggested links.

Accepted, what the row told speaks for the person; rejected, it stays nobody's, and the same row asks no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from mutuals.base import bulk
from mutuals.capture.imports.decisions import Decision, Outcome, Pair
from mutuals.capture.imports.record import content_pair, fields_of
from mutuals.capture.imports.written import Wrote, keep
from mutuals.capture.models import Import
from mutuals.identity.models import Edge, Link, LinkState, Verdict
from mutuals.people import profiles
from mutuals.people.models import Profile
from mutuals.people.names import tidy

Suspects = Mapping[int, Sequence[Pair]]
"""By the number of a row, the profiles by which it may be somebody's."""
_COLUMNS = ("network", "key", "name", "shown", "url", "label", "is_bot", "is_ours", "fields", "changed_at")
_PRIORITY = 0.5
"""Between what a model is nearly sure of and what it hardly believes."""


def suggest(of: Import, decisions: Sequence[Decision], suspects: Suspects, *, now: datetime) -> None:
    """Put the doubtful rows of a batch into the review; a row that asked before asks no more. Six statements for any number."""
    rows = {
        content_pair(one.row.values, of.source_id): one
        for one in decisions
        if one.outcome is Outcome.DOUBTFUL and suspects.get(one.row.number)
    }
    if not rows:
        return
    by = f"import:{of.pk}"
    told = [
        (*pair, "", tidy(str(fields_of(one.row.values).get("name", "")), at_most=200), "", "", False, False,
         json.dumps(profiles.tell({}, fields_of(one.row.values), at=now, by=by)), now)
        for pair, one in sorted(rows.items(), key=lambda item: item[0])
    ]  # fmt: skip
    made = bulk.insert(
        Profile, _COLUMNS, told, conflict="(network, key) DO NOTHING", returning="network, key, people_profile.id"
    )
    holders = _holders({pair for one in rows.values() for pair in suspects[one.row.number]})
    links, edges, wrote = [], [], []
    for network, key, number in made:
        one = rows[network, key]
        wrote.append(Wrote(f"profile:{number}", made=True))
        because = [{"clue": "a row of a file may be about them", "detail": one.reason[:200], "for": True}]
        for profile, person in _of_people(suspects[one.row.number], holders):
            links.append((number, person, LinkState.SUGGESTED.value, json.dumps(because), by, now))
            edges.append((profile, number, Verdict.UNSURE.value, json.dumps(because), by, now, _PRIORITY))
    bulk.insert(Link, ("profile_id", "person_id", "state", "because", "by", "since"), links)
    bulk.insert(Edge, ("a_id", "b_id", "verdict", "because", "by", "since", "priority"), edges)
    keep(of, wrote)


def _holders(pairs: set[Pair]) -> dict[Pair, tuple[int, int]]:
    """Of each pair its profile and the canonical person."""
    rows = Profile.objects.filter(network__in={one for one, _ in pairs}, key__in={key for _, key in pairs})
    found = rows.exclude(person=None).values_list("network", "key", "pk", "person__canonical_id")
    return {(network, key): (pk, person) for network, key, pk, person in found}


def _of_people(pairs: Sequence[Pair], holders: Mapping[Pair, tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """A profile and its person, each person once."""
    seen: set[int] = set()
    for pair in pairs:
        if pair in holders and holders[pair][1] not in seen:
            seen.add(holders[pair][1])
            yield holders[pair]

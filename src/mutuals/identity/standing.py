"""What is thought and held so far about those who are compared anew: who may never be one, what machines said before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mutuals.base import bulk
from mutuals.base.prepared import Statement
from mutuals.identity.edges import MACHINE
from mutuals.identity.known import Asker, Holder, Read
from mutuals.identity.models import Verdict

__all__ = ["Holder", "Said", "Standing", "of", "thinking"]
_THOUGHT = """
WITH g AS MATERIALIZED (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS g(asker, profile_id))
SELECT g.asker, e.id, e.verdict, e.by, e.probability, e.model, f.id, f.canonical_id FROM g CROSS JOIN LATERAL (
    SELECT b_id AS other, id, verdict, by, probability, model, until FROM identity_edge WHERE a_id = g.profile_id
    UNION ALL
    SELECT a_id, id, verdict, by, probability, model, until FROM identity_edge WHERE b_id = g.profile_id
    OFFSET 0
) e CROSS JOIN LATERAL (
    SELECT o.id, (SELECT p.canonical_id FROM people_person p WHERE p.id = o.person_id) FROM people_profile o
    WHERE o.id = e.other OFFSET 0
) f WHERE e.until IS NULL
UNION ALL
SELECT g.asker, l.id, l.state, l.by, l.probability, l.model, NULL, p.canonical_id FROM g CROSS JOIN LATERAL (
    SELECT id, state, by, probability, model, person_id FROM identity_link
    WHERE profile_id = g.profile_id AND until IS NULL AND state IN ('rejected', 'suggested') OFFSET 0
) l CROSS JOIN LATERAL (SELECT canonical_id FROM people_person WHERE id = l.person_id OFFSET 0) p
"""
"""One presence after the other (OFFSET 0 keeps the steps apart): a planner that knows nothing of the tables, as after many
transactions that were taken back, would put each beside each. Each step asks one table, by what one index begins with
(`until` is asked afterwards, as live edges have an index that begins with the other end): else a whole index costs the same.
"""
_REJECTED_OF = """
SELECT own.canonical_id, f.id, p.canonical_id FROM people_person own
JOIN identity_link l ON l.person_id = own.id AND l.state = 'rejected' AND l.until IS NULL
JOIN people_profile f ON f.id = l.profile_id LEFT JOIN people_person p ON p.id = f.person_id
WHERE own.canonical_id = ANY(%s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Said:
    """An edge or a suggested link of before: its number, what it says, by whom, and how probable it was then."""

    id: int
    verdict: str
    by: str
    probability: float | None
    model: str


@dataclass(slots=True)
class Standing:
    """Of one asker: with whom they are never one, and what was thought of whom (edges, and suggested links by person).

    Since persons became one, machines may have thought of the same two twice: `double_edges` and `double_links` are what is
    too much, by number.
    """

    never: set[Holder] = field(default_factory=set)
    edges: dict[Holder, Said] = field(default_factory=dict)
    suggested: dict[int, Said] = field(default_factory=dict)
    double_edges: list[int] = field(default_factory=list)
    double_links: list[int] = field(default_factory=list)

    def presences(self) -> set[int]:
        """The profiles that are nobody's and of which a machine thought something."""
        return {profile for (_, profile), said in self.edges.items() if profile is not None and said.by == MACHINE}

    def think(self, of: Holder, said: Said) -> None:
        """Note a live edge; what staff said stands before what a machine did, the newer before the older."""
        other = self.edges.setdefault(of, said)
        if other.id == said.id:
            return
        first, second = sorted((other, said), key=lambda one: (one.by != MACHINE, one.id), reverse=True)
        self.edges[of] = first
        if second.by == MACHINE and second.verdict != Verdict.DIFFERENT:
            self.double_edges.append(second.id)

    def suggest(self, person: int, said: Said) -> None:
        """Note a suggestion, the newer before the older."""
        other = self.suggested.setdefault(person, said)
        if other.id != said.id:
            self.suggested[person] = max(other, said, key=lambda one: one.id)
            self.double_links.append(min(other.id, said.id))


def thinking(read: Sequence[Read]) -> Statement:
    """What asks for it: by the place of each who asks, and by all their profiles."""
    pairs = [(place, profile) for place, one in enumerate(read) for profile in one.whom.profiles]
    return _THOUGHT, [bulk.numbers(place for place, _ in pairs), bulk.numbers(profile for _, profile in pairs)]


def of(askers: Sequence[Asker], rows: Sequence[Sequence[Any]]) -> dict[int, Standing]:
    """By number of the asker, of what `thinking` found; one statement more at most.

    What staff said stays true over merges, because it is looked up by every profile of both and told by the persons of today.
    """
    found = defaultdict[int, Standing](Standing)
    for place, number, verdict, by, probability, model, profile, person in rows:
        asker = askers[place].held.id
        said = Said(number, verdict, by, probability, model)
        if verdict == "suggested":
            found[asker].suggest(person, said)
        elif verdict in ("rejected", "different"):
            found[asker].never.add(_holder(profile, person))
        if profile is not None:
            found[asker].think(_holder(profile, person), said)
    people = {asker.held.person: asker.held.id for asker in askers if asker.held.person is not None}
    if people:
        for own, profile, person in bulk.execute(_REJECTED_OF, [bulk.numbers(people)]):
            found[people[own]].never.add(_holder(profile, person))
    return found


def _holder(profile: int | None, person: int | None) -> Holder:
    return (person, None) if person is not None else (None, profile)

"""What follows from weighing, written in bulk: links by machine, suggestions, and edges for the review."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf, log2, log10
from typing import Any

from mutuals.base import bulk
from mutuals.base.models import Entry
from mutuals.base.prepared import Statement
from mutuals.identity import link, remark
from mutuals.identity.clues import clues_of
from mutuals.identity.edges import MACHINE, Grounds
from mutuals.identity.known import Asker, Held
from mutuals.identity.model.decide import Candidate, Decision
from mutuals.identity.model.decide import Verdict as Decided
from mutuals.identity.model.social import RULE
from mutuals.identity.models import Edge, Link, LinkState, Verdict
from mutuals.identity.standing import Holder, Said, Standing
from mutuals.identity.weights import Ready
from mutuals.people.models import Person

SHOWN = 3  # candidates of one who go to the review
SAME_AS_BEFORE = 0.005  # a probability that moved by less is not written anew
_END_EDGES = (
    "UPDATE identity_edge SET until = %s WHERE id = ANY(%s::bigint[]) AND until IS NULL AND by NOT LIKE 'staff:%%'"
)
_END_LINKS = (
    "UPDATE identity_link SET until = %s WHERE id = ANY(%s::bigint[]) AND until IS NULL AND state = 'suggested'"
)
_WORTH = """
SELECT p.id, (SELECT min(f.id) FROM people_profile f WHERE f.person_id = p.id AND f.network = 'mutuals'),
    p.order_total, p.interaction_count, EXISTS (
    SELECT 1 FROM people_profile f CROSS JOIN LATERAL (
        SELECT direction, occurred_at FROM history_interaction i WHERE i.profile_id = f.id
        ORDER BY occurred_at DESC, id DESC LIMIT 1
    ) i WHERE f.person_id = p.id AND i.direction = 'in' AND i.occurred_at > %s - interval '30 days'
) FROM people_person p WHERE p.id = ANY(%s::bigint[])
UNION ALL
SELECT NULL, g.id, 0, i.n, i.waits FROM unnest(%s::bigint[]) AS g(id) CROSS JOIN LATERAL (
    SELECT count(*) AS n, coalesce(bool_or(direction = 'in' AND occurred_at > %s - interval '30 days'), false) AS waits FROM (
        SELECT direction, occurred_at FROM history_interaction i WHERE i.profile_id = g.id
        ORDER BY occurred_at DESC, id DESC LIMIT 50
    ) newest
) i
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate, how probable it is that the two are one, and what was decided where this one came first."""

    other: Held
    candidate: Candidate
    probability: float
    decision: Decision | None = None

    @property
    def is_beyond_doubt(self) -> bool:
        """Whether a machine may say so by itself."""
        return self.decision is not None and self.decision.verdict is Decided.LINK


@dataclass(frozen=True, slots=True)
class Conclusion:
    """All that was weighed for one asker, among so many persons; `common` keys were too common to look under."""

    asker: Asker
    weighed: Sequence[Weighed]
    held: Standing
    pool: int
    common: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Three piles: how many were linked by machine, went to the review, were left. `doubt` is how many of the linked ones
    are wrong by their own probabilities."""

    link: int = 0
    review: int = 0
    leave: int = 0
    doubt: float = 0.0

    @property
    def total(self) -> int:
        """Everybody who was looked at stands in one of the piles."""
        return self.link + self.review + self.leave

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.link + other.link, self.review + other.review, self.leave + other.leave, self.doubt + other.doubt
        )


@dataclass(slots=True)
class _Writing:
    """The rows of one batch."""

    links: list[tuple[int, int, Grounds]] = field(default_factory=list)
    suggested: list[tuple[int, int, Grounds]] = field(default_factory=list)
    edges: list[tuple[Held, Held, Verdict, Grounds]] = field(default_factory=list)
    ended_edges: list[int] = field(default_factory=list)
    ended_links: list[int] = field(default_factory=list)


def write(told: Sequence[Conclusion], ready: Ready, *, now: datetime, last: Sequence[Statement] = ()) -> Outcome:
    """Write what follows, and what comes `last`; the same again writes nothing."""
    writing, outcome = _Writing(), Outcome()
    for one in told:
        outcome += _follow(one, ready, writing, now)
    ending = [
        (sql, [now, bulk.numbers(numbers)])
        for sql, numbers in ((_END_EDGES, writing.ended_edges), (_END_LINKS, writing.ended_links))
        if numbers
    ]
    if writing.links:
        bulk.together(ending)
        _link(writing.links, now)
        ending = []
    suggesting = [_suggesting(writing.suggested, now)] if writing.suggested else []
    thinking = [_thinking(writing.edges, now)] if writing.edges else []
    bulk.together([*ending, *suggesting, *thinking, *last])
    return outcome


def _follow(one: Conclusion, ready: Ready, writing: _Writing, now: datetime) -> Outcome:
    asker, held = one.asker.held, one.held
    is_linked, asks = False, False
    doubt = 0.0
    for place, weighed in enumerate(_own_to_decide(one)):
        other = weighed.other
        before = held.edges.get((other.person, other.profile))
        if before is not None and before.by != MACHINE:
            continue
        is_of_person = asker.profile is not None and other.person is not None
        if is_of_person and weighed.is_beyond_doubt:
            writing.links.append((asker.profile or 0, other.person or 0, _grounds(one, weighed, ready, now)))
            is_linked, doubt = True, 1 - weighed.probability
            continue
        if weighed.probability < RULE.review or (place >= SHOWN and before is None) or (is_of_person and is_linked):
            continue
        asks = True
        verdict = Verdict.SAME if weighed.is_beyond_doubt and asker.profile is not None else Verdict.UNSURE
        if not _is_as_before(before, verdict, weighed.probability, ready.version):
            grounds = _grounds(one, weighed, ready, now)
            writing.edges.append((asker, other, verdict, grounds))
            writing.ended_edges += [before.id] if before else []
            if is_of_person:
                writing.suggested.append((asker.profile or 0, other.person or 0, grounds))
                writing.ended_links += [held.suggested[other.person].id] if other.person in held.suggested else []
    _end_old(one, writing, is_linked=is_linked)
    if is_linked:
        return Outcome(link=1, doubt=doubt)
    return Outcome(review=1) if asks else Outcome(leave=1)


def _own_to_decide(one: Conclusion) -> list[Weighed]:
    """Whose a profile is, is decided from its side, with all who may hold it: a person who asks leaves profiles alone."""
    return [weighed for weighed in one.weighed if one.asker.held.person is None or weighed.other.profile is None]


def _end_old(one: Conclusion, writing: _Writing, *, is_linked: bool) -> None:
    """What machines thought and nothing speaks for any more, or twice since persons became one; all suggestions of a profile
    that is somebody's now. What is thought of a presence and a person ends from the side of the presence."""
    writing.ended_edges += one.held.double_edges
    writing.ended_links += one.held.double_links
    likely = {(w.other.person, w.other.profile) for w in one.weighed if w.probability >= RULE.review}
    own = (one.asker.held.person, one.asker.held.profile)
    for holder, said in one.held.edges.items():
        if own[0] is not None and holder[1] is not None:
            continue
        is_over = holder not in likely or (is_linked and holder[0] is not None) or holder == own
        if said.by == MACHINE and said.verdict != Verdict.DIFFERENT and is_over:
            writing.ended_edges.append(said.id)
    for person, said in one.held.suggested.items():
        if is_linked or (person, None) not in likely:
            writing.ended_links.append(said.id)


def _grounds(one: Conclusion, weighed: Weighed, ready: Ready, now: datetime) -> Grounds:
    decision = weighed.decision
    margin = decision.margin if decision is not None and decision.margin != inf else None
    return Grounds(
        because=clues_of(one.asker, weighed.other, weighed.candidate, decision, one.common, at=now.isoformat()),
        probability=weighed.probability,
        margin=margin,
        pool=one.pool,
        model=ready.version,
    )


def _is_as_before(before: Said | None, verdict: Verdict, probability: float, version: str) -> bool:
    if before is None or before.verdict != verdict or before.model != version or before.probability is None:
        return False
    return abs(before.probability - probability) < SAME_AS_BEFORE


def _link(rows: Sequence[tuple[int, int, Grounds]], now: datetime) -> None:
    """Those that are still nobody's become the persons'; the journal says so."""
    done = link.attach_free(rows, by=MACHINE, now=now)
    entries = [
        ("profile.linked", MACHINE, f"person:{person}", json.dumps({"profile": number})) for number, person in done
    ]
    bulk.insert(Entry, ("kind", "by", "about", "data"), entries)


def _suggesting(rows: Sequence[tuple[int, int, Grounds]], now: datetime) -> Statement:
    told = [
        (number, person, LinkState.SUGGESTED.value, *_said(grounds), MACHINE, now) for number, person, grounds in rows
    ]
    columns = ("profile_id", "person_id", "state", *_SAID, "by", "since")
    return bulk.inserting(Link, columns, told, conflict="DO NOTHING")


_SAID = ("because", "probability", "margin", "pool", "model")


def _said(grounds: Grounds) -> tuple[Any, ...]:
    return json.dumps(list(grounds.because)), grounds.probability, grounds.margin, grounds.pool, grounds.model


def _thinking(rows: Sequence[tuple[Held, Held, Verdict, Grounds]], now: datetime) -> Statement:
    """Between profiles; a person stands in them by their own record, which is made where there is none."""
    people = {one.person for row in rows for one in row[:2] if one.person is not None}
    profiles = {one.profile for row in rows for one in row[:2] if one.profile is not None}
    ends, worth = _ends(people, profiles, now)
    told = dict[tuple[int, int], tuple[Any, ...]]()
    for left, right, verdict, grounds in rows:
        a, b = sorted((ends[left.person, left.profile], ends[right.person, right.profile]))
        priority = _priority(
            grounds.probability or 0.0, worth[left.person, left.profile], worth[right.person, right.profile]
        )
        told[a, b] = (
            a,
            b,
            verdict.value,
            *_said(grounds),
            priority if verdict is Verdict.UNSURE else 0.0,
            MACHINE,
            now,
        )
    columns = ("a_id", "b_id", "verdict", *_SAID, "priority", "by", "since")
    return bulk.inserting(Edge, columns, list(told.values()), conflict="(a_id, b_id) WHERE until IS NULL DO NOTHING")


Worth = tuple[float, int, bool]
"""Total of orders, interactions, and whether a message of the last thirty days waits for an answer."""


def _ends(
    people: Iterable[int], profiles: Iterable[int], now: datetime
) -> tuple[dict[Holder, int], dict[Holder, Worth]]:
    """By whom: the profile that stands in an edge for them, and what an answer about them is worth."""
    ends, worth = dict[Holder, int](), dict[Holder, Worth]()
    for person, end, total, n, waits in bulk.execute(
        _WORTH, [now, bulk.numbers(sorted(people)), bulk.numbers(sorted(profiles)), now]
    ):
        whom = (person, None) if person is not None else (None, end)
        worth[whom] = float(total), int(n), bool(waits)
        ends[whom] = end or remark.own_record(Person(pk=person, canonical_id=person), now=now).pk
    return ends, worth


def _priority(probability: float, one: Worth, other: Worth) -> float:
    """Uncertainty x value x how much would be joined: 4 p (1 - p) x (1 + log10(1 + orders) + 1 if a message waits) x
    log2(2 + interactions of the smaller side)."""
    value = 1.0 + log10(1.0 + max(one[0] + other[0], 0.0)) + (one[2] or other[2])
    return 4 * probability * (1 - probability) * value * log2(2 + min(one[1], other[1]))

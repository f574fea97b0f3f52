"""One text, posted by two presences on two networks within minutes: rather one author than two.

A clue and never a proof, and no kind of its own: whoever copies a face copies words as well. Only what comes in as it is said
is compared, with the newest around it; what more than four presences post is a headline or a campaign and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mutuals.base import bulk
from mutuals.connectors.contract import Kind
from mutuals.history.keep import Kept
from mutuals.identity import cited
from mutuals.identity.reading import echoes

WITHIN = timedelta(minutes=15)
_LIVE = timedelta(hours=1)  # how late a post may reach us to be compared
_MOST = 300  # posts around it that are read
_AROUND = """
SELECT i.id, i.profile_id, i.network, i.occurred_at, i.text, coalesce(p.canonical_id, -f.id) FROM (
    SELECT * FROM history_interaction WHERE occurred_at BETWEEN %s AND %s ORDER BY occurred_at DESC, id DESC LIMIT %s
) i JOIN people_profile f ON f.id = i.profile_id LEFT JOIN people_person p ON p.id = f.person_id
WHERE i.direction = 'in' AND i.is_public AND i.kind IN ('post', 'reply') AND length(i.text) >= %s
    AND NOT f.is_ours AND f.organisation_id IS NULL
ORDER BY i.occurred_at, i.id
"""


@dataclass(frozen=True, slots=True)
class _Post:
    """One of the posts around: by whom, where, when, and whose the presence is (a person; below 0 nobody's)."""

    id: int
    profile: int
    network: str
    at: datetime
    text: str
    holder: int


def take(kept: Sequence[Kept]) -> None:
    """Note which posts of a batch say what another presence just said; one question where any may."""
    fresh = {one.interaction_id: one.occurred_at for one in kept if one.interaction_id and _may_be_one(one)}
    if not fresh:
        return
    times = list(fresh.values())
    rows = bulk.execute(_AROUND, [min(times) - WITHIN, max(times) + WITHIN, _MOST, echoes.COMPARED // 2])
    first, found = dict[str, _Post](), list[cited.Row]()
    for one in (_Post(*row) for row in rows):
        if not (mark := echoes.mark(one.text)):
            continue
        before = first.setdefault(mark, one)
        is_another = before.holder != one.holder and before.network != one.network
        if is_another and one.at - before.at <= WITHIN and not fresh.keys().isdisjoint((one.id, before.id)):
            found.append((one.profile, before.profile, mark, one.id, f"interaction:{before.id}", one.at))
    cited.keep(found)


def _may_be_one(one: Kept) -> bool:
    envelope = one.placed.arrived.envelope
    is_now = abs(one.placed.arrived.received_at - one.occurred_at) <= _LIVE
    is_theirs = one.is_new and not one.placed.is_ours and one.placed.profile_id is not None
    is_post = envelope.public and envelope.kind in (Kind.POST, Kind.REPLY)
    return is_theirs and is_post and is_now and bool(echoes.mark(envelope.body))

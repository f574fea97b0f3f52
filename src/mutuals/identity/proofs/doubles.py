"""One account in two rows: it was known by its page before anybody told its id, and an older version kept both.

Nothing is moved: both stay with all that came in by them, and are proven to be of one holder. Reading on, `people.profiles`
makes no new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mutuals.base import bulk
from mutuals.identity.proofs import record
from mutuals.people.profiles import page_of

KIND = "one_account"
SIZE = 1000  # pages that are looked at at a time
_FIND = """
SELECT p.id, p.network, p.key, h.canonical_id, i.id, i.key, i.canonical_id
FROM (
    SELECT id, network, key, name, person_id FROM people_profile
    WHERE id > %s AND key = url AND key LIKE 'http%%' AND name LIKE '%%@%%' AND NOT is_ours AND organisation_id IS NULL
    ORDER BY id LIMIT %s
) p LEFT JOIN people_person h ON h.id = p.person_id
LEFT JOIN LATERAL (
    SELECT f.id, f.key, f.canonical_id FROM (
        SELECT f.id, f.network, f.key, f.url, f.is_ours, f.organisation_id, o.canonical_id
        FROM people_profile f LEFT JOIN people_person o ON o.id = f.person_id WHERE f.name = p.name AND f.name <> '' LIMIT 50
    ) f WHERE f.network = p.network AND f.url = p.key AND f.key <> p.key AND NOT f.is_ours AND f.organisation_id IS NULL
) i ON true ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class _Double:
    """The row of a page, and the one row of the account that has it; with their holders, as whom they are today."""

    page: int
    subject: str
    holder: int | None
    id: int
    other_holder: int | None


def join(*, now: datetime, size: int = SIZE) -> list[tuple[int, int]]:
    """Prove the rows of one account to be of one holder; returns (profile, person) of what was linked.

    A row that is nobody's is linked to whom the other one is. Two persons go to the review, once; two that are nobody's wait
    until one is somebody's. A page that several ids claim is left alone: the name has changed hands. What staff said stands.
    """
    done = []
    for found in _batches(size):
        for one in found:
            for profile, other in ((one.page, one.id), (one.id, one.page)):
                if not record.holds(profile, KIND, one.subject):
                    record.keep(profile, KIND, one.subject, seen=f"profile:{other}", now=now, is_lasting=True)
            if one.holder != one.other_holder:
                done += record.conclude([one.id if one.other_holder is None else one.page], now=now)
    return done


def _batches(size: int) -> Iterator[list[_Double]]:
    last = 0
    while rows := bulk.execute(_FIND, [last, size]):
        last = rows[-1][0]
        yield _of(rows)


def _of(rows: Sequence[Sequence[Any]]) -> list[_Double]:
    claims: dict[int, list[_Double]] = {}
    for page, network, key, holder, number, other_key, other in rows:
        if number is not None and page_of((network, other_key), key) == (network, key):
            claims.setdefault(page, []).append(_Double(page, f"account:{network} {key}", holder, number, other))
    return [found[0] for found in claims.values() if len(found) == 1]

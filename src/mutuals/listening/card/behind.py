"""The people behind a card: who spoke, what they bought, what is at stake, and the way to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from mutuals.base import bulk
from mutuals.listening.models import Card, Topic
from mutuals.staff.models import User
from mutuals.staff.permissions import may

MOST = 200
"""People that are listed; those who bought for most come first."""
_WHO = """
SELECT * FROM (
    SELECT DISTINCT ON (x.canonical_id) x.canonical_id, c.name, c.order_total, c.order_currency, c.order_count,
        c.order_count > 0 OR c.stage = 'customer' AS is_customer, m.interaction_id, i.conversation_id, m.occurred_at, m.network
    FROM listening_mention m JOIN history_interaction i ON i.id = m.interaction_id
    JOIN people_profile p ON p.id = m.profile_id JOIN people_person x ON x.id = p.person_id
    JOIN people_person c ON c.id = x.canonical_id
    WHERE m.version_id = %s AND m.aside IN ('', 'copy') AND i.deleted_at IS NULL AND {which}
    ORDER BY x.canonical_id, m.occurred_at DESC, m.interaction_id DESC
) w ORDER BY is_customer DESC, order_total DESC, canonical_id LIMIT %s
"""
_BOUGHT = """
SELECT l.name, count(DISTINCT x.canonical_id) FROM people_person x JOIN people_profile f ON f.person_id = x.id
JOIN sales_order o ON o.profile_id = f.id JOIN sales_orderline l ON l.order_id = o.id
WHERE x.canonical_id = ANY(%s::bigint[]) AND l.quantity > 0 GROUP BY 1 HAVING count(DISTINCT x.canonical_id) > 1
ORDER BY 2 DESC, 1 LIMIT 3
"""


_CUSTOMERS = """
SELECT DISTINCT m.interaction_id, c.id, c.name, c.order_total FROM listening_mention m
JOIN people_profile p ON p.id = m.profile_id JOIN people_person x ON x.id = p.person_id
JOIN people_person c ON c.id = x.canonical_id
WHERE m.version_id = %s AND m.interaction_id = ANY(%s::bigint[]) AND (c.order_count > 0 OR c.stage = 'customer')
ORDER BY c.order_total DESC, c.id
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who spoke: canonical number, what they bought for, and the newest of what they said, with its thread."""

    id: int
    name: str
    value: Decimal
    currency: str
    orders: int
    is_customer: bool
    interaction_id: int
    conversation_id: int | None
    at: datetime
    network: str


@dataclass(frozen=True, slots=True)
class Behind:
    """People, customers first; what the customers bought for by currency, as known now; and what many of them bought."""

    people: tuple[Person, ...]
    stakes: tuple[tuple[str, Decimal], ...]
    bought: tuple[tuple[str, int], ...]

    @property
    def customers(self) -> tuple[Person, ...]:
        """Those who are customers."""
        return tuple(one for one in self.people if one.is_customer)


NOBODY = Behind((), (), ())


def of_card(card: Card, *, viewer: User) -> Behind:
    """Those of a card: of the mentions that it names, or of its stretch of time. Nobody where it has no topic."""
    version = card.topic.version_id if card.topic else None
    if version is None:
        return NOBODY
    said = card.evidence.get("said")
    if isinstance(said, list):
        return _behind("m.interaction_id = ANY(%s::bigint[])", [version, bulk.numbers(said)], viewer)
    return _behind("m.occurred_at >= %s AND m.occurred_at < %s", [version, card.since, card.until], viewer)


def of_mentions(topic: Topic, interaction_ids: Sequence[int], *, viewer: User) -> Behind:
    """Those of some mentions of a topic."""
    if topic.version_id is None:
        return NOBODY
    return _behind("m.interaction_id = ANY(%s::bigint[])", [topic.version_id, bulk.numbers(interaction_ids)], viewer)


def customers_of(topic: Topic, sets: Sequence[Sequence[int]], *, viewer: User) -> list[list[tuple[int, str]]]:
    """Of each of some sets of mentions the customers who said them, by what they bought for: canonical number and name."""
    if topic.version_id is None or not may(viewer, "person.view"):
        return [[] for _ in sets]
    ids = sorted({number for one in sets for number in one})
    rows = bulk.execute(_CUSTOMERS, [topic.version_id, bulk.numbers(ids)]) if ids else []
    held = [set(one) for one in sets]
    return [
        list(dict.fromkeys((int(person), str(name)) for number, person, name, _ in rows if number in some))
        for some in held
    ]


def _behind(which: str, values: list[Any], viewer: User) -> Behind:
    if not may(viewer, "person.view"):
        return NOBODY
    people = tuple(Person(*row) for row in bulk.execute(_WHO.format(which=which), [*values, MOST]))
    stakes = Counter[str]()
    for one in people:
        if one.is_customer and one.value:
            stakes[one.currency] += one.value  # type: ignore[assignment]
    bought = bulk.execute(_BOUGHT, [bulk.numbers(one.id for one in people if one.is_customer)]) if people else []
    told = tuple(sorted(((name, Decimal(value)) for name, value in stakes.items()), key=lambda one: -one[1]))
    return Behind(people, told, tuple((str(name), int(n)) for name, n in bought))

"""Customers who are late by their own rhythm: whom to call before they are gone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from mutuals.people.models import Person
from mutuals.people.visibility import visible_to
from mutuals.sales import pattern
from mutuals.sales.models import Kind
from mutuals.sales.queries import visible_to as orders_visible_to
from mutuals.staff.models import User

LOOKED = 200
"""Customers of one user who are looked at, those of the highest value first."""
MOST_ORDERS = 10_000


@dataclass(frozen=True, slots=True)
class Risk:
    """A customer, the days between their orders as a rule, and how many days over that the next one is."""

    person: Person
    interval: float
    late: pattern.Late
    last: date


def of_user(user: User, *, today: date, limit: int) -> list[Risk]:
    """Those whom a user looks after, the longest over first in their own measure; at most two statements."""
    rows = visible_to(user).filter(owner=user, order_count__gte=pattern.FEWEST).order_by("-order_total", "-pk")
    people = {row.pk: row for row in rows[:LOOKED]}
    if not people:
        return []
    days = _days(user, list(people))
    found = []
    for number, told in days.items():
        interval = pattern.usual_interval(sorted(told))
        late = pattern.lateness(max(told), interval, today)
        if interval and late:
            found.append(Risk(people[number], interval.days, late, max(told)))
    return sorted(found, key=lambda one: -(one.late.by / max(one.interval, 1)))[:limit]


def _days(user: Any, person_ids: list[int]) -> dict[int, set[date]]:
    """The days on which each of them bought."""
    rows = orders_visible_to(user).filter(profile__person__canonical__in=person_ids, kind=Kind.SALE)
    days: dict[int, set[date]] = defaultdict(set)
    newest = rows.order_by("-placed_at").values_list("profile__person__canonical", "placed_at")
    for number, at in newest[:MOST_ORDERS]:
        days[number].add(timezone.localtime(at).date())
    return days

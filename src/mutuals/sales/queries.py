"""Questions about orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from mutuals.people.models import Person
from mutuals.people.visibility import visible_to as visible_people
from mutuals.sales.models import Order
from mutuals.staff.permissions import Scope, scope


def visible_to(user: Any) -> QuerySet[Order]:
    """The orders that `user` may see: all, those of their own people, or none."""
    reach = scope(user, "order.view")
    if reach is Scope.ALL:
        return Order.objects.all()
    if reach is Scope.NONE:
        return Order.objects.none()
    return Order.objects.filter(profile__person__canonical__in=visible_people(user))


def of_person(viewer: Any, person: Person, *, limit: int = 50) -> list[Order]:
    """The newest orders of a person over the whole cluster, with their lines; two statements."""
    orders = visible_to(viewer).filter(profile__person__canonical_id=person.canonical_id)
    return list(orders.order_by("-placed_at", "-pk").prefetch_related("lines__product")[:limit])


def by_ids(viewer: Any, ids: Sequence[int]) -> dict[int, Order]:
    """Orders of a timeline page by their id, with their lines."""
    found = visible_to(viewer).filter(pk__in=list(ids)).prefetch_related("lines__product")
    return {order.pk: order for order in found}

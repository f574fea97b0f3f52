"""What hangs on people here: orders, by the customer number they came in by, or on the own record if staff entered them."""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.history.models import Interaction
from mutuals.people.hanging import Hanging, Ids, Move, Thing, register
from mutuals.people.profiles import OWN
from mutuals.sales.models import Order


def register_hanging() -> None:
    """Make it known to splits and merges."""
    register(Hanging("orders", _orders, "own record", _entered, _move))


def _orders(_person_ids: Ids, profile_ids: Ids) -> int:
    return Order.objects.filter(profile__in=profile_ids).count()


def _entered(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Order.objects.filter(profile__person__in=person_ids, profile__network=OWN).order_by("pk")
    return [
        Thing(row.pk, f"Order {row.number} of {row.placed_at:%d %B %Y}", row.profile_id)
        for row in rows
        if row.profile_id is not None
    ]


def _move(moves: Sequence[Move]) -> set[int]:
    """Orders with their place in the history."""
    went = set()
    for move in moves:
        if Order.objects.filter(pk=move.id, profile=move.holder).update(profile=move.to):
            Interaction.objects.filter(about=f"order:{move.id}", profile=move.holder).update(profile=move.to)
            went.add(move.id)
    return went

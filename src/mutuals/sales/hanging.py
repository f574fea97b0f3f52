"""What hangs on people here: orders, quotes and invoices, by the customer number they came in by, or on the own record if
staff entered them.
"""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.history.models import Interaction
from mutuals.people.hanging import Hanging, Ids, Move, Thing, register
from mutuals.people.profiles import OWN
from mutuals.sales.models import Invoice, Order, Quote


def register_hanging() -> None:
    """Make it known to splits and merges."""
    register(Hanging("orders", _orders, "own record", _entered, _move))
    register(Hanging("quotes", _quotes, "own record", _offered, _move_quotes))
    register(Hanging("invoices", _invoices, "own record", _billed, _move_invoices))


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


def _quotes(_person_ids: Ids, profile_ids: Ids) -> int:
    return Quote.objects.filter(profile__in=profile_ids).count()


def _offered(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Quote.objects.filter(profile__person__in=person_ids, profile__network=OWN).order_by("pk")
    return [Thing(row.pk, f"Quote {row.number}", row.profile_id) for row in rows if row.profile_id is not None]


def _move_quotes(moves: Sequence[Move]) -> set[int]:
    found = (Quote.objects.filter(pk=one.id, profile=one.holder).update(profile=one.to) for one in moves)
    return {one.id for one, went in zip(moves, found, strict=True) if went}


def _invoices(_person_ids: Ids, profile_ids: Ids) -> int:
    return Invoice.objects.filter(profile__in=profile_ids).count()


def _billed(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Invoice.objects.filter(profile__person__in=person_ids, profile__network=OWN).order_by("pk")
    return [Thing(row.pk, f"Invoice {row.number}", row.profile_id) for row in rows if row.profile_id is not None]


def _move_invoices(moves: Sequence[Move]) -> set[int]:
    found = (Invoice.objects.filter(pk=one.id, profile=one.holder).update(profile=one.to) for one in moves)
    return {one.id for one, went in zip(moves, found, strict=True) if went}

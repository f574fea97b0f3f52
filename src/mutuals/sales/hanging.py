"""What hangs on people here: orders, quotes and invoices, by the customer number they came in by, or on the own record if
staff entered them; deals on the person.
"""

from __future__ import annotations

from collections.abc import Sequence

from mutuals.history.models import Interaction
from mutuals.people.hanging import Hanging, Ids, Move, Thing, register
from mutuals.people.profiles import OWN
from mutuals.sales.models import Deal, DealRole, Invoice, Order, Quote


def register_hanging() -> None:
    """Make it known to splits and merges."""
    register(Hanging("orders", _orders, "own record", _entered, _move))
    register(Hanging("quotes", _quotes, "own record", _offered, _move_quotes))
    register(Hanging("invoices", _invoices, "own record", _billed, _move_invoices))
    register(Hanging("deals", _deals, "person", _opened, _move_deals))
    register(Hanging("says in deals", _roles, "person", _said, _move_roles))


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


def _deals(person_ids: Ids, _profile_ids: Ids) -> int:
    return Deal.objects.filter(person__in=person_ids).count()


def _opened(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = Deal.objects.filter(person__in=person_ids).order_by("pk")
    return [Thing(row.pk, f"Deal {row.title}", row.person_id) for row in rows if row.person_id is not None]


def _move_deals(moves: Sequence[Move]) -> set[int]:
    return {one.id for one in moves if Deal.objects.filter(pk=one.id, person=one.holder).update(person=one.to)}


def _roles(person_ids: Ids, _profile_ids: Ids) -> int:
    return DealRole.objects.filter(person__in=person_ids).count()


def _said(person_ids: Ids, _profile_ids: Ids) -> list[Thing]:
    rows = DealRole.objects.filter(person__in=person_ids).select_related("deal").order_by("pk")
    return [Thing(row.pk, f"{row.get_role_display()}: {row.deal.title}", row.person_id) for row in rows]


def _move_roles(moves: Sequence[Move]) -> set[int]:
    """A say that the other person has in the same deal already stays."""
    went = set()
    for one in moves:
        row = DealRole.objects.filter(pk=one.id, person=one.holder).first()
        if row is not None and not DealRole.objects.filter(deal=row.deal_id, person=one.to).exists():
            DealRole.objects.filter(pk=row.pk).update(person=one.to)
            went.add(row.pk)
    return went

"""Orders that staff or a program of theirs hand in: stored, put into the history of who bought, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.channels.models import Source
from mutuals.connectors.contract import Handle
from mutuals.history import own, tally
from mutuals.identity import cited
from mutuals.identity.remark import own_record
from mutuals.people import erased, profiles
from mutuals.people.models import Person, Profile
from mutuals.people.names import email_key
from mutuals.people.persons import Gone
from mutuals.sales import rollups
from mutuals.sales.models import Kind, Order
from mutuals.sales.orders import Counts, OrderIn, in_words, put
from mutuals.staff.models import User
from mutuals.staff.permissions import require


@dataclass(frozen=True, slots=True)
class Bought:
    """An order, and who bought: a person (their own record), or an address; neither where `order` names a profile."""

    order: OrderIn
    person: Person | None = None
    email: str = ""


@transaction.atomic
def take(bought: Sequence[Bought], *, source: Source | None, by: User, now: datetime) -> Counts:
    """Store orders, new or changed; the same again changes nothing.

    Refused: what `sales.orders.put` refuses, an unreadable address, a buyer who asked to be erased, or (Gone) just was.
    """
    require(by, "order.edit")
    gate.enter()
    addresses = {one.email: _address(one.email) for one in bought if one.email}
    if erased.which([("email", key) for key in addresses.values()]):
        raise ValueError("A buyer asked to be forgotten; such an order is kept out.")
    found = profiles.ensure([Handle("email", key, key) for key in set(addresses.values())], now=now)
    named = {one.order.profile_id for one in bought if one.order.profile_id}
    if Profile.objects.filter(pk__in=named).count() < len(named):
        raise Gone
    told = []
    for one in bought:
        number = one.order.profile_id
        if one.person is not None:
            number = own_record(one.person, now=now).pk
        elif one.email:
            number = found["email", addresses[one.email]].id
        told.append(replace(one.order, profile_id=number))
    done = put(told, source=source, now=now)
    note(done.changed, now=now)
    cited.bought(done.changed, now=now)
    holders = Profile.objects.filter(pk__in={row.profile_id for row in done.changed}).exclude(person=None)
    people = sorted(set(holders.values_list("person_id", flat=True)))
    rollups.recount(number for number in people if number)
    tally.recount([number for number in people if number])
    journal.note_many("order.put", [f"order:{row.pk}" for row in done.changed], by=by)
    return done


def _address(text: str) -> str:
    key = email_key(text)
    if not key:
        raise ValueError(f"“{text[:60]}” is not an address.")
    return key


def note(orders: Sequence[Order], *, now: datetime) -> None:
    """Put orders, with their lines fetched, into the history. Goods that moved without a customer are no contact."""
    own.orders(
        [
            own.OrderSeen(row.pk, row.source_id, row.profile_id, row.placed_at, in_words(row), row.status)
            for row in orders
            if row.kind != Kind.MOVEMENT
        ],
        now=now,
    )

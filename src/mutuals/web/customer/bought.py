"""What the tab of orders on a customer's page shows: the pattern, quotes, invoices and orders; one query a part."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from mutuals.people.models import Person, Profile
from mutuals.sales import pattern, queries
from mutuals.sales.models import Invoice, Quote
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.sales.quotes import mark

BASKET = 12
"""Articles that the panel names; the others are counted."""


def shown(viewer: User, person: Person, profiles: list[Profile]) -> dict[str, Any]:
    """For the template: orders with their lines, the pattern and where its figures lead, quotes and invoices."""
    ids = [one.pk for one in profiles]
    found = pattern.of(queries.bought_by(ids), today=timezone.localdate()) if may(viewer, "order.view") else None
    basket = found.basket if found else ()
    return {
        "orders": [(order, list(order.lines.all())) for order in queries.of_person(viewer, person)],
        "pattern": found,
        "basket": basket[:BASKET],
        "basket_more": max(len(basket) - BASKET, 0),
        "way": f"/sales/orders/?person={person.pk}",
        "offers": [(row, *mark(row)) for row in queries.of_profiles(Quote, viewer, ids, limit=10)],
        "bills": queries.of_profiles(Invoice, viewer, ids, limit=10),
        "may_order": may(viewer, "order.edit"),
        "may_quote": may(viewer, "quote.edit"),
    }

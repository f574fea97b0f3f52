"""What this room holds of one person: handed over, or parted from them."""

from __future__ import annotations

from typing import Any

from mutuals.people.privacy import Holder
from mutuals.sales.models import Order, OrderLine

KEPT = "Orders stay as amounts and products without a name, because accounts must be kept."


def export(who: Holder) -> dict[str, Any]:
    """Orders with their lines."""
    orders = Order.objects.filter(profile__in=who.profile_ids)
    lines = OrderLine.objects.filter(order__in=orders)
    return {
        "orders": list(orders.values("id", "number", "placed_at", "currency", "total", "status", "source__name")),
        "lines": list(lines.values("order_id", "position", "name", "product__sku", "quantity", "unit_price")),
    }


def erase(who: Holder) -> dict[str, int]:
    """Part the orders from the person; what was bought stays in the accounts."""
    return {"orders parted from the person": Order.objects.filter(profile__in=who.profile_ids).update(profile=None)}

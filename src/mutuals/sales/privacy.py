"""What this room holds of one person: handed over, or parted from them."""

from __future__ import annotations

from typing import Any

from mutuals.people.privacy import Holder
from mutuals.sales.invoices import blur
from mutuals.sales.models import Invoice, Order, OrderLine, Payment, Quote, QuoteLine, QuoteState

KEPT = (
    "Orders, invoices and accepted quotes stay as amounts and products without a name, because accounts must be kept."
)

GONE = "quotes erased"
TYPED = """
SELECT 'quote:' || id, 'words', by_id, words FROM sales_quote WHERE words <> ''
UNION ALL SELECT 'quote:' || q.id, 'line ' || l.position, q.by_id, l.name
    FROM sales_quoteline l JOIN sales_quote q ON q.id = l.quote_id
UNION ALL SELECT 'prices:' || id, 'name', NULL::bigint, name FROM sales_pricelist
UNION ALL SELECT 'product:' || id, 'name or category', NULL::bigint, concat_ws(' ', name, category) FROM sales_product
"""
"""What staff typed here, as `capture.typed` asks for it."""


def export(who: Holder) -> dict[str, Any]:
    """Orders, quotes and invoices, with their lines and payments."""
    orders = Order.objects.filter(profile__in=who.profile_ids)
    lines = OrderLine.objects.filter(order__in=orders)
    quotes = Quote.objects.filter(profile__in=who.profile_ids)
    offered = QuoteLine.objects.filter(quote__in=quotes)
    invoices = Invoice.objects.filter(profile__in=who.profile_ids)
    payments = Payment.objects.filter(invoice__in=invoices)
    paid = ("invoice_id", "paid_on", "amount", "method", "reference")
    billed = ("id", "number", "order_id", "issued_on", "due_on", "currency", "total", "paid", "source__name")
    told = ("id", "number", "currency", "discount", "total", "valid_until", "state", "words", "created_at", "order_id")
    return {
        "orders": list(
            orders.values("id", "number", "placed_at", "currency", "total", "status", "kind", "source__name")
        ),
        "lines": list(lines.values("order_id", "position", "name", "product__sku", "quantity", "unit_price", "kind")),
        "quotes": list(quotes.values(*told)),
        "quote lines": list(
            offered.values("quote_id", "position", "name", "product__sku", "quantity", "unit_price", "discount")
        ),
        "invoices": list(invoices.values(*billed)),
        "payments": list(payments.values(*paid)),
    }


def erase(who: Holder) -> dict[str, int]:
    """Part what was bought and billed from the person; it stays in the accounts. Offers that came to nothing go.

    The words on a quote and the reference of a payment are whatever somebody typed or a bank told: they go as well.
    """
    quotes = Quote.objects.filter(profile__in=who.profile_ids)
    invoices = Invoice.objects.filter(profile__in=who.profile_ids)
    told = {"orders parted from the person": Order.objects.filter(profile__in=who.profile_ids).update(profile=None)}
    gone = quotes.exclude(state=QuoteState.ACCEPTED).filter(organisation=None).delete()[1].get("sales.Quote", 0)
    parted = quotes.update(profile=None, words="")
    blur(Payment.objects.filter(invoice__in=invoices))
    billed = invoices.update(profile=None)
    more = {GONE: gone, "quotes parted from the person": parted, "invoices parted from the person": billed}
    return told | {name: number for name, number in more.items() if number}

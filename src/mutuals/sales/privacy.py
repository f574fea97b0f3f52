"""What this room holds of one person: handed over, or parted from them."""

from __future__ import annotations

from typing import Any

from mutuals.base import undo
from mutuals.base.models import Entry
from mutuals.people.privacy import Holder
from mutuals.sales.invoices import blur
from mutuals.sales.models import (
    Deal,
    DealLine,
    DealRole,
    Invoice,
    Order,
    OrderLine,
    Payment,
    Quote,
    QuoteLine,
    QuoteState,
)

KEPT = (
    "Orders, invoices and accepted quotes stay as amounts and products without a name, because accounts must be kept."
)

GONE, DEALS_GONE, SAYS_GONE = "quotes erased", "deals erased", "says in deals erased"
NOT_KEPT = (GONE, DEALS_GONE, SAYS_GONE)
"""What is counted and does not stay."""
TYPED = """
SELECT 'quote:' || id, 'words', by_id, words FROM sales_quote WHERE words <> ''
UNION ALL SELECT 'quote:' || q.id, 'line ' || l.position, q.by_id, l.name
    FROM sales_quoteline l JOIN sales_quote q ON q.id = l.quote_id
UNION ALL SELECT 'deal:' || id, 'title or reason', owner_id, concat_ws(' ', title, lost_reason) FROM sales_deal
UNION ALL SELECT 'deal:' || d.id, 'line ' || l.position, d.owner_id, l.name
    FROM sales_dealline l JOIN sales_deal d ON d.id = l.deal_id
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
    deals = Deal.objects.filter(person__in=who.person_ids)
    dealt = (
        "id", "title", "amount", "currency", "expected_on", "outcome", "lost_reason", "opened_at", "ended_at", "came_by",
        "custom",
    )  # fmt: skip
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
        "deals": list(deals.values(*dealt)),
        "deal lines": list(
            DealLine.objects.filter(deal__in=deals).values("deal_id", "position", "name", "quantity", "unit_price")
        ),
        "says in deals": list(DealRole.objects.filter(person__in=who.person_ids).values("deal_id", "role")),
    }


def erase(who: Holder) -> dict[str, int]:
    """Part what was bought and billed from the person; it stays in the accounts. Offers that came to nothing go.

    The words on a quote and the reference of a payment are whatever somebody typed or a bank told: they go as well.
    """
    quotes = Quote.objects.filter(profile__in=who.profile_ids)
    invoices = Invoice.objects.filter(profile__in=who.profile_ids)
    dealt = _erase_deals(who)
    told = {"orders parted from the person": Order.objects.filter(profile__in=who.profile_ids).update(profile=None)}
    gone = quotes.exclude(state=QuoteState.ACCEPTED).filter(organisation=None).delete()[1].get("sales.Quote", 0)
    parted = quotes.update(profile=None, words="")
    blur(Payment.objects.filter(invoice__in=invoices))
    billed = invoices.update(profile=None)
    more = dealt | {GONE: gone, "quotes parted from the person": parted, "invoices parted from the person": billed}
    return told | {name: number for name, number in more.items() if number}


def _erase_deals(who: Holder) -> dict[str, int]:
    """Deals with nobody else go; an organisation's stays without the person. Their say in others goes as well."""
    roles = DealRole.objects.filter(person__in=who.person_ids).delete()[0]
    deals = Deal.objects.filter(person__in=who.person_ids)
    alone = list(deals.filter(organisation=None).values_list("pk", flat=True))
    about = [f"deal:{number}" for number in alone]
    Entry.objects.filter(about__in=about).update(data={})
    undo.forget(about)
    gone = Deal.objects.filter(pk__in=alone).delete()[1].get("sales.Deal", 0)
    return {DEALS_GONE: gone, SAYS_GONE: roles, "deals parted from the person": deals.update(person=None)}

"""What they bought."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now, Upper

from mutuals.channels.models import Source
from mutuals.people.models import Organisation, Profile
from mutuals.sales.models.deals import Deal
from mutuals.sales.models.goods import Product

PLAIN = Func(F("number"), Value("[^0-9A-Za-z]+"), Value(""), Value("g"), function="regexp_replace")
"""A number without all that is neither letter nor digit."""


class Kind(models.TextChoices):
    """What a line is. Totals are over all of them; what somebody bought, and how often, is told by sales alone."""

    SALE = "sale", "Sale"
    RETURN = "return", "Return"
    ADJUSTMENT = "adjustment", "Adjustment"  # a correction of the books: bad debt, a fee
    MOVEMENT = "movement", "Stock movement"  # goods that went or came without a customer: broken, counted, sampled


class Order(models.Model):
    """One purchase. It hangs on the profile it came in by: a shop's customer number, an address, or an own record.

    Its kind is that of its lines: a sale where one of them is, else a return, else an adjustment, else a movement.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="orders")
    number = models.CharField(max_length=80)
    profile = models.ForeignKey(Profile, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders"
    )
    deal = models.ForeignKey(
        Deal, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders", db_index=False
    )
    gives_back = models.ForeignKey(  # of which order these goods came back
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="returns", db_index=False
    )
    placed_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    status = models.CharField(max_length=20, blank=True)  # as the shop says: paid, sent, returned
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SALE, db_default=Kind.SALE)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="order_number", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(number=""), name="order_has_number"),
        ]
        indexes = [
            models.Index(fields=["profile", "-placed_at", "-id"], name="order_by_profile"),
            models.Index(Upper(PLAIN), name="order_reference"),  # for numbers as customers write them
            models.Index(fields=["-placed_at", "-id"], name="order_by_day"),
            models.Index(
                fields=["organisation", "-placed_at", "-id"],
                name="order_by_organisation",
                condition=Q(organisation__isnull=False),
            ),
            models.Index(fields=["deal", "-id"], name="order_by_deal", condition=Q(deal__isnull=False)),
            models.Index(fields=["gives_back", "id"], name="order_returns", condition=Q(gives_back__isnull=False)),
            models.Index(fields=["kind", "-placed_at", "-id"], name="order_not_a_sale", condition=~Q(kind="sale")),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One position of an order. Quantities of returns are below zero, so that totals add up."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")
    name = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SALE, db_default=Kind.SALE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="line_position")]
        indexes = [models.Index(fields=["name"], name="line_article")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.name}"

"""What was offered."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mutuals.people.models import Organisation, Profile
from mutuals.sales.models.bought import Order
from mutuals.sales.models.deals import Deal
from mutuals.sales.models.goods import Product
from mutuals.staff.models import User


class QuoteState(models.TextChoices):
    """How far a quote has come. Expired is never stored: a sent quote whose last day is over *is* expired."""

    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"


class Quote(models.Model):
    """An offer to somebody's own record, to an organisation, or to a person of one. `discount` is percent of all lines."""

    number = models.CharField(max_length=80, unique=True)
    profile = models.ForeignKey(Profile, on_delete=models.SET_NULL, null=True, blank=True, related_name="quotes")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="quotes"
    )
    deal = models.ForeignKey(
        Deal, on_delete=models.SET_NULL, null=True, blank=True, related_name="quotes", db_index=False
    )
    currency = models.CharField(max_length=3)
    discount = models.DecimalField(max_digits=5, decimal_places=2, default=0, db_default=0)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    valid_until = models.DateField(null=True, blank=True)  # the last day on which it can be accepted
    state = models.CharField(max_length=10, choices=QuoteState.choices, default=QuoteState.DRAFT)
    words = models.CharField(max_length=2000, blank=True)
    order = models.OneToOneField(Order, on_delete=models.SET_NULL, null=True, blank=True, related_name="quote")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="quote_has_number"),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=100), name="quote_discount"),
        ]
        indexes = [
            models.Index(fields=["profile", "-id"], name="quote_by_profile"),
            models.Index(fields=["organisation", "-id"], name="quote_by_organisation"),
            models.Index(fields=["state", "-id"], name="quote_by_state"),
            models.Index(fields=["valid_until", "id"], name="quote_by_until", condition=Q(valid_until__isnull=False)),
            models.Index(fields=["deal", "-id"], name="quote_by_deal", condition=Q(deal__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    def state_on(self, day: date) -> QuoteState:
        """The state on a day, with what has expired by then."""
        state = QuoteState(self.state)
        is_over = self.valid_until is not None and day > self.valid_until
        return QuoteState.EXPIRED if state is QuoteState.SENT and is_over else state


class QuoteLine(models.Model):
    """One position of a quote; `discount` is percent of this line, before that of the whole."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount = models.DecimalField(max_digits=5, decimal_places=2, default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quote", "position"], name="quote_line_position"),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=100), name="quote_line_discount"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.name}"

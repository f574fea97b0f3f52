"""What was billed and paid, as facts that somebody entered or a file told; Mutuals keeps no accounts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mutuals.channels.models import Source
from mutuals.people.models import Organisation, Profile
from mutuals.sales.models.bought import Order


class Invoice(models.Model):
    """One bill. `paid` is the sum of its payments, refunds taken off; what is open is the total less that."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices")
    number = models.CharField(max_length=80)
    profile = models.ForeignKey(Profile, on_delete=models.SET_NULL, null=True, blank=True, related_name="invoices")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="invoices"
    )
    order = models.ForeignKey(Order, on_delete=models.SET_NULL, null=True, blank=True, related_name="invoices")
    issued_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    paid = models.DecimalField(max_digits=14, decimal_places=2, default=0, db_default=0)
    open = models.GeneratedField(
        expression=F("total") - F("paid"),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="invoice_number", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(number=""), name="invoice_has_number"),
        ]
        indexes = [
            models.Index(fields=["profile", "-issued_on", "-id"], name="invoice_by_profile"),
            models.Index(fields=["organisation", "-issued_on", "-id"], name="invoice_by_organisation"),
            models.Index(fields=["due_on", "id"], name="invoice_still_open", condition=Q(open__gt=0)),
            models.Index(fields=["due_on", "id"], name="invoice_by_due", condition=Q(due_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """Money that came for an invoice, or went back (below zero: a refund). `reference` is the payer's or the bank's."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="payments")
    paid_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    method = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=120)  # the same one for the same invoice is the same payment
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "reference"], name="payment_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="payment_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.paid_on}"

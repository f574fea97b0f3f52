"""What is sold, and for how much to whom."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mutuals.people.models import Organisation


class Product(models.Model):
    """Something that can be bought. One that is not active is kept for what was bought, and not offered any more."""

    sku = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=80, blank=True, default="", db_default="")
    unit = models.CharField(max_length=20, blank=True, default="", db_default="")  # piece, kg, hour
    is_active = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["category", "id"], name="product_by_category")]

    def __str__(self) -> str:
        return self.name


class PriceList(models.Model):
    """Prices in one currency, from a day to a day (both included; null = open), for one organisation or for everybody."""

    name = models.CharField(max_length=120, unique=True)
    currency = models.CharField(max_length=3)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="price_lists"
    )  # null = everybody
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="price_list_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """What one unit of a product costs by one price list."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="prices")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices")
    amount = models.DecimalField(max_digits=14, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["price_list", "product"], name="price_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} in {self.price_list_id}"


class Selling(models.Model):
    """How this house sells, one row: to organisations only, or to people as well. The data are the same either way."""

    id = models.SmallIntegerField(primary_key=True, default=1, db_default=1)
    to_people = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="selling_one_row")]

    def __str__(self) -> str:
        return "people and organisations" if self.to_people else "organisations only"

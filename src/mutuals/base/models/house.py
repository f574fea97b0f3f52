"""How the house counts: its currency, zone and week, the rates of days, and when people work."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class House(models.Model):
    """The one row that says what holds where nobody said otherwise."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    currency = models.CharField(max_length=3, default="EUR", db_default="EUR")
    zone = models.CharField(max_length=50, default="UTC", db_default="UTC")
    first_weekday = models.SmallIntegerField(default=0, db_default=0)  # 0 = Monday
    language = models.CharField(max_length=12, default="en", db_default="en")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="house_is_one"),
            models.CheckConstraint(condition=Q(first_weekday__range=(0, 6)), name="house_week_has_seven_days"),
        ]

    def __str__(self) -> str:
        return f"{self.currency}, {self.zone}"


class Rate(models.Model):
    """What one unit of `currency` is worth in `against` from a day on, and who says so: a bank, a file, a colleague.

    `against` is the house's currency when it was told, so that rates stay true when the house takes another currency.
    """

    currency = models.CharField(max_length=3)
    against = models.CharField(max_length=3)
    on_day = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "against", "on_day"], name="rate_of_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_is_something"),
            models.CheckConstraint(condition=~Q(currency=models.F("against")), name="rate_is_of_two"),
        ]
        indexes = [models.Index(fields=["-on_day", "-id"], name="rate_newest")]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate.normalize():f} {self.against}"


class Calendar(models.Model):
    """When people work, under a name by which processes ask for it. `wording` is new each time."""

    name = models.CharField(max_length=60, unique=True)
    zone = models.CharField(max_length=50)
    wording = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.name


class Window(models.Model):
    """Working time of a weekday (0 = Monday); one that ends at or before its start ends on the next day."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="windows", db_index=False)
    weekday = models.SmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "weekday", "starts"], name="window_once"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="window_on_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}–{self.ends:%H:%M}"


class Holiday(models.Model):
    """A day that is otherwise: closed, half, or with `windows` of its own as [["09:00", "12:00"]]."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays", db_index=False)
    on_day = models.DateField()
    words = models.CharField(max_length=120, blank=True)
    is_half = models.BooleanField(default=False, db_default=False)
    windows = models.JSONField(default=list, db_default=[])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "on_day"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.on_day} {self.words}"

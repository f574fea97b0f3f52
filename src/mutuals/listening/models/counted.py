"""Coarser counts beside `Count`, written by the same statements, so that long stretches of much talk are read in no time.

`Count` has a row for each hour and mixture; ten million mentions make hundreds of thousands of them. Here rows are only
added, never changed, so that no two who write wait for each other; whoever reads adds them up, and `mentions.fold` puts
those of one key together (`is_new` = not yet).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mutuals.listening.models.topic import Counted, Mixture

ANY = "*"
"""In place of a network or a language: all of them."""


class Hourly(Counted):
    """How many mentions of a mood a version has in an hour: what curves are drawn from."""

    hour = models.DateTimeField()
    by_customers = models.IntegerField()
    is_new = models.BooleanField()

    class Meta:
        abstract = True


class Pulse(Hourly):
    """The curve of all mentions of a version."""

    class Meta:
        indexes = [
            models.Index(fields=["version", "hour"], name="pulse_at"),
            models.Index(fields=["version", "hour"], name="pulse_new", condition=Q(is_new=True)),
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.mood} at {self.hour}"


class Strand(Hourly):
    """The curve of one network, of one language, and of one network in one language: ANY stands for all of them.

    A mention is part of three rows, so these may only be added up with both columns held.
    """

    network = models.CharField(max_length=30)
    language = models.CharField(max_length=12)

    class Meta:
        indexes = [
            models.Index(
                fields=["version", "network", "language", "hour"],
                include=["mood", "n", "by_customers"],
                name="strand_at",
            ),
            models.Index(
                fields=["version", "network", "language", "hour"], name="strand_new", condition=Q(is_new=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.mood} of {self.network} in {self.language} at {self.hour}"


class Day(Mixture):
    """The same as `Count` for whole days of UTC; the ends of a stretch, whose days begin elsewhere, are read from hours."""

    day = models.DateTimeField()
    is_new = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["version", "day"], name="day_at"),
            models.Index(fields=["version", "day"], name="day_new", condition=Q(is_new=True)),
        ]

    def __str__(self) -> str:
        return f"{self.n} on {self.day}"

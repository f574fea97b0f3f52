"""What the reader learns from staff: its versions, what was asked, what phrases mean here, and history that is read again."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from mutuals.staff.models import User


class Lesson(models.Model):
    """A version of the reader, or an attempt at one. Number 0 is the reader as it came.

    `weights` is what was learned, without texts (`text.refit.saved`); None: as it came, not taken, or older than those kept.
    `corrections` are the numbers of those it learned from; `figures`, by head, how it did beside the one before.
    """

    number = models.IntegerField(unique=True)
    name = models.CharField(max_length=40)
    base = models.CharField(max_length=40)
    is_taken = models.BooleanField()
    is_used = models.BooleanField(default=False)
    is_held = models.BooleanField(default=False)  # somebody went back to it: nothing is learned by itself
    weights = models.BinaryField(null=True)
    corrections = ArrayField(models.BigIntegerField(), default=list)
    figures = models.JSONField(default=dict)
    because = models.CharField(max_length=20)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_used"], name="lesson_used", condition=Q(is_used=True)),
            models.CheckConstraint(condition=Q(is_used=False) | Q(is_taken=True), name="lesson_used_taken"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}" if self.number else "as it came"


class Question(models.Model):
    """One that somebody was asked. `told` "" = skipped; `is_random`: asked by chance, not because the reader was unsure."""

    interaction_id = models.BigIntegerField(primary_key=True)
    is_random = models.BooleanField()
    was = models.CharField(max_length=8)
    told = models.CharField(max_length=8, blank=True)
    version = models.CharField(max_length=40)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.interaction_id}: {self.told or 'skipped'}"


class Saying(models.Model):
    """What a phrase means here, before any reader is asked. One that ended is never opened again: the next is a new row."""

    words = models.CharField(max_length=100)
    label = models.CharField(max_length=8)
    value = models.CharField(max_length=10)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["words", "label"], name="saying_once", condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"“{self.words}” means {self.value}"


class Rereading(models.Model):
    """How far history is read again by another version: numbers below are still to come."""

    below = models.BigIntegerField()
    began_below = models.BigIntegerField()
    read = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.read} read again, below {self.below}"

"""What was understood of one message, what staff said instead, and how far the readers are."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from mutuals.staff.models import User


class Reading(models.Model):
    """What was understood of one interaction. No row = not read yet; mood "" = read, and there was nothing to read.

    Shares of the three moods are in thousandths. `corrected` names what staff said themselves: no reader changes that again.
    `print` is the mark of near-doubles (`text.alike`), a 64-bit number as PostgreSQL holds one; None = no words.
    """

    interaction_id = models.BigIntegerField(primary_key=True)
    language = models.CharField(max_length=12)
    mood = models.CharField(max_length=8)
    negative = models.SmallIntegerField()
    neutral = models.SmallIntegerField()
    positive = models.SmallIntegerField()
    emotion = models.CharField(max_length=8)
    intents = ArrayField(models.CharField(max_length=10), default=list)
    urgency = models.CharField(max_length=9)
    print = models.BigIntegerField(null=True)
    version = models.CharField(max_length=40)
    corrected = ArrayField(models.CharField(max_length=8), default=list, db_default=[])

    def __str__(self) -> str:
        return f"{self.mood or 'nothing to read'} {self.interaction_id}"


class Correction(models.Model):
    """What staff said of one label. It wins over the machine for good; `ended_at` = it was taken back."""

    interaction_id = models.BigIntegerField()
    label = models.CharField(max_length=8)  # mood, emotion, intents, urgency
    was = models.CharField(max_length=100)  # as JSON: what the machine had said
    now = models.CharField(max_length=100)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interaction_id", "label"], name="correction_once", condition=Q(ended_at=None)
            )
        ]
        indexes = [models.Index(F("at").desc(), name="correction_newest")]

    def __str__(self) -> str:
        return f"{self.label} {self.now} of {self.interaction_id}"


class Backlog(models.Model):
    """How far the reading of history is, of what came before there was a reader: numbers below are still to come."""

    below = models.BigIntegerField()
    began_below = models.BigIntegerField()
    read = models.BigIntegerField(default=0)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.read} read, below {self.below}"


class Heard(models.Model):
    """The names of the topics that an interaction met, one row each, as conditions ask for them (a view).

    What was said to be noise, or read as spam, met none.
    """

    interaction_id = models.BigIntegerField(primary_key=True)
    topics = ArrayField(models.CharField(max_length=80))

    class Meta:
        managed = False
        db_table = "listening_heard"

    def __str__(self) -> str:
        return f"{self.interaction_id}: {self.topics}"

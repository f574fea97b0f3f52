"""What pillars read in the stream: cues with what people said of them, words that are looked for, and how high the bar is."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mutuals.listening.pillar.pillars import Way
from mutuals.staff.models import User


class Cue(models.Model):
    """A way of reading found something in an interaction. Chance and strength are in thousandths, see `pillars`.

    `is_right` is what somebody said of it, None = nobody did; `taken_by` works on it.
    """

    way = models.CharField(max_length=10, choices=Way.choices)
    interaction_id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    is_met = models.BooleanField()
    chance = models.SmallIntegerField()
    strength = models.SmallIntegerField()
    is_right = models.BooleanField(null=True)
    judged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    judged_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interaction_id", "way"], name="cue_once")]
        indexes = [
            models.Index("way", F("occurred_at").desc(), F("interaction_id").desc(), name="cue_stream"),
            models.Index(fields=["way", "judged_at"], name="cue_judged", condition=Q(judged_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.way} in {self.interaction_id}"


class PillarWords(models.Model):
    """The words of a way in one language, instead of those that come with Mutuals; "" = none are looked for."""

    way = models.CharField(max_length=10, choices=Way.choices)
    language = models.CharField(max_length=12, blank=True)  # "" = whatever the language
    words = models.CharField(max_length=2_000, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["way", "language"], name="pillar_words_once")]

    def __str__(self) -> str:
        return f"{self.way} {self.language}"


class Bar(models.Model):
    """How strong a cue must be to be shown, moved by verdicts: the newest that was not undone counts."""

    way = models.CharField(max_length=10, choices=Way.choices)
    was = models.SmallIntegerField()
    value = models.SmallIntegerField()
    right = models.IntegerField()  # of the cues at or above it that were judged until then
    judged = models.IntegerField()
    at = models.DateTimeField()
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("way", F("at").desc(), name="bar_newest")]

    def __str__(self) -> str:
        return f"{self.way} from {self.was} to {self.value}"

"""How somebody speaks of us, or that they do not."""

from __future__ import annotations

from django.db import models


class Stance(models.TextChoices):
    """What a person's words of us come to. Silence is one of them."""

    PROMOTER = "promoter", "Promoter"
    TURNED = "turned", "Turned negative"
    POSITIVE = "positive", "Positive"
    NEGATIVE = "negative", "Negative"
    NEUTRAL = "neutral", "Neutral or mixed"
    SILENT = "silent", "Silent for 60 days though active elsewhere"
    AWAY = "away", "Not heard of at all for 60 days"
    NEVER = "never", "Never spoke of us"


class Standing(models.Model):
    """One person's stance with the counts that it rests on, reckoned each night. No row = not reckoned yet.

    `spoke_at`: when they last said something to us or of us; `active_at`: when they last did anything that we know of.
    """

    person_id = models.BigIntegerField(primary_key=True)
    stance = models.CharField(max_length=8, choices=Stance.choices)
    positive = models.IntegerField(default=0)
    negative = models.IntegerField(default=0)
    said = models.IntegerField(default=0)
    spoke_at = models.DateTimeField(null=True)
    active_at = models.DateTimeField(null=True)
    reckoned_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["stance", "person_id"], name="standing_of")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.stance}"

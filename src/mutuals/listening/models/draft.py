"""How our own posts did, what is expected of drafts by that, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mutuals.channels.models import Channel
from mutuals.staff.models import User


class Learned(models.Model):
    """What the posts of a channel taught; `held` is forecast.Learned as JSON, {} where they were too few."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, primary_key=True, related_name="+")
    posts = models.IntegerField()
    held = models.JSONField(default=dict)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.posts} posts of {self.channel_id}"


class Forecast(models.Model):
    """A comparison of drafts for a channel at a time. `curves`: audience -> what hours and chance bring, see forecast.Curve.

    `audience` is a condition of people beside the usual audiences, None = none; {} in `curves` = too few posts to say anything.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    zone = models.CharField(max_length=50)
    audience = models.JSONField(null=True)
    audience_words = models.CharField(max_length=300, blank=True)
    posts = models.IntegerField()
    curves = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(F("made_at").desc(), name="forecast_newest")]

    def __str__(self) -> str:
        return f"{self.channel} {self.at}"


class Draft(models.Model):
    """One of them: what is expected by audience, the post it became, and what came of that.

    low, middle, high and usual are reactions in the first seven days, as they were expected for the hour at which it was
    published; they stand since it was tied, `counted` since it was scored.
    """

    forecast = models.ForeignKey(Forecast, on_delete=models.CASCADE, related_name="drafts")
    place = models.SmallIntegerField()
    text = models.TextField()
    has_media = models.BooleanField(default=False)
    base = models.JSONField(default=dict)
    why = models.JSONField(default=list)
    interaction_id = models.BigIntegerField(null=True, unique=True)
    by_hand = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)
    low = models.FloatField(null=True)
    middle = models.FloatField(null=True)
    high = models.FloatField(null=True)
    usual = models.FloatField(null=True)
    counted = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["forecast", "place"], name="draft_place")]
        indexes = [
            models.Index(
                fields=["published_at"], name="draft_unscored", condition=Q(counted=None, published_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{'ABCDEF'[self.place]} of {self.forecast_id}"

"""What belongs together: a thread in one place, in both directions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mutuals.channels.models import Channel, Source
from mutuals.people.models import Profile


class Conversation(models.Model):
    """Interactions that belong together. `key` is the network's key of the root, which may not have arrived yet."""

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="conversations", null=True, blank=True, db_index=False
    )
    key = models.CharField(max_length=512)
    network = models.CharField(max_length=30)
    channel = models.ForeignKey(
        Channel, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    opener = models.ForeignKey(
        Profile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    subject = models.CharField(max_length=300, blank=True)
    snippet = models.CharField(max_length=200, blank=True)  # start of the newest text
    is_public = models.BooleanField(default=False)
    message_count = models.IntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())
    last_in_at = models.DateTimeField(null=True, blank=True)
    last_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="conversation_key")]
        indexes = [
            models.Index(fields=["opener"], name="conversation_opener"),
            models.Index(fields=["channel"], name="conversation_channel", condition=Q(channel__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.subject or self.snippet or f"Conversation {self.pk}"


class Anchor(models.Model):
    """Which conversation a message key belongs to, for those that are not its root."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=512)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="anchors")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="anchor_key")]

    def __str__(self) -> str:
        return self.key

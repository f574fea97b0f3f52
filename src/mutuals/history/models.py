"""The one contact history."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mutuals.base.models import Blob
from mutuals.channels.models import Channel, Source
from mutuals.conversations.models import Conversation
from mutuals.people.models import Profile
from mutuals.staff.models import User


class Direction(models.TextChoices):
    """Who speaks to whom."""

    IN = "in", "From them"
    OUT = "out", "From us"
    NOTE = "note", "Among us"


class Status(models.TextChoices):
    """How far an interaction has come."""

    RECEIVED = "received", "Received"
    QUEUED = "queued", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"
    UNKNOWN = "unknown", "Sent, but not confirmed"
    CANCELLED = "cancelled", "Taken back before it was sent"
    DELETED = "deleted", "Deleted by its author"
    NOTED = "noted", "Noted"


class Interaction(models.Model):
    """One thing that somebody said or did with us, in our terms.

    Nothing may point at this table by foreign key, so that it can be split by time later. `profile` null = author
    unknown, never an invented one. `about` is the text key of the row with the details ("order:12").
    """

    source = models.ForeignKey(
        Source,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    key = models.CharField(max_length=512)
    revision = models.CharField(max_length=80, blank=True)
    profile = models.ForeignKey(
        Profile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    channel = models.ForeignKey(
        Channel,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    network = models.CharField(max_length=30)
    kind = models.CharField(max_length=12)
    direction = models.CharField(max_length=4, choices=Direction.choices)
    status = models.CharField(max_length=10, choices=Status.choices)
    is_public = models.BooleanField()
    visibility = models.CharField(max_length=20, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    reply_to = models.CharField(max_length=512, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=12, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    purpose = models.CharField(max_length=20, blank=True, db_default="")
    outcome = models.CharField(max_length=20, blank=True, db_default="")
    about = models.CharField(max_length=60, blank=True, db_default="")
    error = models.CharField(max_length=500, blank=True, db_default="")
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="interaction_key")]
        indexes = [
            models.Index("profile", F("occurred_at").desc(), F("id").desc(), name="interaction_timeline"),
            models.Index("conversation", F("occurred_at").desc(), F("id").desc(), name="interaction_thread"),
            models.Index(F("occurred_at").desc(), F("id").desc(), name="interaction_newest"),
            GinIndex(
                OpClass(SearchVector("subject", "text", config="simple"), "tsvector_ops"), name="interaction_words"
            ),
            BrinIndex(fields=["occurred_at"], name="interaction_when", pages_per_range=32, autosummarize=True),
            models.Index(fields=["about"], name="interaction_about", condition=~Q(about="")),
            models.Index(
                "channel", F("occurred_at").desc(), name="interaction_published",
                condition=Q(direction="out", kind__in=["post", "article"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Revision(models.Model):
    """What an edited interaction said before."""

    interaction_id = models.BigIntegerField(db_index=True)
    revision = models.CharField(max_length=80, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    until = models.DateTimeField()  # when the next wording came

    def __str__(self) -> str:
        return f"{self.interaction_id} until {self.until}"


class Attachment(models.Model):
    """A file that came or went with an interaction: kept bytes, or an address only."""

    interaction_id = models.BigIntegerField(db_index=True)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField(default=0)
    url = models.CharField(max_length=1000, blank=True)
    description = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name


class Tombstone(models.Model):
    """A key that was deleted out there. It keeps a later backfill from bringing the text back, whatever comes first."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=512)
    at = models.DateTimeField()
    reason = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="tombstone_key")]

    def __str__(self) -> str:
        return self.key

"""Where we listen and speak: sources, and our own presences on them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from mutuals.staff.models import Pillar, Team, User


class SourceState(models.TextChoices):
    """Whether a source may be drawn from."""

    DRAFT = "draft", "Being set up"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    NEEDS_AUTH = "needs_auth", "Needs to be signed in again"


class Health(models.TextChoices):
    """What the last attempts say."""

    UNKNOWN = "unknown", "Not tried yet"
    OK = "ok", "Healthy"
    DEGRADED = "degraded", "Some attempts fail"
    RATE_LIMITED = "rate_limited", "Waiting for the network's limit"
    NEEDS_AUTH = "needs_auth", "Sign-in expired"
    DOWN = "down", "Not reachable"


class Source(models.Model):
    """A tap we may draw from: a mailbox, an account, a feed, a hook or an imported file."""

    connector = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=SourceState.choices, default=SourceState.DRAFT)
    settings = models.JSONField(default=dict, blank=True)  # no secrets
    purpose = models.CharField(
        max_length=300, blank=True
    )  # which objective it serves; empty shows as "no purpose stated"
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    stand_in = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")  # whose queue
    legal_basis = models.CharField(max_length=200, blank=True)
    data_class = models.CharField(max_length=60, blank=True)
    retention_days = models.PositiveIntegerField(default=730)
    raw_days = models.PositiveIntegerField(default=90)  # how long bytes are kept as they came
    went_live_anyway = models.CharField(max_length=300, blank=True)  # reason given when governance was incomplete
    health = models.CharField(max_length=12, choices=Health.choices, default=Health.UNKNOWN)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_item_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    auth_failures = models.PositiveSmallIntegerField(default=0, db_default=0)  # refused sign-ins in a row
    next_try_at = models.DateTimeField(null=True, blank=True)
    refused_hooks = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="source_name")]

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """Our own presence on a source: who we are there, for which pillar, and who may speak as it."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="channels")
    network = models.CharField(max_length=30)
    key = models.CharField(max_length=512)  # the network's immutable id of our account
    name = models.CharField(max_length=200)  # as shown: @kettleworks_care
    pillar = models.CharField(max_length=12, choices=Pillar.choices, blank=True)
    brand = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=12, blank=True)
    purpose = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stand_in = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    hours = models.JSONField(default=dict, blank=True)  # {"zone": "Europe/Lisbon", "mon": [["09:00", "17:00"]], ...}
    response_minutes = models.PositiveIntegerField(null=True, blank=True)
    speakers = models.ManyToManyField(User, related_name="speaks_as", blank=True)
    speaker_teams = models.ManyToManyField(Team, related_name="speaks_as", blank=True)
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "network", "key"], name="channel_key")]

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """The secrets of a source: one Fernet token under the newest key, so a database copy alone opens nothing."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="credential")
    sealed = models.BinaryField()
    changed_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Credentials of {self.source_id}"


class Bucket(models.Model):
    """How many calls an account has left for a group of endpoints; shared by all processes."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="buckets")
    group = models.CharField(max_length=60)
    left = models.FloatField()
    counted_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "group"], name="bucket_group")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.group}"

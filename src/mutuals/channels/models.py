"""Where we listen and speak: sources, and our own presences on them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
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


class Hook(models.Model):
    """A program of others that is told what happens here: each entry of the journal whose kind is asked for, signed.

    `kinds` are kinds, or families such as "deal.*"; "*" is all. `failing_since` is when nothing was taken any more, null while
    all is well; `next_try_at` holds everything of it back until then. `paused` says in words why it stands still, "" = it runs.
    """

    name = models.CharField(max_length=120, unique=True)
    url = models.CharField(max_length=500)
    sealed = models.BinaryField()  # the secret that deliveries are signed with
    kinds = ArrayField(models.CharField(max_length=60))
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    paused = models.CharField(max_length=300, blank=True, default="", db_default="")
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, db_default=0)  # in a row
    next_try_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class HookDelivery(models.Model):
    """Some entries on their way to a hook: one POST. What they say is read when it leaves, so that erased words never do."""

    class State(models.TextChoices):
        """How far it came."""

        WAITING = "waiting", "Waiting"
        SENT = "sent", "Taken"
        FAILED = "failed", "Given up"

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    key = models.UUIDField(unique=True)
    entries = ArrayField(models.BigIntegerField())  # ids of the journal; none: a test
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # what was answered last
    took_ms = models.PositiveIntegerField(null=True, blank=True)
    said = models.CharField(max_length=300, blank=True, default="", db_default="")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["hook", "id"], name="hook_waiting", condition=Q(state="waiting")),
            models.Index(fields=["hook", "-id"], name="hook_newest"),
            models.Index(fields=["changed_at"], name="hook_old", condition=~Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.key} to {self.hook_id}"


class HookPlace(models.Model):
    """How far the journal was told to hooks: one row. See `base.reading.Place`."""

    horizon = models.BigIntegerField(default=0)
    entry = models.BigIntegerField(default=0)
    until = models.BigIntegerField(default=0)
    after = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.entry}"

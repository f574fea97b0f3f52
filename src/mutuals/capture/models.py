"""What arrived, as it came, and what is waiting to leave."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mutuals.base.models import Batch, BatchState, Blob
from mutuals.channels.models import Channel, Source
from mutuals.staff.models import User


class RawState(models.TextChoices):
    """How far a raw event has come."""

    RECEIVED = "received", "Waiting"
    DONE = "done", "Done"
    IGNORED = "ignored", "Nothing in it for us"
    REFUSED = "refused", "Kept out: its author was erased"
    PARKED = "parked", "Put aside"
    DROPPED = "dropped", "Dropped by staff"


class RawEvent(models.Model):
    """Bytes as a network gave them. The pair of source and key makes a doubled delivery one."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=600)
    kind = models.CharField(max_length=60, blank=True)
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=RawState.choices, default=RawState.RECEIVED, db_default="received")
    reason = models.CharField(max_length=500, blank=True, db_default="")
    attempts = models.SmallIntegerField(default=0, db_default=0)
    is_history = models.BooleanField(default=False, db_default=False)  # brought in to be known; opens no work
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="raw_key")]
        indexes = [
            models.Index(fields=["source", "id"], name="raw_waiting", condition=Q(state="received")),
            models.Index(fields=["-id"], name="raw_parked", condition=Q(state="parked")),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.key}"


class Pace(models.Model):
    """How many messages of a source were kept, by the quarter of an hour in which they arrived."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot = models.DateTimeField()
    kept = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slot", "source"], name="pace_slot")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.slot:%Y-%m-%d %H:%M}: {self.kept}"


class Cursor(models.Model):
    """How far a stream of a source was read; written in the transaction of the raws it follows."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="cursors")
    stream = models.CharField(max_length=60)
    value = models.JSONField(default=dict)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "stream"], name="cursor_stream")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.stream}"


class SendState(models.TextChoices):
    """How far something on its way out has come. `sent` never falls back."""

    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"
    UNKNOWN = "unknown", "Not confirmed"
    CANCELLED = "cancelled", "Taken back"


class Outgoing(models.Model):
    """One thing to do out there, saved before anything leaves. `key` is the idempotency key that the network is given."""

    key = models.UUIDField(unique=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    do = models.CharField(max_length=10)
    interaction_id = models.BigIntegerField(null=True, blank=True, db_index=True)  # the row this carries or changes
    action = models.JSONField()  # what `connectors.contract.Action` needs
    state = models.CharField(max_length=10, choices=SendState.choices, default=SendState.QUEUED)
    attempts = models.SmallIntegerField(default=0)
    first_try_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField()  # undo is possible until then
    receipt = models.JSONField(default=dict, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], name="outgoing_due", condition=Q(state__in=["queued", "sending"])),
            models.Index(fields=["-id"], name="outgoing_trouble", condition=Q(state__in=["failed", "unknown"])),
        ]

    def __str__(self) -> str:
        return f"{self.do} {self.key}"


class ImportState(models.TextChoices):
    """How far an import has come."""

    UPLOADED = "uploaded", "Uploaded"
    CHECKING = "checking", "Being checked"
    READY = "ready", "Ready to run"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Stopped"


class Import(models.Model):
    """One file on its way in: what it is, how its columns map, what the preview said and what came of it."""

    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")  # null = erased with somebody
    file_name = models.CharField(max_length=200)
    target = models.CharField(
        max_length=60
    )  # people, deals, ..: see `connectors.files.fields`; or a kind of the house's own
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="imports")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sniffed = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)  # column -> field
    options = models.JSONField(default=dict)  # see `imports.begin.OPTIONS`
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    preview = models.JSONField(default=dict)  # {"new": 9, "updated": 1, "same": 0, "doubtful": 0, "errors": 0}
    counts = models.JSONField(default=dict)  # the same, as it came out
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    # what its run wrote (`imports.written`); null = it has not run, or ran before runs were written down
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, blank=True, related_name="imports")
    # the import whose left out rows alone these are
    rerun_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reruns")

    def __str__(self) -> str:
        return self.file_name

    @property
    def undoing(self) -> str:
        """ "undoing" or "undone" where it is taken back, else ""; reads its batch."""
        state = self.batch.state if self.batch else ""
        return state if state in (BatchState.UNDOING, BatchState.UNDONE) else ""

    @property
    def left_out(self) -> int:
        """How many rows of a run were not taken: errors and doubts."""
        return int(self.counts.get("errors", 0)) + int(self.counts.get("doubtful", 0))


class ImportTrouble(models.Model):
    """A row that was not taken as it stands: an error, or a doubt for a person to settle."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="troubles")
    number = models.BigIntegerField()  # row number in the file, from 1
    is_doubt = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    row = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="trouble_row")]

    def __str__(self) -> str:
        return f"row {self.number}: {self.reason}"


class RememberedMapping(models.Model):
    """How a file with these column names was mapped last time."""

    target = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)  # SHA-256 of the column names in order
    mapping = models.JSONField()
    options = models.JSONField(default=dict)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["target", "digest"], name="mapping_once")]

    def __str__(self) -> str:
        return f"{self.target} {self.digest[:8]}"


class Brought(models.Model):
    """Which of our records a number of another system is, and what its files said of it last.

    `key` is the number, or a digest of what a row without one is known by. `about` is a text key ("deal:5"). `told` holds
    digests alone, by field, so that nothing which somebody wrote stands here: a file that says the same as last time changes
    nothing, and what staff changed since stays.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    record = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    about = models.CharField(max_length=80, db_index=True)
    told = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "record", "key"], name="brought_key")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.record} {self.key}: {self.about}"

"""What went past, counted as batches end, so that no screen counts messages; what somebody takes out; and reports."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mutuals.base.models import Blob
from mutuals.channels.models import Source
from mutuals.staff.models import Pillar, Team, User


class Passage(models.Model):
    """What of one source arrived in a quarter of an hour, and how far it came; counted from the rows that it left behind.

    `arrived` are events: `quiet` those with nothing in them for us, `known` those that brought nothing new (sent again,
    edits, deletions), the others brought something. `stored` are new interactions, and `said` those among them that others
    said in words: of these `linked` are by somebody we know, `read` have a reading, `ruled` went past the rules, `fired` made
    one act, `met` a topic. `waited` and `slowest`: milliseconds from arrival to the end of the walk.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot = models.DateTimeField()
    arrived = models.BigIntegerField()
    quiet = models.BigIntegerField()
    known = models.BigIntegerField(db_default=0)
    stored = models.BigIntegerField()
    said = models.BigIntegerField()
    linked = models.BigIntegerField()
    read = models.BigIntegerField()
    ruled = models.BigIntegerField()
    fired = models.BigIntegerField()
    met = models.BigIntegerField()
    waited = models.BigIntegerField()
    slowest = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slot", "source"], name="passage_slot")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.slot:%Y-%m-%d %H:%M}: {self.arrived}"


class ExportForm(models.TextChoices):
    """What kind of file it becomes."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel workbook"
    PARQUET = "parquet", "Parquet"
    JSONL = "jsonl", "JSON Lines"
    VCARD = "vcard", "vCard"
    ZIP = "zip", "Everything, one ZIP"


class ExportState(models.TextChoices):
    """How far it has come."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being written"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    GONE = "gone", "Gone"


class Export(models.Model):
    """What somebody takes out of the house: a list as they see it, or everything.

    `record` is that of the list, "" for everything. `asked` is the list as its address has it, plain: {"where": condition or
    null, "kept": {word: value}, "ids": ticked rows, "columns": names, "sort": name}. `words` say it as a sentence, without
    what only the condition knows. `zone` is that in which moments are printed. `rows` are written so far, of about `total`
    (null = not counted yet). `turn` counts how often it was begun: who writes for an older turn has been overtaken. Without a
    file, `error` says why in the words of the house.
    """

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    record = models.CharField(max_length=40, blank=True)
    form = models.CharField(max_length=8, choices=ExportForm.choices)
    asked = models.JSONField(default=dict, blank=True)
    words = models.CharField(max_length=300)
    zone = models.CharField(max_length=50)
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.WAITING)
    turn = models.IntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict, blank=True)  # of everything: rows by table
    error = models.CharField(max_length=500, blank=True, default="")
    file_name = models.CharField(max_length=120, blank=True, default="")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    size = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["by", "-id"], name="export_by"),
            models.Index(
                fields=["state", "expires_at"],
                name="export_live",
                condition=models.Q(state__in=("waiting", "running", "ready")),
            ),
        ]

    def __str__(self) -> str:
        return self.words


class Report(models.Model):
    """A question with a shape, under a name: `body` as `pivot_asked.to_json` writes it. `ready`: the house brought it.

    Its owner sees it, everybody where it is `shared`, else the members of `team`.
    """

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    body = models.JSONField()
    shared = models.BooleanField(default=False)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ready = models.CharField(max_length=30, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="report_name"),
            models.UniqueConstraint(fields=["ready"], condition=~Q(ready=""), name="report_ready_once"),
        ]
        indexes = [models.Index(fields=["name", "id"], condition=Q(shared=True), name="report_shared")]

    def __str__(self) -> str:
        return self.name


class Dashboard(models.Model):
    """Reports on one page: `body` is a list of {"report": number, "size": "half" or "whole"}, in their order."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    pillar = models.CharField(max_length=12, choices=Pillar.choices, blank=True)
    body = models.JSONField(default=list)
    shared = models.BooleanField(default=False)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="dashboard_name")]

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """A report as a letter by the clock: each day, or on a weekday (0 = Monday), from an hour on in a zone.

    `to` are numbers of colleagues; each is written what they may see. `last_on` is the day, in the zone, whose letters left.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="schedules")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    to = ArrayField(models.BigIntegerField())
    weekday = models.SmallIntegerField(null=True, blank=True)
    hour = models.SmallIntegerField()
    zone = models.CharField(max_length=50)
    last_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hour__range=(0, 23)) & (Q(weekday__isnull=True) | Q(weekday__range=(0, 6))),
                name="schedule_has_an_hour",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} at {self.hour}:00 {self.zone}"


class ContactCost(models.Model):
    """What one contact costs from a day on. Kind or network "" = any."""

    kind = models.CharField(max_length=12, blank=True)
    network = models.CharField(max_length=30, blank=True)
    since = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=4)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "network", "since"], name="cost_of_a_day"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="cost_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'any'} {self.network or 'anywhere'}: {self.amount} {self.currency}"

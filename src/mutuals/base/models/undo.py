"""What was changed by many at once, and how it was before, so that it can be taken back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class BatchState(models.TextChoices):
    """How far the work on a batch has come."""

    RUNNING = "running", "Running"
    DONE = "done", "Done"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"


class Batch(models.Model):
    """One act on many rows of a record: an edit of a list, a moved card, a file that was taken in.

    `todo` is what is left of work that a worker does: {"ids": [..], "changes": {..}}; {} = nothing. `total` rows were asked
    for, `done` are done, `refused` of them were not changed, for reasons that stand with their changes.
    """

    kind = models.CharField(max_length=20)  # "edit", "move", "import"
    record = models.CharField(max_length=40)  # "deal"
    words = models.CharField(max_length=300)
    by = models.CharField(max_length=60)  # "staff:3"
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=8, choices=BatchState.choices, default=BatchState.RUNNING)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    todo = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["by", "-id"], name="batch_by")]

    def __str__(self) -> str:
        return self.words


class Change(models.Model):
    """One row of a batch: the fields that it changed, before and after. `made`: the batch made the row.

    `kept` says what undoing left as it is because somebody changed it since, {field: value}; null = not undone. `said` is
    why the row was refused.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="changes", db_index=False)
    about = models.CharField(max_length=60)  # "deal:12"
    made = models.BooleanField(default=False)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    kept = models.JSONField(null=True, blank=True)
    said = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "about"], name="change_once")]
        indexes = [
            models.Index(fields=["about"], name="change_about"),
            models.Index(fields=["batch", "-id"], name="change_to_undo", condition=Q(kept__isnull=True, said="")),
        ]

    def __str__(self) -> str:
        return f"{self.about} in {self.batch_id}"
